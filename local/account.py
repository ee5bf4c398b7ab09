"""Create the hosted zone that a real AWS account has before the first deployment, with an A record at its apex.

Cognito requires that the parent of a custom domain resolves, and the certificate is validated in the zone.
"""

import json
import uuid
from typing import Any

from local import emulator
from local.console import say

_APEX_ADDRESS = "192.0.2.1"  # reserved for documentation (RFC 5737): no host has it
_NONE = "none"


def prepare(config: dict[str, Any], port: int) -> None:
    """Create the zone that the stack file names, if it is missing. A zone given by id must already exist.

    Args:
        config: the config map of the stack file, unchecked; the program reports invalid values.
        port: the emulator's port.
    """
    name, export = _given(config, "zoneName"), _given(config, "zoneExport")
    if name and not export:
        _make_zone(name.rstrip("."), port)
    elif export and not name:
        _make_export(export, _zone_of(config), port)


def _given(config: dict[str, Any], key: str) -> str | None:
    value = config.get(f"identity:{key}")
    return value if isinstance(value, str) and value.strip() and value != _NONE else None


def _zone_of(config: dict[str, Any]) -> str:
    domain = _given(config, "authDomain")
    return domain.partition(".")[2] if domain and "." in domain else f"{_given(config, 'product') or 'example'}.app"


def _make_zone(name: str, port: int) -> str:
    route53 = emulator.client("route53", port)
    pages = route53.get_paginator("list_hosted_zones").paginate()
    found = [zone["Id"] for page in pages for zone in page["HostedZones"] if zone["Name"].rstrip(".") == name]
    if not found:
        found = [route53.create_hosted_zone(Name=name, CallerReference=str(uuid.uuid4()))["HostedZone"]["Id"]]
        say(f"Created the hosted zone {name} in the emulator, with an A record at its apex.")
    record = {"Name": name, "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": _APEX_ADDRESS}]}
    route53.change_resource_record_sets(
        HostedZoneId=found[0], ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    )
    return str(found[0]).rpartition("/")[2]


def _make_export(export: str, zone: str, port: int) -> None:
    cloudformation = emulator.client("cloudformation", port)
    pages = cloudformation.get_paginator("list_exports").paginate()
    if any(entry["Name"] == export for page in pages for entry in page.get("Exports", [])):
        return
    # CloudFormation requires at least one resource in a stack.
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {"ZoneId": {"Value": _make_zone(zone, port), "Export": {"Name": export}}},
    }
    name = f"zone-of-{uuid.uuid4()}"
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    say(f"Created the CloudFormation export {export} in the emulator.")
