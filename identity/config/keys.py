"""Every key of the stack config: one model."""

from typing import Annotated, Final

from identity import types
from identity.api import Api
from identity.client.settings import Client
from identity.exports import OneExportNames
from identity.group import Group, GroupName
from identity.identity_pool import IdentityPool
from identity.identity_provider.settings import IdentityProvider
from identity.link_accounts import LOSS_OF_LINKS, VERIFIED_EMAIL
from identity.login import Login
from identity.publish import Publish
from identity.setting import Change, Model, setting
from identity.types import Maybe, Once
from identity.user_pool.settings import UserPool

_RECORDS = "The records of the certificate and of the custom domain would leave their zone."


class Config(Model):
    """Every key of the namespace `identity`."""

    product: types.DnsLabel = setting(..., "The product, a DNS label such as focusmark. Part of every name.")
    environment: Maybe[types.DnsLabel] = setting(
        None,
        "The environment, a DNS label such as dev. Part of every name; prod drops the prefix of the auth domain. "
        "Not given - the stack's name.",
    )
    production: Maybe[bool] = setting(
        None,
        "Whether the policies of production are mandatory, true or false. Not given - false for the environments "
        "local, dev and test, true for any other.",
    )
    zone_name: Maybe[types.DnsName] = setting(
        None,
        "The Route 53 zone in which the certificate is validated, by name. At most one of zoneName, zoneId and "
        "zoneExport; none of them - no DNS and no certificate.",
        change=Change.MATTERS,
        loss=_RECORDS,
    )
    zone_id: Maybe[types.ZoneId] = setting(None, "The same zone by its id.", change=Change.MATTERS, loss=_RECORDS)
    zone_export: Maybe[types.ExportName] = setting(
        None, "The same zone by the CloudFormation export that holds its id.", change=Change.MATTERS, loss=_RECORDS
    )
    sign_in_domain: bool = setting(
        True,
        "Whether the pool has a domain, with sign-in pages and OAuth's endpoints. false - apps sign people in by "
        "Cognito's operations alone.",
        change=Change.REPLACES,
    )
    auth_domain: Maybe[types.DnsName] = setting(
        None,
        "The auth domain, inside the zone. Not given - auth.<product>.app for the environment prod, "
        "<environment>-auth.<product>.app for any other.",
        change=Change.REPLACES,
    )
    custom_domain: bool = setting(
        False,
        "Serve sign-in on the auth domain instead of the prefix of amazoncognito.com. Needs a zone, or certificateArn.",
        change=Change.REPLACES,
    )
    domain_prefix: Maybe[types.DomainPrefix] = setting(
        None,
        "The prefix of amazoncognito.com on which sign-in is served. Not given - <product>-<environment>.",
        change=Change.REPLACES,
    )
    keep_prefix_domain: bool = setting(
        False, "Serve sign-in on the prefix as well as on the custom domain, so that moving is no outage."
    )
    certificate_arn: Maybe[types.CertificateArn] = setting(
        None,
        "A certificate in us-east-1 that exists, for a custom domain without a zone. The output dnsRecords then says "
        "which records to make.",
    )
    protect: bool = setting(
        False,
        "Guard the pool, its domain, the resource servers and the clients - Pulumi's protect, and Cognito's deletion "
        "protection of the pool.",
    )
    cloud_formation_exports: OneExportNames = setting(
        None,
        "What is published as CloudFormation exports, output -> name. true publishes "
        "<product>-<environment>-customeruserpoolid, -customeruserpoolarn and, where there is one, -certificate-auth; "
        "not given and false, nothing.",
    )
    allow_loss: Annotated[list[types.Text], Once] = setting(
        [],
        "What the next update may lose, as the refusal names it: a pool id, domain, resource server identifier or "
        "client id where all of it goes, and with a slash and a part, as in us-east-1_AbC/mfa, where that part goes. "
        "Take the entry out afterwards: with protect, one that the update does not use is refused.",
    )
    read_live_pool: bool = setting(
        True,
        "Before an update of the pool, read it in AWS (DescribeUserPool, GetUserPoolMfaConfig) and refuse to reset "
        "what the AWS provider does not know, such as an inbound federation trigger.",
    )
    resource_server_limit: types.ServerLimit = setting(
        25, "How many resource servers the AWS account allows in a pool - 25, or up to 300 where AWS has raised it."
    )
    exemptions: dict[types.Text, dict[types.Text, types.Text]] = setting(
        {},
        "Violations of the policy pack that are meant, rule -> resource -> reason; docs/policies.md lists the rules. "
        "The resource is a client's or API's key, a logical name or *.",
    )
    tags: dict[types.TagKey, types.TagValue] = setting(
        {}, "Tags besides environment, orchestration, service, service-type and product."
    )
    user_pool: UserPool = setting(UserPool.model_validate({}), "The settings of the user pool.")
    identity_providers: dict[types.Key, IdentityProvider] = setting(
        {}, "Where people can sign in besides the pool itself, key -> object.", secret=True
    )
    link_accounts: Maybe[Annotated[str, types.one_of(VERIFIED_EMAIL), types.NotBlank]] = setting(
        None,
        "verifiedEmail links a sign-up by an identity provider to the user of the same verified address, by a function "
        "for the trigger preSignUp. Not given - each is a user of its own.",
        change=Change.LESSENS,
        loss=LOSS_OF_LINKS,
        example=VERIFIED_EMAIL,
    )
    groups: dict[GroupName, Group] = setting({}, "The groups of people, name -> object.")
    login: Maybe[Login] = setting(None, "The sign-in pages. Not given - AWS's choice, as the domain has it.")
    identity_pool: Maybe[IdentityPool] = setting(
        None, "An identity pool, which gives AWS credentials to people who have signed in. Not given - none."
    )
    publish: Maybe[Publish] = setting(
        None, "Where outputs are written: SSM parameters, and client secrets in Secrets Manager. Not given - nowhere."
    )
    apis: dict[types.Key, Api] = setting({}, "The resource servers, key -> object.")
    clients: dict[types.Key, Client] = setting({}, "The app clients, key -> object.")


KEYS: Final = tuple(str(field.alias) for field in Config.model_fields.values())
