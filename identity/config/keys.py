"""All keys of the stack config, in one model."""

import unicodedata
from functools import partial
from typing import Annotated, Final

from pydantic import AfterValidator

from identity import types
from identity.api import Api, ServerLimit
from identity.client.settings import Client
from identity.domain import CertificateArn, DomainPrefix, ZoneId
from identity.exports import ExportName, OneExportNames
from identity.group import Group, GroupName
from identity.identity_pool import IdentityPool
from identity.identity_provider.settings import IdentityProvider
from identity.link_accounts import LOSS_OF_LINKS, VERIFIED_EMAIL
from identity.login import Login
from identity.publish import Publish
from identity.setting import Change, Model, setting
from identity.user_pool.settings import UserPool


def tag_text(value: str) -> str:
    """Validate a tag: letters, numbers and separators of any script, as in AWS; no tab or line break."""
    if all(unicodedata.category(sign)[0] in "LNZ" or sign in "_.:/=+-@" for sign in value):
        return value
    return types.refuse("letters, digits, spaces and _ . : / = + @ -")


def tag_key(value: str) -> str:
    if value.lower().startswith("aws:"):
        types.refuse("a key that does not begin with aws:")
    return tag_text(value) if len(value) <= 128 else types.refuse("a key of 1-128 characters")


def tag_value(value: str) -> str:
    return tag_text(value) if len(value) <= 256 else types.refuse("a value of 0-256 characters")


TagKey = Annotated[types.Text, AfterValidator(tag_key)]
TagValue = Annotated[str, AfterValidator(tag_value)]
_in_zone = partial(
    setting,
    change=Change.MATTERS,
    loss="The DNS records of the certificate and of the custom domain would be removed from their zone.",
)


class Config(Model):
    """Every key of the namespace `identity`."""

    product: types.DnsLabel = setting(
        "The name of the product, a DNS label such as focusmark. Part of all resource names.", default=...
    )
    environment: types.Maybe[types.DnsLabel] = setting(
        "The environment, a DNS label such as dev. Part of all resource names. For prod, the auth domain has no "
        "prefix. Default: the stack name.",
    )
    production: types.Maybe[bool] = setting(
        "Whether the production policies are mandatory, true or false. Default: false for the environments local, "
        "dev and test, otherwise true.",
    )
    zone_name: types.Maybe[types.DnsName] = _in_zone(
        "The name of the Route 53 hosted zone for DNS records and certificate validation. Set at most one of "
        "zoneName, zoneId and zoneExport; without a zone there are no DNS records and no certificate."
    )
    zone_id: types.Maybe[ZoneId] = _in_zone("The id of the hosted zone, instead of zoneName.")
    zone_export: types.Maybe[ExportName] = _in_zone(
        "The CloudFormation export with the id of the hosted zone, instead of zoneName."
    )
    sign_in_domain: bool = setting(
        "Whether the pool has a domain, with sign-in pages and OAuth endpoints. If false, apps can only sign users "
        "in through the Cognito API.",
        default=True,
        change=Change.REPLACES,
    )
    auth_domain: types.Maybe[types.DnsName] = setting(
        "The auth domain, inside the zone. Default: auth.<product>.app for the environment prod, otherwise "
        "<environment>-auth.<product>.app.",
        change=Change.REPLACES,
    )
    custom_domain: bool = setting(
        "Serve sign-in on the auth domain instead of a prefix of amazoncognito.com. Requires a zone or certificateArn.",
        default=False,
        change=Change.REPLACES,
    )
    domain_prefix: types.Maybe[DomainPrefix] = setting(
        "The prefix of the sign-in domain under amazoncognito.com. Default: <product>-<environment>.",
        change=Change.REPLACES,
    )
    keep_prefix_domain: bool = setting(
        "Serve sign-in on the prefix as well as on the custom domain, to move without an outage.", default=False
    )
    certificate_arn: types.Maybe[CertificateArn] = setting(
        "An existing certificate in us-east-1, for a custom domain without a zone. The output dnsRecords then lists "
        "the DNS records to create.",
    )
    protect: bool = setting(
        "Protect the pool, its domain, the resource servers and the clients, with Pulumi's protect option and "
        "Cognito's deletion protection, and refuse changes that weaken them.",
        default=False,
    )
    cloud_formation_exports: OneExportNames = setting(
        "The CloudFormation exports, output -> export name. true exports <product>-<environment>-customeruserpoolid, "
        "-customeruserpoolarn and, if there is a certificate, -certificate-auth. Default: no exports.",
    )
    allow_loss: types.Texts = setting(
        "Losses that the next update may cause, as the error message names them: a pool id, domain, resource server "
        "identifier or client id for the whole resource, or with a slash and a part, such as us-east-1_AbC/mfa, for "
        "that part. Remove the entry afterwards: with protect, an unused entry is refused.",
        default=[],
    )
    read_live_pool: bool = setting(
        "Read the live pool from AWS before updating it (DescribeUserPool, GetUserPoolMfaConfig), and refuse to "
        "reset settings that the AWS provider does not know, such as an inbound federation trigger.",
        default=True,
    )
    resource_server_limit: ServerLimit = setting(
        "The AWS account's quota of resource servers per pool: 25, or up to 300 if AWS has raised it.", default=25
    )
    exemptions: dict[types.Text, dict[types.Text, types.Text]] = setting(
        "Accepted violations of the policy pack, rule -> resource -> reason; docs/policies.md lists the rules. The "
        "resource is the key of a client or API, a logical name or *.",
        default={},
    )
    tags: dict[TagKey, TagValue] = setting(
        "Additional tags. The tags environment, orchestration, service, service-type and product are always set.",
        default={},
    )
    user_pool: UserPool = setting("The settings of the user pool.", default=UserPool.model_validate({}))
    identity_providers: dict[types.Key, IdentityProvider] = setting(
        "Identity providers, key -> object.", default={}, secret=True
    )
    link_accounts: types.Maybe[Annotated[types.Text, types.one_of(VERIFIED_EMAIL)]] = setting(
        "verifiedEmail links users of identity providers to the user with the same verified email address, with a "
        "Lambda function for the preSignUp trigger. Default: no linking, they are separate users.",
        loss=LOSS_OF_LINKS,
        example=VERIFIED_EMAIL,
    )
    groups: dict[GroupName, Group] = setting("The user groups, name -> object.", default={})
    login: types.Maybe[Login] = setting("The sign-in pages. Default: the domain's current version and branding.")
    identity_pool: types.Maybe[IdentityPool] = setting(
        "An identity pool, which gives AWS credentials to signed-in users. Default: none."
    )
    publish: types.Maybe[Publish] = setting(
        "Copies of the outputs: SSM parameters, and client secrets in Secrets Manager. Default: none."
    )
    apis: dict[types.Key, Api] = setting("The resource servers, key -> object.", default={})
    clients: dict[types.Key, Client] = setting("The app clients, key -> object.", default={})


KEYS: Final = tuple(str(field.alias) for field in Config.model_fields.values())
