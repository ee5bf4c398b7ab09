"""What a real account has before this program comes: the hosted zone, with an address at its apex.

Cognito wants a custom domain's parent to resolve, and the certificate is validated in the zone.
"""

import json
from typing import Any

from local import emulator
from local.console import say

# How `remove` knows its own: nothing else in the emulator is called so.
_MARK = "identity-local-stack"
_EXPORTER = "identity-local-zone"
_APEX_ADDRESS = "192.0.2.1"  # reserved for documentation: it leads nowhere
_NONE = "none"


def prepare(config: dict[str, Any], port: int) -> None:
    """Make the zone that the stack file names, if it is missing. A zone given by id must be there already.

    Args:
        config: the config map of the stack file, unchecked; what makes no sense is left to the program's checks.
    """
    name, export = _given(config, "zoneName"), _given(config, "zoneExport")
    if name and not export:
        _make_zone(name.rstrip("."), port)
    elif export and not name:
        _make_export(export, _zone_of(config), port)


def remove(port: int) -> int:
    """Remove what `prepare` made, and say how many zones that were."""
    route53 = emulator.client("route53", port)
    own = [zone for zone in _zones(route53) if str(zone.get("CallerReference", "")).startswith(_MARK)]
    for zone in own:
        _empty(route53, zone["Id"])
        route53.delete_hosted_zone(Id=zone["Id"])
    _remove_exporter(port)
    return len(own)


def _given(config: dict[str, Any], key: str) -> str | None:
    value = config.get(f"identity:{key}")
    return value if isinstance(value, str) and value.strip() and value != _NONE else None


def _zone_of(config: dict[str, Any]) -> str:
    domain = _given(config, "authDomain")
    return domain.partition(".")[2] if domain and "." in domain else f"{_given(config, 'product') or 'example'}.app"


def _make_zone(name: str, port: int) -> str:
    route53 = emulator.client("route53", port)
    found = [zone for zone in _zones(route53) if zone["Name"].rstrip(".") == name]
    if found:
        zone_id = str(found[0]["Id"])
    else:
        zone_id = str(route53.create_hosted_zone(Name=name, CallerReference=f"{_MARK}-{name}")["HostedZone"]["Id"])
        say(f"Made the hosted zone {name} in the emulator, with an A record at its apex.")
    records = _records(route53, zone_id)
    if not any(record["Type"] == "A" and record["Name"].rstrip(".") == name for record in records):
        record = {"Name": name, "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": _APEX_ADDRESS}]}
        route53.change_resource_record_sets(
            HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        )
    return zone_id.rpartition("/")[2]


def _make_export(export: str, zone: str, port: int) -> None:
    cloudformation = emulator.client("cloudformation", port)
    pages = cloudformation.get_paginator("list_exports").paginate()
    if any(entry["Name"] == export for page in pages for entry in page.get("Exports", [])):
        return
    _remove_exporter(port)  # one of another export, from before the stack file was changed
    output = {"Value": _make_zone(zone, port), "Export": {"Name": export}}
    # CloudFormation has no stack without a resource.
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {"ZoneId": output},
    }
    cloudformation.create_stack(StackName=_EXPORTER, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=_EXPORTER, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    say(f"Made the CloudFormation export {export} in the emulator.")


def _remove_exporter(port: int) -> None:
    cloudformation = emulator.client("cloudformation", port)
    stacks = cloudformation.describe_stacks()["Stacks"]
    if any(stack["StackName"] == _EXPORTER and stack["StackStatus"] != "DELETE_COMPLETE" for stack in stacks):
        cloudformation.delete_stack(StackName=_EXPORTER)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=_EXPORTER, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )


def _zones(route53: Any) -> list[dict[str, Any]]:
    pages = route53.get_paginator("list_hosted_zones").paginate()
    return [zone for page in pages for zone in page["HostedZones"]]


def _records(route53: Any, zone_id: str) -> list[dict[str, Any]]:
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    return [record for page in pages for record in page["ResourceRecordSets"]]


def _empty(route53: Any, zone_id: str) -> None:
    changes = [
        {"Action": "DELETE", "ResourceRecordSet": record}
        for record in _records(route53, zone_id)
        if record["Type"] not in ("NS", "SOA")
    ]
    if changes:
        route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
