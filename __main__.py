"""One stack of the identity service: settings -> components -> outputs."""

import pulumi

from identity import config as settings
from identity import deployed, guard
from identity.certificate import DomainCertificate, DomainCertificateArgs
from identity.exports import CloudFormationExports, CloudFormationExportsArgs
from identity.outputs import stack_outputs
from identity.region import CUSTOM_DOMAIN_REGION, current_region
from identity.registry import AccessRegistry, AccessRegistryArgs
from identity.user_pool import CustomDomain, CustomerUserPool, CustomerUserPoolArgs
from identity.zone import find_zone

config = settings.load()
domain = config.domain
zone = find_zone(domain, config.names, config.stack)
region = current_region(config)
state = deployed.read_state()
guard.refuse_losses(state, config, region, zone)

certificate = None
if zone:
    certificate = DomainCertificate(
        "certificate",
        DomainCertificateArgs(
            domain_name=domain.auth_domain,
            zone_id=zone.id,
            tags=config.tags,
            region=CUSTOM_DOMAIN_REGION if domain.custom_domain else None,
        ),
    )

guarded = pulumi.ResourceOptions(protect=config.protect)
pool = CustomerUserPool(
    "customers",
    CustomerUserPoolArgs(
        pool_name=config.names.user_pool,
        domain=(
            CustomDomain(domain.auth_domain, certificate.validated_arn, zone.id)
            if domain.custom_domain and certificate and zone
            else domain.prefix
        ),
        settings=config.user_pool,
        tags=config.tags,
        deletion_protection=config.protect,
        says_case=not (config.user_pool.case_sensitive and deployed.pool_without_case(state)),
    ),
    opts=guarded,
)
access = AccessRegistry("access", AccessRegistryArgs(pool.id, config.apis, config.clients), opts=guarded)

if config.cloud_formation_exports:
    published = {config.names.user_pool_id_export: pool.id, config.names.user_pool_arn_export: pool.arn}
    if certificate:
        published[config.names.certificate_export] = certificate.validated_arn
    CloudFormationExports(
        "exports",
        CloudFormationExportsArgs(config.names.exports_stack, published, config.tags),
        opts=pulumi.ResourceOptions(protect=config.protect, depends_on=[pool, access]),
    )

for name, value in stack_outputs(config, region, certificate, pool, access).items():
    pulumi.export(name, value)
