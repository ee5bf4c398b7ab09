"""Looks up the hosted zone in AWS before any resource is registered. Read-only."""

import re
from dataclasses import dataclass

from pulumi_aws.route53 import get_records, get_zone

from identity.deployed import renamed
from identity.domain import Domain, ZoneReference, outside_zone
from identity.errors import ConfigError, Problem, shown, warn
from identity.naming import Names
from identity.user_pool.mail import Email, mail_problems

# The record types with which a name resolves to an address, as Cognito requires.
_RESOLVE = ("A", "CNAME")


@dataclass(frozen=True)
class Zone:
    """A Route 53 hosted zone: its id, and its name without the final dot."""

    id: str
    name: str


def find_zone(domain: Domain, names: Names, stack: str, email: Email | None = None) -> Zone | None:
    """Look up the zone of the config; None if none is set.

    Raises:
        ConfigError: if the zone or export does not exist, if the auth domain or the email sender's domain is outside
            the zone, if a custom domain has a CNAME in it, or if the parent of a custom domain is in it without an A
            record or CNAME, which Cognito requires
            (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html).
    """
    if domain.zone is None:
        return None
    zone = _look_up(domain.zone, stack)
    # If the zone's name is unknown, only AWS can check the domain.
    problems = list(outside_zone(domain, zone.name)) if zone.name else []
    if email and zone.name:
        problems += mail_problems(email, True, zone.name)
    if domain.custom and not problems:
        problems = _look_at_records(domain.auth_domain, zone, stack)
    if problems:
        raise ConfigError(stack, [*renamed(names), *problems])
    return zone


def _look_up(reference: ZoneReference, stack: str) -> Zone:
    path = f"identity:{reference.by}"
    try:
        if reference.by == "zoneName":
            return Zone(get_zone(name=reference.value, private_zone=False).zone_id, reference.value)
        zone_id = _exported(reference.value) if reference.by == "zoneExport" else reference.value
        return Zone(zone_id, (get_zone(zone_id=zone_id).name or "").rstrip("."))
    except Exception as error:  # the engine raises no specific type for failed invokes
        allowed = "the name of a CloudFormation export of this account and region, or a hosted zone of this account"
        fix = f"AWS says: {_reason(error)}"
        raise ConfigError(stack, [Problem(path, allowed, shown(reference.value), fix)]) from None


def _exported(name: str) -> str:
    from pulumi_aws.cloudformation import get_export  # imported here because it is slow and rarely needed

    return get_export(name=name).value


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:400]


def _look_at_records(auth_domain: str, zone: Zone, stack: str) -> list[Problem]:
    """The error for a CNAME in the place of the alias records, or for a parent domain that does not resolve. Log a
    warning if the parent cannot be checked.
    """
    parent = auth_domain.split(".", 1)[1]
    above = _up_to(parent, zone.name)
    names = "|".join(map(re.escape, [auth_domain, *(above or [parent])]))
    # Route 53 returns \\052 for the * of a wildcard.
    pattern = rf"^((\*|\\052)\.)?({names})\.?$"
    records = [
        (record.type, record.name.replace("\\052", "*").rstrip("."))
        for record in get_records(zone_id=zone.id, name_regex=pattern).resource_record_sets
    ]
    if ("CNAME", auth_domain) in records:
        allowed = f"true if {auth_domain} has no CNAME in the zone: Route 53 allows no A or AAAA record next to one"
        fix = (
            "keep the CNAME with `identity:zoneName: none` and `identity:certificateArn: <the domain's certificate>`, "
            "or delete it right before the update"
        )
        return [Problem("identity:customDomain", allowed, "true", fix)]
    if any(kind in _RESOLVE and name in (parent, *(f"*.{domain}" for domain in above[1:])) for kind, name in records):
        return []
    delegated = any(kind == "NS" and name in above[:-1] for kind, name in records)
    if above and not delegated:
        allowed = f"true if {parent} has an A record in the zone {zone.name} ({zone.id}): Cognito requires it"
        fix = f"add an A record for {parent}, with any address, or set identity:customDomain: false"
        return [Problem("identity:customDomain", allowed, "true", fix)]
    allowed = f"true if {parent} resolves to an A record: it is not in the zone {zone.name or zone.id}, so this "
    allowed += "cannot be checked, and Cognito requires it"
    warn(stack, [Problem("identity:customDomain", allowed, "true", f"make sure that {parent} has an A record")])
    return []


def _up_to(name: str, zone: str) -> list[str]:
    """The name and its parent domains up to that of the zone; empty if the name is outside the zone."""
    if not zone or (name != zone and not name.endswith(f".{zone}")):
        return []
    return [name] if name == zone else [name, *_up_to(name.split(".", 1)[1], zone)]
