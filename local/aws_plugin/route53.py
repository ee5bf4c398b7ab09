"""aws:route53 Record, and the invokes getZone and getRecords.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

import re
from typing import Any

from .emulator import Emulator, Refusal, code_of
from .official import Differences
from .properties import Props, to_aws
from .resource import Resource
from .service import Service


class Record(Resource, module="route53"):
    """A record set of a hosted zone, simple routing only."""

    requests = ("ResourceRecordSet",)
    differences = Differences(
        replaces=("name", "type", "zoneId"),
        unread=("allowOverwrite",),
        members={
            "aliases": "AliasTarget",
            "aliases.name": "DNSName",
            "aliases.zoneId": "HostedZoneId",
        },
        own=("zoneId", "records", "allowOverwrite"),
        unsupported=("healthCheckId", "setIdentifier"),
    )

    def prepared(self, props: Props) -> Props:
        aliases = props.get("aliases") or []
        if isinstance(aliases, list):  # else not known yet
            aliases = [alias | {"name": _bare(alias["name"])} for alias in aliases if isinstance(alias, dict)]
        # An alias has no TTL, shown as 0. `allowOverwrite` only affects the create, and is not part of the record.
        return {key: value for key, value in props.items() if key not in ("ttl", "allowOverwrite") or value} | {
            "name": _bare(props["name"]),
            "aliases": aliases,
            "allowOverwrite": None,
        }

    def make(self, aws: Service, props: Props) -> str:
        action = "UPSERT" if props.get("allowOverwrite") else "CREATE"
        _change(aws.client, props["zoneId"], action, self._set(aws.client, props))
        return f"{props['zoneId']}_{_bare(props['name'])}_{props['type']}"

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        shape = re.fullmatch(r"([^_]+)_(.+)_([A-Z]+)", resource_id)
        if shape is None:
            raise Refusal(f"the id to import is <zone id>_<name>_<type>; received {resource_id}")
        zone, name, kind = shape.groups()
        fqdn = _fqdn(name, _zone_name(aws.client, zone))
        found = _find(aws.client, zone, fqdn, kind)
        if found is None:
            return None
        if alias := found.get("AliasTarget"):  # the official provider has a list of them
            found = found | {"AliasTarget": [alias | {"DNSName": _bare(alias["DNSName"])}], "TTL": None}
        values = [_shown(kind, record["Value"]) for record in found.get("ResourceRecords", [])]
        given = str(known.get("name", ""))
        more = {"zoneId": zone, "name": given if _bare(given) == name else name, "fqdn": fqdn}
        return self.state(aws, resource_id, found, **more, records=values or None)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        _change(aws.client, new["zoneId"], "UPSERT", self._set(aws.client, new))

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        zone = state["zoneId"]
        # With its current values: Route 53 requires the exact values to delete a record set.
        if found := _find(aws.client, zone, state["fqdn"], state["type"]):
            _change(aws.client, zone, "DELETE", found)

    def _set(self, client: Any, props: Props) -> Props:
        name = _fqdn(props["name"], _zone_name(client, props["zoneId"]))
        record: Props = {"Name": name, "Type": props["type"]}
        if props.get("aliases"):
            return record | {"AliasTarget": to_aws(self.inputs, props)["AliasTarget"][0]}
        values = [_quoted(props["type"], value) for value in props.get("records") or []]
        return record | {"TTL": props.get("ttl"), "ResourceRecords": [{"Value": value} for value in values]}


def _change(client: Any, zone: str, action: str, record: Props) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    try:
        client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    except Exception as error:
        if action == "CREATE" and code_of(error) == "InvalidChangeBatch" and "already exists" in str(error):
            raise Refusal(
                f"the zone {zone} has a record set {record['Name']} of type {record['Type']} already: delete it, "
                f"import it, or set allow_overwrite on this record"
            ) from error
        raise


def _find(client: Any, zone: str, fqdn: str, kind: str) -> Any:
    answer = client.list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=fqdn, StartRecordType=kind, MaxItems="1"
    )
    for found in answer["ResourceRecordSets"]:
        if _bare(found["Name"]) == _bare(fqdn) and found["Type"] == kind:
            return found
    return None


def _zone_name(client: Any, zone: str) -> str:
    return _bare(client.get_hosted_zone(Id=zone)["HostedZone"]["Name"])


def _fqdn(name: str, zone_name: str) -> str:
    bare = _bare(name)
    return bare if bare == zone_name or bare.endswith("." + zone_name) else ".".join(filter(None, [bare, zone_name]))


def _bare(name: str) -> str:
    return name.rstrip(".").lower().replace("\\052", "*")


def _quoted(kind: str, value: str) -> str:
    return f'"{value}"' if kind in ("TXT", "SPF") and not value.startswith('"') else value


def _shown(kind: str, value: str) -> str:
    return value[1:-1] if kind in ("TXT", "SPF") and value.startswith('"') else value


def get_zone(emulator: Emulator, arguments: Props) -> Props:
    """Return the hosted zone with this name or id. Raises Refusal if there is not exactly one."""
    client = emulator.client("route53")
    private = arguments.get("privateZone") or False
    if zone_id := arguments.get("zoneId"):
        zones = [client.get_hosted_zone(Id=zone_id)["HostedZone"]]
    else:
        name = _bare(arguments.get("name") or "")
        pages = client.get_paginator("list_hosted_zones").paginate()
        named = [zone for page in pages for zone in page["HostedZones"] if _bare(zone["Name"]) == name]
        zones = [zone for zone in named if zone.get("Config", {}).get("PrivateZone", False) == private]
    if len(zones) != 1:
        what = "no matching Route 53 Hosted Zone found" if not zones else "multiple Route 53 Hosted Zones matched"
        raise Refusal(f"{what}: {arguments.get('name')}; make the zone, or name it by zone_id")
    zone_id = zones[0]["Id"].removeprefix("/hostedzone/")
    servers = client.get_hosted_zone(Id=zone_id).get("DelegationSet", {}).get("NameServers", [])
    tags = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id)["ResourceTagSet"]["Tags"]
    return {
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "callerReference": zones[0].get("CallerReference", ""),
        "comment": zones[0].get("Config", {}).get("Comment", ""),
        "id": zone_id,
        "name": zones[0]["Name"].rstrip("."),
        "nameServers": servers,
        "primaryNameServer": servers[0] if servers else "",
        "privateZone": zones[0].get("Config", {}).get("PrivateZone", False),
        "resourceRecordSetCount": zones[0].get("ResourceRecordSetCount", 0),
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
        "zoneId": zone_id,
    }


def get_records(emulator: Emulator, arguments: Props) -> Props:
    """Return the record sets of a zone; with a regular expression only those whose names match it."""
    client = emulator.client("route53")
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=arguments["zoneId"])
    pattern = re.compile(arguments.get("nameRegex") or "")
    found = [record for page in pages for record in page["ResourceRecordSets"] if pattern.search(record["Name"])]
    return {
        "zoneId": arguments["zoneId"],
        "nameRegex": arguments.get("nameRegex"),
        "resourceRecordSets": [_listed(record) for record in found],
    }


def _listed(record: Props) -> Props:
    alias = record.get("AliasTarget")
    return {
        "name": record["Name"],
        "type": record["Type"],
        "ttl": record.get("TTL"),
        "resourceRecords": [{"value": value["Value"]} for value in record.get("ResourceRecords", [])],
        "aliasTarget": alias
        and {
            "dnsName": alias["DNSName"],
            "evaluateTargetHealth": alias["EvaluateTargetHealth"],
            "hostedZoneId": alias["HostedZoneId"],
        },
    }
