"""Where sign-in is served and where its certificate is validated. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from identity import limits
from identity.errors import Problem, shown
from identity.naming import Names

ZONE_KEYS = ("zoneName", "zoneId", "zoneExport")


@dataclass(frozen=True)
class ZoneReference:
    """The hosted zone as the config names it: `by` is zoneName, zoneId or zoneExport."""

    by: str
    value: str


@dataclass(frozen=True)
class DomainSettings:
    """The auth domain, whether sign-in is served on it, the prefix it is served on otherwise, and the zone if any."""

    auth_domain: str
    custom_domain: bool
    prefix: str
    zone: ZoneReference | None


def resolve_domains(
    given: Mapping[str, str], custom_domain: bool, names: Names, problems: list[Problem]
) -> DomainSettings:
    """Fill the names in. `given` has the text keys that the stack gives, checked one by one already."""
    zones = [ZoneReference(key, given[key]) for key in ZONE_KEYS if key in given]
    domain = DomainSettings(
        auth_domain=given.get("authDomain", names.auth_domain),
        custom_domain=custom_domain,
        prefix=given.get("domainPrefix", names.domain_prefix),
        zone=zones[0] if zones else None,
    )
    if len(zones) > 1:
        written = ", ".join(zone.by for zone in zones)
        problems.append(Problem("identity:" + zones[1].by, "one of zoneName, zoneId and zoneExport", written))
    if custom_domain and not zones:
        allowed = "false where no zone is given: the certificate and the alias records need one"
        problems.append(
            Problem("identity:customDomain", allowed, "true", "give identity:zoneName, zoneId or zoneExport")
        )
    # The names made of product and environment are looked at only where those are sound themselves.
    named = {"product", "environment"} <= given.keys()
    if named or "authDomain" in given:
        problems.extend(_auth_domain(domain))
    if named and not custom_domain and "domainPrefix" not in given:
        problems.extend(_prefix_from_names(domain.prefix))
    return domain


def _auth_domain(domain: DomainSettings) -> Iterator[Problem]:
    name, path = domain.auth_domain, "identity:authDomain"
    if domain.custom_domain and len(name) > limits.CUSTOM_DOMAIN_LENGTH:
        yield Problem(path, f"at most {limits.CUSTOM_DOMAIN_LENGTH} characters, for a custom domain", shown(name))
    elif domain.zone and len(name) > limits.CERTIFICATE_NAME_LENGTH:
        yield Problem(path, f"at most {limits.CERTIFICATE_NAME_LENGTH} characters, for a certificate", shown(name))
    if domain.zone and domain.zone.by == "zoneName":
        yield from outside_zone(domain, domain.zone.value)


def outside_zone(domain: DomainSettings, zone_name: str) -> Iterator[Problem]:
    """The auth domain has to be in the zone, or be its own name; and Cognito looks at a custom domain's parent."""
    name, path = domain.auth_domain, "identity:authDomain"
    if name != zone_name and not name.endswith(f".{zone_name}"):
        fix = f"set identity:authDomain to a name below {zone_name}, or give the zone of {name}"
        yield Problem(path, f"a name in the zone {zone_name}", shown(name), fix)
    elif domain.custom_domain and name.count(".") == 1:
        allowed = "for a custom domain a name of three parts or more: its parent has to resolve, and no top level does"
        yield Problem(path, allowed, shown(name), f"write auth.{name}")


def _prefix_from_names(prefix: str) -> Iterator[Problem]:
    try:
        limits.domain_prefix(prefix)
    except PydanticCustomError as error:
        context = error.context or {}
        received = f"{shown(prefix)}, made of product and environment"
        yield Problem("identity:domainPrefix", context["allowed"], received, "give a prefix, or other names")
