"""The hosted zone, looked up in AWS before anything is registered. It is read, never changed."""

import re
from dataclasses import dataclass
from typing import Any

from pulumi_aws.route53 import get_records, get_zone

from identity.domains import DomainSettings, ZoneReference, outside_zone
from identity.report import ConfigError, Problem, shown


@dataclass(frozen=True)
class Zone:
    """A Route 53 hosted zone: its id and its name, without the dot at the end."""

    id: str
    name: str


def find_zone(domain: DomainSettings, stack: str) -> Zone | None:
    """The zone that the config names; None where it names none.

    Raises:
        ConfigError: where there is no such zone or export, where the auth domain is outside of it, or where a custom
            domain's parent has no A record in it, which Cognito demands
            (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html).
    """
    if domain.zone is None:
        return None
    zone = _look_up(domain.zone, stack)
    # A zone read without its name leaves nothing to compare; AWS itself then has the last word.
    problems = list(outside_zone(domain, zone.name)) if zone.name else []
    if domain.custom_domain and not problems:
        problems = _parent_without_address(domain.auth_domain, zone)
    if problems:
        raise ConfigError(stack, problems)
    return zone


def _look_up(reference: ZoneReference, stack: str) -> Zone:
    path = f"identity:{reference.by}"
    try:
        if reference.by == "zoneName":
            return Zone(get_zone(name=reference.value, private_zone=False).zone_id, reference.value)
        zone_id = _exported(reference.value) if reference.by == "zoneExport" else reference.value
        return Zone(zone_id, (get_zone(zone_id=zone_id).name or "").rstrip("."))
    except Exception as error:  # the engine gives invoke failures no type of their own
        allowed = "the name of a CloudFormation export of this account and region, or a hosted zone of this account"
        mend = f"AWS says: {_reason(error)}"
        raise ConfigError(stack, [Problem(path, allowed, shown(reference.value), mend)]) from None


def _exported(name: str) -> str:
    from pulumi_aws.cloudformation import get_export  # few stacks ask, and its module is slow to import

    return get_export(name=name).value


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:400]


def _parent_without_address(auth_domain: str, zone: Zone) -> list[Problem]:
    parent = auth_domain.split(".", 1)[1]
    records = get_records(zone_id=zone.id, name_regex=rf"^{re.escape(parent)}\.?$").resource_record_sets
    if any(_is_address(record, parent) for record in records):
        return []
    allowed = f"true once {parent} has an A record in the zone {zone.name} ({zone.id}): Cognito refuses it before"
    mend = f"add an A record for {parent}, to any address, or set identity:customDomain: false"
    return [Problem("identity:customDomain", allowed, "true", mend)]


def _is_address(record: Any, name: str) -> bool:
    return bool(record.type == "A" and record.name.rstrip(".") == name)
