"""aws:acm Certificate and CertificateValidation.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
"""

from typing import Any

from .official import Differences
from .properties import Props, to_aws
from .resource import Held, Resource
from .service import Service

_TIMEOUT = 75 * 60  # seconds; the official provider's default


class Certificate(Held, module="acm"):
    """A certificate from ACM. The emulator issues it at once, always with an RSA_2048 key."""

    noun, verbs = "Certificate", ("Request", "Describe", "", "Delete")
    member, rereads = "CertificateArn", True
    differences = Differences(
        replaces=("domainName", "validationMethod", "subjectAlternativeNames", "keyAlgorithm"),
        keeps=("options.export",),
        resets=("domainName",),
        unsupported=("certificateAuthorityArn",),
    )

    def prepared(self, props: Props) -> Props:
        names = props.get("subjectAlternativeNames")
        if not isinstance(names, list):
            return props
        return props | {
            "subjectAlternativeNames": sorted({*names, *filter(None, [props.get("domainName")])})
        }  # AWS adds the domain name

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        arn, options = answer["CertificateArn"], answer.get("DomainValidationOptions", [])
        tags = aws.client.list_tags_for_certificate(CertificateArn=arn).get("Tags", [])
        return {
            "validationMethod": options[0].get("ValidationMethod", "DNS") if options else "NONE",
            "arn": arn,
            "domainValidationOptions": [_validation(option) for option in options],
            "renewalEligibility": answer.get("RenewalEligibility", "INELIGIBLE"),
            "tags": {tag["Key"]: tag.get("Value", "") for tag in tags},
        }

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        named = {"CertificateArn": resource_id}
        if new.get("options") != old.get("options"):
            aws.call("UpdateCertificateOptions", to_aws(self.inputs, new) | named)
        aws.retag(old, new, ("AddTagsToCertificate", "RemoveTagsFromCertificate"), **named)
        return self.reread(aws, resource_id, new)


class CertificateValidation(Resource, module="acm"):
    """No resource in AWS: a create waits until the certificate is issued, by default for at most 75 minutes."""

    differences = Differences(replaces=("certificateArn", "validationRecordFqdns"))

    def make(self, aws: Service, props: Props) -> str:
        arn = props["certificateArn"]
        aws.wait(f"certificate {arn} to be issued", _TIMEOUT, lambda: _described(aws, arn)["Status"] == "ISSUED")
        return str(_described(aws, arn).get("IssuedAt", arn))

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        arn = known.get("certificateArn")
        if not arn or _described(aws, arn)["Status"] != "ISSUED":
            return None  # the official provider cannot import it either
        given = {name: known[name] for name in ("certificateArn", "validationRecordFqdns") if name in known}
        return self.state(aws, resource_id, {}, **given)


def _described(aws: Service, arn: str) -> Any:
    return aws.client.describe_certificate(CertificateArn=arn)["Certificate"]


def _validation(option: Props) -> Props:
    record = option.get("ResourceRecord") or {}
    parts = {f"resourceRecord{part}": record.get(part, "") for part in ("Name", "Type", "Value")}
    return {"domainName": option["DomainName"], **parts}
