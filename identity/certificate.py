"""The certificate of the auth domain."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.route53 import Record

# AWS validates the certificate within minutes, or never, if the zone is not delegated. The provider would wait 75
# minutes.
_VALIDATION_TIMEOUT = pulumi.CustomTimeouts(create="15m")
_RECORD_TTL_SECONDS = 300


@dataclass(frozen=True)
class DomainCertificateArgs:
    """The arguments of `DomainCertificate`.

    Args:
        domain_name: the domain name of the certificate, at most 64 characters.
        zone_id: the hosted zone for the validation record.
        tags: the tags of the certificate.
        region: its region, by default that of the provider; for a custom domain, Cognito requires us-east-1.
    """

    domain_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    tags: Mapping[str, str]
    region: str | None = None


class DomainCertificate(pulumi.ComponentResource):
    """An ACM certificate, validated by a DNS record in the zone; AWS needs the record for each renewal.

    The zone and its other records are not changed. An existing validation record is overwritten, because all
    certificates for the same name share it (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html).

    Attributes:
        arn: the ARN of the certificate.
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
