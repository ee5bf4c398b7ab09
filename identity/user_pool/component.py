"""The user pool, its sign-in domains and its additional resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cognito

from identity import deployed, facts
from identity.deployed import Deployed
from identity.domain import Domain, serve
from identity.provider_names import arguments
from identity.user_pool.beside import Beside
from identity.user_pool.functions import functions, permit, permit_links
from identity.user_pool.logs import deliver_logs
from identity.user_pool.mail import mail_identity, not_known_yet
from identity.user_pool.settings import UserPool
from identity.user_pool.sms import sender_role
from identity.user_pool.threat_protection import configure_risk
from identity.user_pool.triggers import Triggers
from identity.user_pool.web_acl import put_web_acl


@dataclass(frozen=True)
class CustomerUserPoolArgs:
    """The arguments of `CustomerUserPool`.

    Args:
        settings: the settings of the pool, with defaults filled in.
        domain: the sign-in domains.
        stem: `<product>-<environment>`, the prefix of the names of additional resources.
        tags: the tags of all resources.
        certificate_arn: the validated certificate of a custom domain; None by default.
        zone_id: the hosted zone for the records of the custom domain and the email sender; None if they are created
            elsewhere.
        deletion_protection: whether Cognito refuses to delete the pool; False by default.
        links_accounts: whether the preSignUp function, created here, may link users.
        state: the resources of the stack's state; empty by default.
        hooks: hooks of the engine for the pool; None by default.
    """

    settings: UserPool
    domain: Domain
    stem: str
    tags: Mapping[str, str]
    certificate_arn: pulumi.Input[str] | None = None
    zone_id: pulumi.Input[str] | None = None
    deletion_protection: bool = False
    links_accounts: bool = False
    state: Sequence[Deployed] = ()
    hooks: pulumi.ResourceHookBinding | None = None


class CustomerUserPool(pulumi.ComponentResource):
    """A Cognito user pool, its sign-in domains, and the additional resources that its settings require: the role for
    SMS, the SES identity, Lambda functions, risk configuration, log delivery, web ACL.

    The users of the pool are not changed. User-name and alias attributes, user-name case and existing attributes of a
    pool cannot change (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-attributes.html):
    `identity.guard` refuses such a config.

    Attributes:
        id: the id of the pool.
        arn: the ARN of the pool, for API Gateway authorizers.
        domain: the domain resource of the sign-in pages; None without one.
    """

    def __init__(self, name: str, args: CustomerUserPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(facts.POOL_COMPONENT, name, {}, opts)
        beside = Beside(name, args.stem, args.tags, self)
        triggers = args.settings.triggers or Triggers()
        arns, roles = functions(beside, triggers)
        pool = cognito.UserPool(
            name,
            **arguments(_inputs(beside, args, arns)),
            deletion_protection="ACTIVE" if args.deletion_protection else "INACTIVE",
            tags=args.tags,
            # Even if a user removes Pulumi's `protect` manually, the engine only drops the pool from the state.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.deletion_protection, hooks=args.hooks),
        )
        self.id, self.arn = pool.id, pool.arn
        permit(beside, triggers, arns, self.arn, deployed.statements(args.state))
        if args.links_accounts:
            permit_links(beside, roles["preSignUp"], self.arn)
        self._protect_and_log(beside, args.settings)
        self.domain = serve(args.domain, name, self, self.id, args.certificate_arn, args.zone_id)
        # Recorded for `mail_sender`: the pool's outputs do not show whether the program set the sender.
        email = args.settings.email
        sender = {"mailFrom": email.from_ or email.identity_arn} if email else {}
        self.register_outputs({"id": self.id, "arn": self.arn, **sender})

    def _protect_and_log(self, beside: Beside, settings: UserPool) -> None:
        if settings.threat_protection:
            configure_risk(beside, self.id, settings.threat_protection)
        if settings.logs and settings.logs.given():
            deliver_logs(beside, self.id, settings.logs)
        if settings.web_acl:
            put_web_acl(beside, self.arn, settings.web_acl)


def _inputs(beside: Beside, args: CustomerUserPoolArgs, called: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    """The inputs of the pool, with the ARNs of resources created here. `called` has the function of each trigger."""
    settings, inputs = args.settings, args.settings.inputs()
    had_mail_sender = deployed.mail_sender(args.state) is not None
    if settings.case_sensitive and deployed.pool_without_case(args.state):
        del inputs["usernameConfiguration"]
    if settings.triggers:
        inputs["lambdaConfig"] = settings.triggers.block(called)
    if settings.sms and not settings.sms.role_arn:
        inputs["smsConfiguration"]["snsCallerArn"] = sender_role(beside, str(settings.sms.external_id))
    if settings.email and not settings.email.identity_arn and args.zone_id is not None:
        if not had_mail_sender:
            pulumi.log.warn(not_known_yet(settings.email.domain))
        inputs["emailConfiguration"]["sourceArn"] = mail_identity(beside, settings.email.domain, args.zone_id)
    elif not settings.email and had_mail_sender:
        inputs["emailConfiguration"] = {"emailSendingAccount": "COGNITO_DEFAULT"}
    return inputs
