"""The user pool and the domains on which its sign-in is served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import cognito
from pulumi_aws.route53 import Record, RecordAliasArgs

from identity import facts
from identity.setting import arguments
from identity.user_pool.beside import Beside
from identity.user_pool.functions import Functions, functions, permit, permit_links
from identity.user_pool.logs import deliver_logs
from identity.user_pool.mail import mail_identity, not_known_yet
from identity.user_pool.settings import UserPool
from identity.user_pool.sms import sender_role
from identity.user_pool.threat_protection import configure_risk
from identity.user_pool.web_acl import put_web_acl


@dataclass(frozen=True)
class CustomDomain:
    """Sign-in on a domain of one's own.

    Args:
        name: the domain, below the zone's apex, whose parent resolves to an A record.
        certificate_arn: its certificate in us-east-1, validated.
        zone_id: the hosted zone that gets its alias records; None where somebody else makes them.
        prefix: the prefix of amazoncognito.com on which sign-in is served as well; None for none.
    """

    name: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    zone_id: pulumi.Input[str] | None
    prefix: str | None = None


@dataclass(frozen=True)
class CustomerUserPoolArgs:
    """What a user pool is made of.

    Args:
        settings: the pool's settings, names filled in.
        domain: where sign-in is served, a prefix of amazoncognito.com or a domain of one's own; None for nowhere.
        stem: `<product>-<environment>`, with which the names of what stands beside the pool begin.
        tags: its tags.
        login_version: which of Cognito's sign-in pages its domains serve, 1 or 2; AWS's choice by default.
        zone_id: the hosted zone of the records of the mail's sender; None by default.
        deletion_protection: whether Cognito refuses to delete the pool; False by default.
        says_case: whether the user names' case is written down; False for a pool that was made without it.
        had_mail_sender: whether the last update named a sender of the pool's mail: without `email` it goes.
        statements: the ids of the permissions that functions have already, by logical name; none by default.
        links_accounts: whether the function of preSignUp, which is made here, may link people's accounts.
        hooks: what the engine asks before it updates the pool; nothing by default.
    """

    settings: UserPool
    domain: str | CustomDomain | None
    stem: str
    tags: Mapping[str, str]
    login_version: int | None = None
    zone_id: pulumi.Input[str] | None = None
    deletion_protection: bool = False
    says_case: bool = True
    had_mail_sender: bool = False
    statements: Mapping[str, str] = field(default_factory=dict)
    links_accounts: bool = False
    hooks: pulumi.ResourceHookBinding | None = None


class CustomerUserPool(pulumi.ComponentResource):
    """A Cognito user pool, its sign-in domains, and what its settings need beside it: the role that sends texts, the
    sender of its mail, functions, the risk configuration, the log delivery, a web ACL.

    It leaves alone the people in the pool. User-name and alias attributes, user-name case and existing attributes of a
    pool can never change
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-attributes.html): `identity.guard`
    refuses a config that would.

    Attributes:
        id: the pool's id.
        arn: the pool's ARN, which API Gateway authorizers take.
        domain: the domain resource on which sign-in is served; None without one.
    """

    id: pulumi.Output[str]
    arn: pulumi.Output[str]
    domain: cognito.UserPoolDomain | None

    def __init__(self, name: str, args: CustomerUserPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(facts.POOL_COMPONENT, name, {}, opts)
        beside = Beside(name, args.stem, args.tags, self)
        triggers = args.settings.triggers
        called = functions(beside, triggers) if triggers else Functions()
        pool = cognito.UserPool(
            name,
            cognito.UserPoolArgs(
                **arguments(_inputs(beside, args, called.arns)),
                deletion_protection="ACTIVE" if args.deletion_protection else "INACTIVE",
                tags=args.tags,
            ),
            # Even where someone has taken Pulumi's own protection away by hand, the engine forgets and does not delete.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.deletion_protection, hooks=args.hooks),
        )
        self.id, self.arn, self._login_version = pool.id, pool.arn, args.login_version
        if triggers:
            permit(beside, triggers, called.arns, self.arn, args.statements)
        if args.links_accounts:
            permit_links(beside, called.roles["pre_sign_up"], self.arn)
        self._watch(beside, args.settings)
        self.domain = self._serve(name, args.domain) if args.domain else None
        # What the provider has by itself of a sender does not tell who named it.
        email = args.settings.email
        said = {"mailFrom": email.from_ or email.identity_arn} if email else {}
        self.register_outputs({"id": self.id, "arn": self.arn, **said})

    def _watch(self, beside: Beside, settings: UserPool) -> None:
        if settings.threat_protection:
            configure_risk(beside, self.id, settings.threat_protection)
        if settings.logs and settings.logs.given():
            deliver_logs(beside, self.id, settings.logs)
        if settings.web_acl:
            put_web_acl(beside, self.arn, settings.web_acl)

    def _serve(self, name: str, domain: str | CustomDomain) -> cognito.UserPoolDomain:
        if isinstance(domain, str):
            return self._on_prefix(name, domain)
        if domain.prefix:
            self._on_prefix(name, domain.prefix)
        served = cognito.UserPoolDomain(
            f"{name}-custom-domain",
            domain=domain.name,
            user_pool_id=self.id,
            certificate_arn=domain.certificate_arn,
            managed_login_version=self._login_version,
            opts=self._only_one(),
        )
        if domain.zone_id is not None:
            self._alias(name, domain.name, domain.zone_id, served)
        return served

    def _on_prefix(self, name: str, prefix: str) -> cognito.UserPoolDomain:
        return cognito.UserPoolDomain(
            f"{name}-prefix-domain",
            domain=prefix,
            user_pool_id=self.id,
            managed_login_version=self._login_version,
            opts=self._only_one(),
        )

    def _only_one(self) -> pulumi.ResourceOptions:
        # A pool has one domain of each kind: a new one of the same kind can only come after the old one is deleted.
        return pulumi.ResourceOptions(parent=self, delete_before_replace=True)

    def _alias(
        self, name: str, domain: pulumi.Input[str], zone_id: pulumi.Input[str], served: cognito.UserPoolDomain
    ) -> None:
        for kind in ("A", "AAAA"):
            Record(
                f"{name}-alias-{kind.lower()}",
                zone_id=zone_id,
                name=domain,
                type=kind,
                aliases=[
                    RecordAliasArgs(
                        name=served.cloudfront_distribution,
                        zone_id=served.cloudfront_distribution_zone_id,
                        evaluate_target_health=False,
                    )
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )


def _inputs(beside: Beside, args: CustomerUserPoolArgs, called: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    """The provider's inputs, with the ARNs of what is made here in the place of those that are not given."""
    settings, inputs = args.settings, args.settings.inputs()
    if not args.says_case:
        del inputs["usernameConfiguration"]
    if settings.triggers:
        inputs["lambdaConfig"] = settings.triggers.block(called)
    if settings.sms and not settings.sms.role_arn:
        inputs["smsConfiguration"]["snsCallerArn"] = sender_role(beside, str(settings.sms.external_id))
    if settings.email and not settings.email.identity_arn and args.zone_id is not None:
        if not args.had_mail_sender:
            pulumi.log.warn(not_known_yet(settings.email.domain))
        inputs["emailConfiguration"]["sourceArn"] = mail_identity(beside, settings.email.domain, args.zone_id)
    elif not settings.email and args.had_mail_sender:
        inputs["emailConfiguration"] = {"emailSendingAccount": "COGNITO_DEFAULT"}
    return inputs
