"""One stack of the identity service: settings -> components -> outputs."""

import pulumi

from identity import config, deployed, facts, guard
from identity.certificate import DomainCertificate, DomainCertificateArgs
from identity.exports import CloudFormationExports, CloudFormationExportsArgs
from identity.outputs import stack_outputs
from identity.registry import AccessRegistry, AccessRegistryArgs
from identity.user_pool.component import CustomDomain, CustomerUserPool, CustomerUserPoolArgs
from identity.zone import find_zone

settings = config.load()
domain = settings.domain
zone = find_zone(domain, settings.names, settings.stack)
region = deployed.current_region(settings.region)
state = deployed.read_state()
guard.refuse_losses(state, settings, region, zone)

certificate = None
if zone and not domain.certificate_arn:
    certificate = DomainCertificate(
        "certificate",
        DomainCertificateArgs(
            domain_name=domain.auth_domain,
            zone_id=zone.id,
            tags=settings.tags,
            region=facts.CUSTOM_DOMAIN_REGION if domain.custom else None,
        ),
    )

certificate_arn = domain.certificate_arn or (certificate.validated_arn if certificate else None)
served_on: str | CustomDomain = domain.prefix
if domain.custom and certificate_arn:
    kept = domain.prefix if domain.keep_prefix else None
    served_on = CustomDomain(domain.auth_domain, certificate_arn, zone.id if zone else None, kept)
guarded = pulumi.ResourceOptions(protect=settings.protect)
pool = CustomerUserPool(
    "customers",
    CustomerUserPoolArgs(
        domain=served_on,
        settings=settings.user_pool,
        tags=settings.tags,
        deletion_protection=settings.protect,
        says_case=not (settings.user_pool.case_sensitive and deployed.pool_without_case(state)),
    ),
    opts=guarded,
)
registry = AccessRegistryArgs(pool.id, settings.apis, settings.clients, deployed.clients(state))
access = AccessRegistry("access", registry, opts=guarded)

if settings.config.cloud_formation_exports:
    published = {settings.names.user_pool_id_export: pool.id, settings.names.user_pool_arn_export: pool.arn}
    if certificate:
        published[settings.names.certificate_export] = certificate.validated_arn
    CloudFormationExports(
        "exports",
        CloudFormationExportsArgs(settings.names.exports_stack, published, settings.tags),
        opts=pulumi.ResourceOptions(protect=settings.protect, depends_on=[pool, access]),
    )

for name, value in stack_outputs(settings, region, certificate, pool, access).items():
    pulumi.export(name, value)
