"""Rules for certificates, DNS records and tags."""

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from identity import facts
from policy.rule import COGNITO_GUIDE, UNKNOWN, Finding, Resource, Rule

_ACM: Final = "https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html"
_NO_KEY: Final = "identity/certificate.py; no key of the stack file sets it"


@Rule(
    fix="use only the host name of the sign-in pages",
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.CERTIFICATE,),
    url=_ACM,
    covers=("checkov:CKV2_AWS_71",),
)
def certificate_no_wildcard(certificate: Resource) -> Iterator[Finding]:
    """A certificate lists exact host names, without wildcards.

    Anyone with the key of a wildcard certificate can impersonate all hosts of the domain.
    """
    domain = certificate.get("domainName")
    names: dict[str, tuple[str, ...]] = {
        "domainName": (domain,) if isinstance(domain, str) else (),
        "subjectAlternativeNames": certificate.texts("subjectAlternativeNames"),
    }
    for prop, values in names.items():
        for name in values:
            if "*" in name:
                yield Finding(f"{prop} has {name}", "identity:authDomain")


@Rule(
    fix="remove the preference, or set it to ENABLED",
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.CERTIFICATE,),
    url=_ACM,
    covers=(
        "prowler:acm_certificates_transparency_logs_enabled",
        "config:acm-certificate-transparent-logging-enabled",
        "checkov:CKV_AWS_234",
    ),
)
def certificate_transparency(certificate: Resource) -> Iterator[Finding]:
    """A certificate is recorded in public certificate transparency logs.

    Browsers reject other certificates, and the logs reveal certificates that others got for the domain.
    """
    preference = "options.certificateTransparencyLoggingPreference"
    if certificate.lacks(preference, "ENABLED", None):
        yield Finding(f"{preference} is {certificate.get(preference)}", _NO_KEY)


@Rule(
    fix="remove delete_before_replace",
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.CERTIFICATE,),
    url="https://www.pulumi.com/docs/iac/concepts/resources/options/deletebeforereplace/",
    covers=("checkov:CKV_AWS_233",),
)
def certificate_no_gap(certificate: Resource) -> Iterator[Finding]:
    """A certificate is replaced without a gap: deleteBeforeReplace is not set.

    Otherwise the sign-in page has no certificate for a while; AWS also refuses to delete one in use.
    """
    if certificate.delete_before_replace:
        yield Finding("deleteBeforeReplace is true", _NO_KEY)


@Rule(
    fix="remove key_algorithm, or set it to EC_prime256v1",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.CERTIFICATE,),
    url="https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html",
    covers=(
        "prowler:acm_certificates_with_secure_key_algorithms",
        "securityhub:ACM.2",
        "config:acm-certificate-rsa-check",
        "kics:certificate_rsa_key_bytes_lower_than_256",
    ),
)
def certificate_strong_key(certificate: Resource) -> Iterator[Finding]:
    """A certificate has an RSA key of at least 2048 bits or an elliptic-curve key.

    A shorter key can be broken.
    """
    if certificate.get("keyAlgorithm") == "RSA_1024":
        yield Finding("keyAlgorithm is RSA_1024", _NO_KEY)


@Rule(
    fix=f"region={facts.CUSTOM_DOMAIN_REGION} on the certificate",
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.USER_POOL_DOMAIN,),
    beside=(facts.CERTIFICATE, facts.CERTIFICATE_VALIDATION),
    url=f"{COGNITO_GUIDE}/cognito-user-pools-add-custom-domain.html",
)
def certificate_region(domain: Resource, sources: Sequence[Resource]) -> Iterator[Finding]:
    """The certificate of a custom domain lives in us-east-1.

    Cognito serves custom domains with CloudFront, which only accepts certificates from this region.
    """
    arn = domain.get("certificateArn")
    if arn is None:
        return
    certificate = _certificate(domain, sources)
    found = arn.split(":")[3] if isinstance(arn, str) and arn.count(":") > 3 else certificate and certificate.region
    if found not in (None, UNKNOWN, facts.CUSTOM_DOMAIN_REGION):
        yield Finding(f"certificateArn is of a certificate in {found}", _NO_KEY)


def _certificate(resource: Resource, sources: Sequence[Resource]) -> Resource | None:
    """Return the certificate whose ARN is in certificateArn, directly or through its CertificateValidation."""
    for source in sources:
        if source.urn in resource.sources.get("certificateArn", ()):
            return source if source.type == facts.CERTIFICATE else _certificate(source, sources)
    return None


@Rule(
    fix="use the domain's own CloudFront name as alias",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.RECORD,),
    beside=(facts.USER_POOL_DOMAIN,),
    url="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html",
    covers=("prowler:route53_dangling_ip_subdomain_takeover", "checkov:CKV2_AWS_23"),
)
def record_attached(record: Resource, _stack: Sequence[Resource]) -> Iterator[Finding]:
    """An A or AAAA record is an alias of a resource of this stack.

    A DNS record that outlives its target can be taken over by the next owner of that address.
    """
    if record.get("type") not in ("A", "AAAA"):
        return
    aliases = record.get("aliases")
    if aliases is not UNKNOWN and (not aliases or not record.sources.get("aliases")):
        kind = "is an alias of a target outside of the stack" if aliases else "has values and no alias"
        yield Finding(f"{record.name} {kind}", "identity:customDomain")


@Rule(
    fix="give each tag a value",
    severity=Severity.LOW,
    elsewhere=EnforcementLevel.MANDATORY,
    on=(facts.USER_POOL, facts.IDENTITY_POOL, facts.CERTIFICATE, facts.CLOUD_FORMATION_STACK),
    url="https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
    covers=("securityhub:ACM.3", "securityhub:CloudFormation.2", "config:cognito-user-pool-tagged"),
)
def tags(resource: Resource) -> Iterator[Finding]:
    """A resource that can have tags has environment, orchestration, product, service, service-type.

    Cost reports, searches and clean-ups rely on them.
    """
    given = resource.get("tags")
    if given is UNKNOWN:
        return
    missing = [tag for tag in facts.TAGS if not str((given or {}).get(tag) or "").strip()]
    if missing:
        where = "identity/naming.py; no key of the stack file sets it"
        yield Finding(f"tags lacks {', '.join(missing)}", where)
