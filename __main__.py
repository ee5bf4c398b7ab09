"""The Pulumi program: one stack of the identity service. Settings -> components -> outputs."""

import pulumi

from identity import deployed, guard
from identity.certificate import DomainCertificate, DomainCertificateArgs
from identity.config import load
from identity.exports import CloudFormationExports, CloudFormationExportsArgs
from identity.guard.unseen import before_update
from identity.identity_pool import PeopleInAws, PeopleInAwsArgs
from identity.login_pages import LoginPages, LoginPagesArgs
from identity.outputs import stack_outputs
from identity.plan import say_plan
from identity.publish import Publication, PublicationArgs
from identity.registry import AccessRegistry, AccessRegistryArgs
from identity.user_pool.component import CustomerUserPool, CustomerUserPoolArgs
from identity.zone import find_zone

settings = load()
config, names, domain, tags = settings.config, settings.names, settings.domain, settings.tags
zone = find_zone(domain, names, settings.stack, settings.user_pool.email)
region = deployed.current_region(settings.region)
state = deployed.read_state()
guard.refuse_losses(state, settings, region, zone)
say_plan(config)
guarded = pulumi.ResourceOptions(protect=config.protect)

certificate = None
if zone and not domain.certificate_arn:
    certified = DomainCertificateArgs(domain.auth_domain, zone.id, tags, domain.certificate_region)
    certificate = DomainCertificate("certificate", certified)
validated = certificate.validated_arn if certificate else None

pool = CustomerUserPool(
    "customers",
    CustomerUserPoolArgs(
        settings=settings.user_pool,
        domain=domain,
        stem=names.stem,
        tags=tags,
        certificate_arn=domain.certificate_arn or validated,
        zone_id=zone.id if zone else None,
        deletion_protection=config.protect,
        links_accounts=config.link_accounts is not None,
        state=state,
        hooks=before_update(settings, region),
    ),
    opts=guarded,
)
registered = AccessRegistryArgs(
    pool.id, settings.apis, settings.clients, settings.identity_providers, config.groups, state
)
access = AccessRegistry("access", registered, guarded)

if config.login and pool.domain:
    LoginPages("login", LoginPagesArgs(config.login, pool.id, pool.domain, settings.clients, access.client_ids))

people = None
if settings.identity_pool:
    signed_in = PeopleInAwsArgs(settings.identity_pool, region, pool.id, access.client_ids, tags)
    people = PeopleInAws("identity-pool", signed_in, guarded)

if settings.exports:
    exported = CloudFormationExportsArgs(
        names.exports_stack, settings.exports, pool.id, pool.arn, access.client_ids, validated, tags
    )
    last = pulumi.ResourceOptions(protect=config.protect, depends_on=[pool, access])
    CloudFormationExports("exports", exported, last)

outputs = stack_outputs(settings, region, certificate, pool, access, people)
if config.publish:
    Publication("published", PublicationArgs(config.publish, names, outputs, access.client_secrets, tags))

for name, value in outputs.items():
    pulumi.export(name, value)
