"""The certificate of the auth domain."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.route53 import Record

# AWS validates within minutes once the record is there, and never if the zone is not delegated to: the provider's 75
# minutes would only be waited in vain.
_VALIDATION_TIMEOUT = pulumi.CustomTimeouts(create="15m")
_RECORD_TTL_SECONDS = 300


@dataclass(frozen=True)
class DomainCertificateArgs:
    """What a certificate is made of.

    Args:
        domain_name: the name that it is for, at most 64 characters.
        zone_id: the hosted zone in which it is validated.
        tags: its tags.
        region: where it lives, if not in the provider's region; Cognito wants a custom domain's in us-east-1.
    """

    domain_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    tags: Mapping[str, str]
    region: str | None = None


class DomainCertificate(pulumi.ComponentResource):
    """An ACM certificate, validated by a DNS record in the zone, which AWS uses again at each renewal.

    It leaves alone the zone itself and every other record in it. The validation record is taken over where it is there
    already, since all certificates of one name share it
    (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html).

    Attributes:
        arn: the certificate's ARN.
        validated_arn: the same ARN, known once AWS has issued the certificate.
    """

    def __init__(self, name: str, args: DomainCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:DomainCertificate", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        certificate = Certificate(
            name,
            domain_name=args.domain_name,
            validation_method="DNS",
            tags=args.tags,
            region=args.region,
            opts=child,
        )
        wanted = certificate.domain_validation_options[0]
        record = Record(
            f"{name}-validation-record",
            zone_id=args.zone_id,
            name=wanted.resource_record_name,
            type=wanted.resource_record_type,
            records=[wanted.resource_record_value],
            ttl=_RECORD_TTL_SECONDS,
            allow_overwrite=True,
            opts=child,
        )
        validation = CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self, custom_timeouts=_VALIDATION_TIMEOUT),
        )
        self.arn = certificate.arn
        self.validated_arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})
