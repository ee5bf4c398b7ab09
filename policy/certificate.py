"""What a certificate and the DNS records beside it must be, and what every resource must be marked with."""

from collections.abc import Iterator, Sequence
from typing import Final

from identity import facts
from policy.rule import CERTIFICATE, DOMAIN, POOL, RECORD, UNKNOWN, Finding, Level, Resource, Rule, rule, stack_rule

_CLOUDFRONT_REGION: Final = "us-east-1"
_STACK: Final = facts.CLOUD_FORMATION_STACK
_TAGS: Final = ("environment", "orchestration", "product", "service", "service-type")


@rule(
    "certificate-no-wildcard",
    demands="A certificate is for named hosts, without *.",
    why="Whoever gets hold of a wildcard's key can be any host of the domain.",
    elsewhere=Level.MANDATORY,
    on=(CERTIFICATE,),
    covers=("checkov:CKV2_AWS_71",),
)
def no_wildcard(certificate: Resource) -> Iterator[Finding]:
    domain = certificate.get("domainName")
    names: dict[str, tuple[str, ...]] = {
        "domainName": (domain,) if isinstance(domain, str) else (),
        "subjectAlternativeNames": certificate.texts("subjectAlternativeNames"),
    }
    for prop, values in names.items():
        for name in values:
            if "*" in name:
                yield Finding(f"{prop} has {name}", "identity:authDomain", "the one name that people sign in on")


@rule(
    "certificate-transparency",
    demands="A certificate is written to the public transparency logs.",
    why="Browsers refuse one that is not, and the logs show certificates that others got for the domain.",
    elsewhere=Level.MANDATORY,
    on=(CERTIFICATE,),
    covers=("checkov:CKV_AWS_234",),
)
def transparency(certificate: Resource) -> Iterator[Finding]:
    preference = "options.certificateTransparencyLoggingPreference"
    if certificate.lacks(preference, "ENABLED", None):
        yield Finding(
            f"{preference} is {certificate.get(preference)}", "identity/certificate.py", "leave it out, or ENABLED"
        )


@rule(
    "certificate-no-gap",
    demands="A certificate is replaced by making the new one first: deleteBeforeReplace is not set.",
    why="In the gap the sign-in page has no certificate; AWS refuses to delete one in use, too.",
    elsewhere=Level.MANDATORY,
    on=(CERTIFICATE,),
    covers=("checkov:CKV_AWS_233",),
)
def no_gap(certificate: Resource) -> Iterator[Finding]:
    if certificate.delete_before_replace:
        yield Finding("deleteBeforeReplace is true", "identity/certificate.py", "leave delete_before_replace out")


@stack_rule(
    "certificate-region",
    demands=f"The certificate of a custom domain lives in {_CLOUDFRONT_REGION}.",
    why="Cognito serves a custom domain by CloudFront, which takes certificates from there alone.",
    elsewhere=Level.MANDATORY,
    on=(DOMAIN,),
)
def region(domain: Resource, stack: Sequence[Resource]) -> Iterator[Finding]:
    arn = domain.get("certificateArn")
    if arn is None:
        return
    certificate = _certificate(domain, stack)
    found = arn.split(":")[3] if isinstance(arn, str) and arn.count(":") > 3 else certificate and certificate.region
    if found not in (None, UNKNOWN, _CLOUDFRONT_REGION):
        yield Finding(
            f"certificateArn is of a certificate in {found}",
            "identity/certificate.py; no key of the stack file sets it",
            f"region={_CLOUDFRONT_REGION} on the certificate",
        )


def _certificate(resource: Resource, stack: Sequence[Resource]) -> Resource | None:
    """The certificate that a certificateArn comes from, by way of its validation where there is one."""
    for source in stack:
        if source.urn in resource.sources.get("certificateArn", ()):
            return source if source.type == CERTIFICATE else _certificate(source, stack)
    return None


@stack_rule(
    "record-attached",
    demands="An A or AAAA record is an alias of a resource of this stack.",
    why="A record that outlives what it points to can be taken over by whoever gets that address next.",
    elsewhere=Level.MANDATORY,
    on=(RECORD,),
    covers=("checkov:CKV2_AWS_23",),
)
def attached(record: Resource, _stack: Sequence[Resource]) -> Iterator[Finding]:
    if record.get("type") not in ("A", "AAAA"):
        return
    aliases = record.get("aliases")
    if aliases is not UNKNOWN and (not aliases or not record.sources.get("aliases")):
        kind = "points to an alias that no resource of the stack made" if aliases else "has records, and no alias"
        yield Finding(f"{record.name} {kind}", "identity:customDomain", "the domain's own CloudFront name as alias")


@rule(
    "tags",
    demands=f"A resource that can have tags has {', '.join(_TAGS)}.",
    why="Bills, searches and clean-ups go by them.",
    elsewhere=Level.MANDATORY,
    on=(POOL, CERTIFICATE, _STACK),
)
def tagged(resource: Resource) -> Iterator[Finding]:
    tags = resource.get("tags")
    if tags is UNKNOWN:
        return
    missing = [tag for tag in _TAGS if not str((tags or {}).get(tag) or "").strip()]
    if missing:
        where = "identity/naming.py; no key of the stack file sets it"
        yield Finding(f"tags lacks {', '.join(missing)}", where, "give each a value that is not blank")


RULES: Final[tuple[Rule, ...]] = (no_wildcard, transparency, no_gap, region, attached, tagged)
