"""aws:acm Certificate and CertificateValidation.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
"""

from typing import Any

from .emulator import Emulator
from .official import Differences, official_table
from .properties import Props, Table, from_aws, to_aws
from .resource import Found, Resource, existing, key_values, tag_changes, tagged

# Of certificates that come from elsewhere, or are renewed by others than ACM.
_OF_OTHERS = frozenset(
    [
        *("certificateAuthorityArn", "certificateBody", "certificateChain", "earlyRenewalDuration"),
        *("privateKey", "privateKeyWo", "privateKeyWoVersion", "validationOptions"),
    ]
)


class Certificate(Resource):
    """A certificate that ACM issues. The emulator issues it at once, and always as RSA_2048."""

    type_name = "aws:acm/certificate:Certificate"
    service = "acm"
    inputs: Table = official_table(
        type_name,
        "acm",
        ("RequestCertificateRequest",),
        Differences(
            replaces=("domainName", "validationMethod", "subjectAlternativeNames", "keyAlgorithm"),
            keeps=("validationMethod", "subjectAlternativeNames", "keyAlgorithm", "options", "options.export"),
            own=_OF_OTHERS,
        ),
    )
    unsupported = _OF_OTHERS

    def prepared(self, props: Props) -> Props:
        names = props.get("subjectAlternativeNames")
        if not isinstance(names, list):
            return props
        return props | {
            "subjectAlternativeNames": sorted({*names, *filter(None, [props.get("domainName")])})
        }  # AWS adds it by itself

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        request = to_aws(self.inputs, props)
        if props.get("tags"):
            request["Tags"] = key_values(props["tags"])
        arn = self.client(emulator, props).request_certificate(**request)["CertificateArn"]
        return self.reread(emulator, arn, props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = _described(client, resource_id)
        if found is None:
            return None
        answer = client.list_tags_for_certificate(CertificateArn=resource_id).get("Tags", [])
        options = found.get("DomainValidationOptions", [])
        state = from_aws(self.inputs, found) | tagged({tag["Key"]: tag.get("Value", "") for tag in answer})
        return Found(
            resource_id,
            state
            | {
                "validationMethod": options[0].get("ValidationMethod", "DNS") if options else "NONE",
                "arn": resource_id,
                "status": found["Status"],
                "domainValidationOptions": [_validation(option) for option in options],
                "notAfter": found["NotAfter"].strftime("%Y-%m-%dT%H:%M:%SZ") if "NotAfter" in found else "",
                "notBefore": found["NotBefore"].strftime("%Y-%m-%dT%H:%M:%SZ") if "NotBefore" in found else "",
                "pendingRenewal": False,
                "renewalEligibility": found.get("RenewalEligibility", "INELIGIBLE"),
                "renewalSummaries": [],
                "type": found.get("Type", "AMAZON_ISSUED"),
                "validationEmails": [],
                "region": known.get("region") or emulator.region,
            },
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client = self.client(emulator, old)
        if new.get("options") != old.get("options"):
            client.update_certificate_options(CertificateArn=resource_id, Options=to_aws(self.inputs, new)["Options"])
        setting, dropping = tag_changes(old, new)
        if setting:
            client.add_tags_to_certificate(CertificateArn=resource_id, Tags=key_values(setting))
        if dropping:
            client.remove_tags_from_certificate(CertificateArn=resource_id, Tags=[{"Key": key} for key in dropping])
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        if _described(client, resource_id) is not None:
            client.delete_certificate(CertificateArn=resource_id)


class CertificateValidation(Resource):
    """Nothing of its own in AWS: making it waits until the certificate is issued, 75 minutes unless told otherwise."""

    type_name = "aws:acm/certificateValidation:CertificateValidation"
    service = "acm"
    inputs: Table = official_table(type_name, "", (), Differences(replaces=("certificateArn", "validationRecordFqdns")))

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:
        client, arn = self.client(emulator, props), props["certificateArn"]
        emulator.wait(
            f"certificate {arn} to be issued",
            timeout or 75 * 60,
            lambda: client.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED",
        )
        issued = client.describe_certificate(CertificateArn=arn)["Certificate"].get("IssuedAt", arn)
        return self.reread(emulator, str(issued), props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        if not known.get("certificateArn"):
            return None  # the official provider has no import of it either
        found = _described(self.client(emulator, known), known["certificateArn"])
        if found is None or found["Status"] != "ISSUED":
            return None
        given = {name: known[name] for name in ("certificateArn", "validationRecordFqdns") if name in known}
        return Found(resource_id, given | {"region": known.get("region") or emulator.region})

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:
        pass


def _described(client: Any, arn: str) -> Any:
    answer = existing(lambda: client.describe_certificate(CertificateArn=arn))
    return answer and answer["Certificate"]


def _validation(option: Props) -> Props:
    record = option.get("ResourceRecord") or {}
    return {
        "domainName": option["DomainName"],
        "resourceRecordName": record.get("Name", ""),
        "resourceRecordType": record.get("Type", ""),
        "resourceRecordValue": record.get("Value", ""),
    }
