"""Finds the certificate, the DNS records and the exports stack of a pool by name."""

from collections.abc import Iterator

from cli.adopt.account import Account
from cli.adopt.things import Thing
from identity import facts
from identity.config.settings import Settings

_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


def read(account: Account, settings: Settings) -> dict[str, Thing]:
    """Return the existing resources by logical name."""
    return {**dict(_in_zone(account, settings)), **dict(_exports(account, settings))}


def _in_zone(account: Account, settings: Settings) -> Iterator[tuple[str, Thing]]:
    domain, zone = settings.domain, _zone(account, settings)
    if not zone:
        return
    records = [f"{facts.LOGICAL_POOL}-alias-{kind}" for kind in ("a", "aaaa")] if domain.custom else []
    wanted = [(name, domain.auth_domain, name.rpartition("-")[2].upper()) for name in records]
    if not domain.certificate_arn and (certificate := _certificate(account, settings)):
        yield "certificate", certificate
        record = certificate.outputs.get("ResourceRecord")
        wanted += [("certificate-validation-record", record["Name"], record["Type"])] if record else []
    for logical, name, kind in wanted:
        host = name.rstrip(".")
        asked = {"HostedZoneId": zone, "StartRecordName": host, "StartRecordType": kind}
        one = {"PageSize": "1", "MaxItems": 1}
        answer = account.ask("route53", "list_resource_record_sets", None, **asked, PaginationConfig=one)
        records = answer.get("ResourceRecordSets", [])
        found = [(record["Name"].rstrip(".").lower(), record["Type"]) for record in records]
        if (host.lower(), kind) in found:
            yield logical, Thing(facts.RECORD, host, {}, f"{zone}_{host}_{kind}")


def _zone(account: Account, settings: Settings) -> str:
    zone = settings.domain.zone
    if zone is None or zone.by == "zoneId":
        return zone.value if zone else ""
    if zone.by == "zoneExport":
        exports = account.ask("cloudformation", "list_exports").get("Exports", [])
        return next((str(export["Value"]) for export in exports if export["Name"] == zone.value), "")
    zones = account.ask("route53", "list_hosted_zones").get("HostedZones", [])
    public = [listed for listed in zones if not listed.get("Config", {}).get("PrivateZone")]
    return next((listed["Id"].rpartition("/")[2] for listed in public if listed["Name"].rstrip(".") == zone.value), "")


def _certificate(account: Account, settings: Settings) -> Thing | None:
    """Return the certificate of the auth domain: one in use, else an issued one, else one pending validation."""
    name, region = settings.domain.auth_domain, facts.CUSTOM_DOMAIN_REGION if settings.domain.custom else None
    # Without key types, AWS lists only RSA_1024 and RSA_2048 certificates.
    listed = account.ask("acm", "list_certificates", region, Includes={"keyTypes": _KEY_TYPES})
    usable = []
    for summary in listed.get("CertificateSummaryList", []):
        if summary.get("DomainName") == name:
            answer = account.ask("acm", "describe_certificate", region, CertificateArn=summary["CertificateArn"])
            found = answer["Certificate"]
            if found.get("Type") == "AMAZON_ISSUED" and found["Status"] in ("ISSUED", "PENDING_VALIDATION"):
                usable.append(found)
    if not usable:
        return None
    best = max(usable, key=lambda found: (bool(found.get("InUseBy")), found["Status"] == "ISSUED"))
    (option, *_) = best.get("DomainValidationOptions") or [{}]
    return Thing(facts.CERTIFICATE, name, option, best["CertificateArn"])


def _exports(account: Account, settings: Settings) -> Iterator[tuple[str, Thing]]:
    name = settings.names.exports_stack
    stacks = account.ask("cloudformation", "list_stacks").get("StackSummaries", [])
    if any(stack["StackName"] == name and stack["StackStatus"] != "DELETE_COMPLETE" for stack in stacks):
        yield "exports", Thing(facts.CLOUD_FORMATION_STACK, name, {}, name)
