"""One stack of the identity service: settings -> components -> outputs."""

import pulumi

from identity import config, deployed, facts, guard
from identity.certificate import DomainCertificate, DomainCertificateArgs
from identity.exports import CloudFormationExports, CloudFormationExportsArgs
from identity.guard import unseen
from identity.identity_pool import PeopleInAws, PeopleInAwsArgs
from identity.login_pages import LoginPages, LoginPagesArgs
from identity.outputs import stack_outputs
from identity.plan import plan_line
from identity.publish import Publication, PublicationArgs, parameters
from identity.registry import AccessRegistry, AccessRegistryArgs
from identity.user_pool.component import CustomDomain, CustomerUserPool, CustomerUserPoolArgs
from identity.zone import find_zone

settings = config.load()
domain = settings.domain
zone = find_zone(domain, settings.names, settings.stack, settings.user_pool.email)
region = deployed.current_region(settings.region)
state = deployed.read_state()
guard.refuse_losses(state, settings, region, zone)
if needed := plan_line(settings.config):
    pulumi.log.info(f"{facts.PLAN_LINE} {needed}")

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
served_on: str | CustomDomain | None = domain.prefix if domain.served else None
if domain.custom and certificate_arn:
    kept = domain.prefix if domain.keep_prefix else None
    served_on = CustomDomain(domain.auth_domain, certificate_arn, zone.id if zone else None, kept)
guarded = pulumi.ResourceOptions(protect=settings.protect)
pool = CustomerUserPool(
    "customers",
    CustomerUserPoolArgs(
        domain=served_on,
        settings=settings.user_pool,
        stem=settings.names.stem,
        tags=settings.tags,
        login_version=settings.config.login.version if settings.config.login else None,
        zone_id=zone.id if zone else None,
        deletion_protection=settings.protect,
        says_case=not (settings.user_pool.case_sensitive and deployed.pool_without_case(state)),
        had_mail_sender=deployed.mail_sender(state) is not None,
        statements=deployed.statements(state),
        links_accounts=settings.config.link_accounts is not None,
        hooks=unseen.before_update(settings, region) if settings.config.read_live_pool else None,
    ),
    opts=guarded,
)
registry = AccessRegistryArgs(
    pool.id,
    settings.apis,
    settings.clients,
    settings.identity_providers,
    settings.config.groups,
    deployed.private_keys(state),
    deployed.clients(state),
)
access = AccessRegistry("access", registry, opts=guarded)
client_ids = {key: client.id for key, client in access.clients.items()}

if settings.config.login and pool.domain:
    people_come_to = {key: client for key, client in settings.clients.items() if client.has_pages}
    LoginPages("login", LoginPagesArgs(settings.config.login, pool.id, pool.domain, people_come_to, client_ids))

people = None
if settings.config.identity_pool:
    issuer = pulumi.Output.concat("cognito-idp.", region, ".amazonaws.com/", pool.id)
    pool_name = settings.config.identity_pool.name or settings.names.identity_pool
    people = PeopleInAws(
        "identity-pool",
        PeopleInAwsArgs(settings.config.identity_pool, pool_name, issuer, client_ids, settings.tags),
        opts=guarded,
    )

if settings.exports:
    values = {
        "userPoolId": pool.id,
        "userPoolArn": pool.arn,
        **{f"clients.{key}": client_id for key, client_id in client_ids.items()},
    }
    if certificate:
        values["certificateArn"] = certificate.validated_arn
    published = {name: values[output] for output, name in settings.exports.items() if output in values}
    CloudFormationExports(
        "exports",
        CloudFormationExportsArgs(settings.names.exports_stack, published, settings.tags),
        opts=pulumi.ResourceOptions(protect=settings.protect, depends_on=[pool, access]),
    )

outputs = stack_outputs(settings, region, certificate, pool, access, people)
if settings.config.publish:
    secrets = {key: access.clients[key].client_secret for key, client in settings.clients.items() if client.secret}
    Publication(
        "published",
        PublicationArgs(
            settings.config.publish.path(settings.names),
            parameters(outputs) if settings.config.publish.ssm else {},
            secrets if settings.config.publish.secrets else {},
            settings.tags,
        ),
    )

for name, value in outputs.items():
    pulumi.export(name, value)
