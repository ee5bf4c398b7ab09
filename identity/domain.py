"""The sign-in domains of a pool: rules and resources
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pulumi
from pulumi_aws.cognito import UserPoolDomain
from pulumi_aws.route53 import Record, RecordAliasArgs
from pydantic import AfterValidator

from identity import types
from identity.errors import Problem, shown
from identity.facts import CUSTOM_DOMAIN_REGION
from identity.naming import Names
from identity.setting import Model

CUSTOM_DOMAIN_LENGTH = 63
CERTIFICATE_NAME_LENGTH = 64
RESERVED_PREFIX_WORDS = ("aws", "amazon", "cognito")
_ZONE_ID = re.compile(r"[A-Z0-9]{1,32}")


def zone_id(value: str) -> str:
    bare = value.strip().removeprefix("/").removeprefix("hostedzone/")
    return types.ensure(value, _ZONE_ID.fullmatch, "a hosted zone's id, such as Z0123456789ABCDEFGHIJ", bare)


def domain_prefix(value: str) -> str:
    word = next((word for word in RESERVED_PREFIX_WORDS if word in value), None)
    if word:
        types.refuse("a prefix without aws, amazon and cognito", f'remove "{word}"')
    if types.DNS_LABEL.fullmatch(value):
        return value
    return types.refuse("1-63 of a-z, 0-9 and -, no - at either end")


DomainPrefix = Annotated[types.Text, AfterValidator(domain_prefix)]
ZoneId = Annotated[types.Text, AfterValidator(zone_id)]
CertificateArn = Annotated[types.Text, types.arn("acm", "arn:aws:acm:us-east-1:123456789012:certificate/name")]
ZONE_KEYS: Final = ("zoneName", "zoneId", "zoneExport")


@dataclass(frozen=True)
class ZoneReference:
    """A reference to a hosted zone; `by` is the config key: zoneName, zoneId or zoneExport."""

    by: str
    value: str


@dataclass(frozen=True)
class Domain:
    """The sign-in domains.

    Args:
        auth_domain: the auth domain.
        custom: whether the auth domain is a custom domain of the pool.
        prefix: the prefix of the Amazon Cognito domain, used if there is no custom domain.
        keep_prefix: whether the pool keeps the prefix domain next to a custom domain.
        certificate_arn: an existing certificate for a custom domain.
        zones: the hosted zones in the config; at most one is valid.
        served: whether the pool has a sign-in domain.
        login_version: the version of Cognito's sign-in pages, 1 or 2; None for AWS's default.
    """

    auth_domain: str
    custom: bool
    prefix: str
    keep_prefix: bool = False
    certificate_arn: str | None = None
    zones: tuple[ZoneReference, ...] = ()
    served: bool = True
    login_version: int | None = None

    @property
    def zone(self) -> ZoneReference | None:
        return self.zones[0] if self.zones else None

    @property
    def certificate_region(self) -> str | None:
        """The required region of the certificate; None for the region of the pool."""
        return CUSTOM_DOMAIN_REGION if self.custom else None

    def served_on(self, region: str | None) -> str | None:
        """The host of the sign-in pages; None without a domain, or if it depends on an unknown region."""
        if not self.served:
            return None
        if self.custom:
            return self.auth_domain
        return f"{self.prefix}.auth.{region}.amazoncognito.com" if region else None


def domain_problems(domain: Domain, names: Names, has_name: bool, default_prefix: bool) -> Iterator[Problem]:
    """The errors in the domain settings.

    Args:
        domain: the domain settings.
        names: the naming rules.
        has_name: whether the auth domain is valid, or derived from valid names.
        default_prefix: whether the prefix is derived from valid names.
    """
    if len(domain.zones) > 1:
        written = ", ".join(zone.by for zone in domain.zones)
        yield Problem(f"identity:{domain.zones[1].by}", "one of zoneName, zoneId and zoneExport", written)
    if domain.custom and not domain.zones and not domain.certificate_arn:
        allowed = "false without a zone: the certificate and the alias records need one"
        fix = "set identity:zoneName, zoneId or zoneExport, or certificateArn and create the records yourself"
        yield Problem("identity:customDomain", allowed, "true", fix)
    if domain.certificate_arn and not domain.custom:
        allowed = "none if customDomain is false: the prefix domain has Amazon's certificate"
        yield Problem("identity:certificateArn", allowed, domain.certificate_arn, "set identity:customDomain: true")
    elif domain.certificate_arn and ":us-east-1:" not in domain.certificate_arn:
        allowed = "a certificate in us-east-1, as CloudFront requires"
        yield Problem("identity:certificateArn", allowed, domain.certificate_arn)
    if domain.keep_prefix and not domain.custom:
        allowed = "false if customDomain is false: sign-in is only on the prefix"
        yield Problem("identity:keepPrefixDomain", allowed, "true", "remove it")
    if has_name:
        yield from _auth_domain(domain)
    if default_prefix and domain.served and (not domain.custom or domain.keep_prefix):
        yield from _prefix_from_names(names.domain_prefix)


def without_domain(given: Mapping[str, Any], flows: Mapping[str, Sequence[str] | None]) -> Iterator[Problem]:
    """The errors of a pool without a sign-in domain: settings that need one.

    Args:
        given: the settings of domain and sign-in pages, by key.
        flows: the OAuth flows of each client, by client key; None if not set.
    """
    for key, value in given.items():
        if value:
            allowed = "not set if signInDomain is false: the pool has no domain"
            fix = "remove it, or identity:signInDomain"
            yield Problem(f"identity:{key}", allowed, "an object" if isinstance(value, Model) else shown(value), fix)
    for key, client_flows in flows.items():
        if client_flows != []:
            allowed = "[] if signInDomain is false: the OAuth endpoints need a domain"
            received = "not set" if client_flows is None else shown(client_flows)
            yield Problem(f"identity:clients.{key}.flows", allowed, received, "write flows: []", warning=True)


def _auth_domain(domain: Domain) -> Iterator[Problem]:
    name, path = domain.auth_domain, "identity:authDomain"
    if domain.custom and len(name) > CUSTOM_DOMAIN_LENGTH:
        yield Problem(path, f"at most {CUSTOM_DOMAIN_LENGTH} characters, for a custom domain", shown(name))
    elif domain.zone and len(name) > CERTIFICATE_NAME_LENGTH:
        yield Problem(path, f"at most {CERTIFICATE_NAME_LENGTH} characters, for a certificate", shown(name))
    if domain.zone and domain.zone.by == "zoneName":
        yield from outside_zone(domain, domain.zone.value)


def outside_zone(domain: Domain, zone_name: str) -> Iterator[Problem]:
    """The auth domain has to be in the zone or equal to it. The parent of a custom domain has to resolve."""
    name, path = domain.auth_domain, "identity:authDomain"
    if name != zone_name and not name.endswith(f".{zone_name}"):
        fix = f"set identity:authDomain to a name below {zone_name}, or set the zone of {name}"
        yield Problem(path, f"a name in the zone {zone_name}", shown(name), fix)
    elif domain.custom and name.count(".") == 1:
        allowed = "for a custom domain a name with three parts or more, because its parent has to resolve"
        yield Problem(path, allowed, shown(name), f"write auth.{name}")


def _prefix_from_names(prefix: str) -> Iterator[Problem]:
    if refused := types.refusal(domain_prefix, prefix):
        received = f"{shown(prefix)}, built from product and environment"
        yield Problem("identity:domainPrefix", refused[0], received, "set domainPrefix, or other names")


def serve(
    domain: Domain,
    name: str,
    pool: pulumi.Resource,
    pool_id: pulumi.Input[str],
    certificate_arn: pulumi.Input[str] | None,
    zone_id: pulumi.Input[str] | None,
) -> UserPoolDomain | None:
    """Create the domains of a pool: prefix domain, custom domain or both. Return the one of the sign-in pages, or None.

    Args:
        domain: the domain settings.
        name: the logical name of the pool.
        pool: the component of the pool.
        pool_id: the id of the pool.
        certificate_arn: the validated certificate of the custom domain, in us-east-1.
        zone_id: the hosted zone for the alias records; None if they are created elsewhere.
    """

    def make(kind: str, served_on: str, certificate: pulumi.Input[str] | None = None) -> UserPoolDomain:
        return UserPoolDomain(
            f"{name}-{kind}-domain",
            domain=served_on,
            user_pool_id=pool_id,
            certificate_arn=certificate,
            managed_login_version=domain.login_version,
            # A pool can have one domain of each kind: the old one has to be deleted first.
            opts=pulumi.ResourceOptions(parent=pool, delete_before_replace=True),
        )

    if not domain.served:
        return None
    on_prefix = make("prefix", domain.prefix) if domain.keep_prefix or not domain.custom else None
    if not domain.custom:
        return on_prefix
    served = make("custom", domain.auth_domain, certificate_arn)
    if zone_id is not None:
        _alias(f"{name}-alias", domain.auth_domain, served, zone_id, pool)
    return served


def _alias(name: str, host: str, served: UserPoolDomain, zone_id: pulumi.Input[str], pool: pulumi.Resource) -> None:
    target = RecordAliasArgs(
        name=served.cloudfront_distribution,
        zone_id=served.cloudfront_distribution_zone_id,
        evaluate_target_health=False,
    )
    for kind in ("A", "AAAA"):
        Record(
            f"{name}-{kind.lower()}",
            zone_id=zone_id,
            name=host,
            type=kind,
            aliases=[target],
            opts=pulumi.ResourceOptions(parent=pool),
        )
