"""Reads a live pool from AWS, with the property names of the AWS provider."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cli.adopt.account import Account
from identity import facts
from identity.client.auth_flows import AWS_AUTH_FLOWS
from identity.config.keys import Config
from identity.errors import HIDDEN
from identity.guard.unseen import in_one
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.provider_names import Props, in_provider_names
from identity.setting import declarations
from identity.user_pool.attributes import DECLARABLE, StandardAttribute, live_standard
from local.console import Failure

Ask = Callable[..., Any]
SECRETS = "clientSecrets"  # a second one, of which no state knows
TERMS = "terms of use"  # no resource of the provider
# What AWS answers of a pool that nobody has changed, and the emulator leaves out.
_OWN_POOL = {
    "passwordPolicy": {
        **dict.fromkeys(("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"), False),
        "minimumLength": 8,
        "temporaryPasswordValidityDays": 7,
    },
    "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_CODE"},
    "mfaConfiguration": "OFF",
}
_OWN_CLIENT = {
    "explicitAuthFlows": AWS_AUTH_FLOWS,
    "refreshTokenRotation": {"feature": "DISABLED", "retryGracePeriodSeconds": 0},
    "preventUserExistenceErrors": "LEGACY",
    "enableTokenRevocation": True,
    "allowedOauthFlowsUserPoolClient": False,
}
# What AWS has by itself and keeps, of which a stack file need not speak.
_BY_ITSELF = {at.aws: at.nothing for at in declarations(Config) if at.kept}
# The older names of what stands in verificationMessageTemplate, and of passwordPolicy.temporaryPasswordValidityDays.
_TWICE = ("emailVerificationMessage", "emailVerificationSubject", "smsVerificationMessage")


@dataclass(frozen=True)
class Thing:
    """Something that runs: the provider's type, what people call it, the provider's outputs, and Pulumi's import id."""

    type: str
    name: str
    outputs: Props
    import_id: str

    @property
    def word(self) -> str:
        """Its name without spaces."""
        return re.sub(r"\s", "_", self.name)

    @property
    def own_id(self) -> str:
        """The id that the state knows it by: a client's without its pool, a permission's with its trigger."""
        if self.type == facts.PERMISSION:
            return f"{self.import_id}/{self.name}"
        return self.import_id.rpartition("/")[2] if self.type == facts.USER_POOL_CLIENT else self.import_id


@dataclass(frozen=True)
class Live:
    """A pool and all that stands on it."""

    pool: Thing
    things: list[Thing] = field(default_factory=list)

    def of(self, type_name: str) -> list[Thing]:
        return [thing for thing in self.things if thing.type == type_name]


def read(account: Account, pool_id: str) -> Live:
    """Everything of a pool. Raises Failure where there is none of this id."""

    def ask(operation: str, member: str, **more: str) -> Any:
        return account.ask("cognito-idp", operation, UserPoolId=pool_id, **more).get(member)

    described = ask("describe_user_pool", "UserPool")
    if not described:
        raise Failure(f"There is no user pool {pool_id} in {account.place}, region {account.region}.")
    factors = account.ask("cognito-idp", "get_user_pool_mfa_config", UserPoolId=pool_id)
    pool = Thing(facts.USER_POOL, described["Name"], _pool(in_provider_names(in_one(described, factors))), pool_id)
    domains, clients = list(_domains(account, pool)), list(_clients(ask, pool_id))
    things = [*domains, *clients, *_registry(ask, pool_id), *_once(ask, pool), *_beside(account, pool)]
    if any(domain.outputs.get("managedLoginVersion") == 2 for domain in domains):
        things += _styles(ask, clients)
    return Live(pool, things)


def _pool(found: Props) -> Props:
    # In a pool of the first years this counts until an update sends what took its place.
    days = (found.get("adminCreateUserConfig") or {}).get("unusedAccountValidityDays")
    policy = {"temporaryPasswordValidityDays": days, **(found.get("passwordPolicy") or {})}
    outputs = _filled({**found, "passwordPolicy": policy}, _OWN_POOL)
    template = outputs["verificationMessageTemplate"]
    for old in _TWICE:
        text, name = outputs.get(old), old.replace("Verification", "")
        if text and template.setdefault(name, text) == text:
            del outputs[old]
    invitation = outputs.get("adminCreateUserConfig", {})
    invitation.pop("unusedAccountValidityDays", None)
    if not invitation.get("allowAdminCreateUserOnly"):
        invitation.pop("allowAdminCreateUserOnly", None)
    if not any((outputs.get("userAttributeUpdateSettings") or {}).values()):
        outputs.pop("userAttributeUpdateSettings", None)  # as AWS answers once it has been taken out
    outputs["schemas"] = [
        {**attribute, "name": attribute["name"].removeprefix("dev:").removeprefix("custom:")}
        for attribute in outputs.get("schemas", [])
        if not _is_standard(attribute)
    ]
    return outputs


def _is_standard(schema: Props) -> bool:
    """Whether an attribute is AWS's own, which every pool has, as it is where nobody declares it."""
    name = schema["name"]
    if ":" in name or name not in DECLARABLE:
        return ":" not in name
    return live_standard([schema])[name] == StandardAttribute()


def _filled(outputs: Props, own: Props) -> Props:
    """The outputs, with AWS's own choice where nothing stands, and without what it has by itself."""
    made = {
        name: output
        for name, output in outputs.items()
        if output not in ([], "", None) and output != _BY_ITSELF.get(name)
    }
    for name, value in own.items():
        if isinstance(value, dict):
            made[name] = _filled(made.get(name) or {}, value)
        elif made.get(name) in (None, "", []):
            made[name] = value
    return made


def _domains(account: Account, pool: Thing) -> Iterator[Thing]:
    for kind in ("domain", "customDomain"):
        if name := pool.outputs.get(kind):
            answer = account.ask("cognito-idp", "describe_user_pool_domain", Domain=name)
            outputs = in_provider_names(answer.get("DomainDescription", {}))
            outputs |= outputs.pop("customDomainConfig", {})
            yield Thing(facts.USER_POOL_DOMAIN, name, outputs, name)


def _clients(ask: Ask, pool: str) -> Iterator[Thing]:
    for listed in ask("list_user_pool_clients", "UserPoolClients") or ():
        number = listed["ClientId"]
        outputs = _filled(
            in_provider_names(ask("describe_user_pool_client", "UserPoolClient", ClientId=number)), _OWN_CLIENT
        )
        outputs["generateSecret"] = bool(outputs.pop("clientSecret", ""))
        secrets = outputs["generateSecret"] and ask("list_user_pool_client_secrets", "ClientSecrets", ClientId=number)
        if secrets and len(secrets) > 1:
            outputs[SECRETS] = f"{len(secrets)} secrets"
        yield Thing(facts.USER_POOL_CLIENT, listed["ClientName"], outputs, f"{pool}/{number}")


def _registry(ask: Ask, pool: str) -> Iterator[Thing]:
    for server in ask("list_resource_servers", "ResourceServers") or ():
        identifier = server["Identifier"]
        yield Thing(facts.RESOURCE_SERVER, identifier, in_provider_names(server), f"{pool}|{identifier}")
    for listed in ask("list_identity_providers", "Providers") or ():
        name = listed["ProviderName"]
        outputs = in_provider_names(ask("describe_identity_provider", "IdentityProvider", ProviderName=name))
        # Apple's key is the one secret that AWS never answers; without it there would be no provider.
        own = {"private_key": HIDDEN} if outputs["providerType"] == "SignInWithApple" else {}
        outputs["providerDetails"] = hidden(outputs["providerDetails"] | own)
        yield Thing(facts.IDENTITY_PROVIDER, name, outputs, f"{pool}:{name}")
    for group in ask("list_groups", "Groups") or ():
        name = group["GroupName"]
        if not name.startswith(f"{pool}_"):  # that is AWS's own, of everybody who comes by one provider
            yield Thing(facts.USER_GROUP, name, in_provider_names(group), f"{pool}/{name}")


def hidden(details: Props) -> Props:
    """The details of a provider without what is secret in them: that it is there is all that matters."""
    return {name: HIDDEN if name in SECRET_DETAILS else text for name, text in details.items()}


def _once(ask: Ask, pool: Thing) -> Iterator[Thing]:
    """What a pool has once, and the provider has resources of their own for."""
    risk = ask("describe_risk_configuration", "RiskConfiguration") or {}
    if any("Risk" in name for name in risk):
        yield Thing(facts.RISK_CONFIGURATION, pool.name, in_provider_names(risk), pool.import_id)
    logs = ask("get_log_delivery_configuration", "LogDeliveryConfiguration") or {}
    if logs.get("LogConfigurations"):
        yield Thing(facts.LOG_DELIVERY, pool.name, in_provider_names(logs), pool.import_id)
    looks = ask("get_ui_customization", "UICustomization") or {}
    if looks.get("CSS") or looks.get("ImageUrl"):
        yield Thing(facts.UI_CUSTOMIZATION, pool.name, in_provider_names(looks), f"{pool.import_id},ALL")
    for terms in ask("list_terms", "Terms") or ():
        yield Thing(TERMS, str(terms.get("TermsName")), in_provider_names(terms), "")


def _styles(ask: Ask, clients: list[Thing]) -> Iterator[Thing]:
    """Of managed login, the style of each client as the program sends one."""
    for client in clients:
        style = ask("describe_managed_login_branding_by_client", "ManagedLoginBranding", ClientId=client.own_id)
        if style:
            outputs = {**in_provider_names(style), "clientId": client.own_id}
            if "Settings" in style:
                outputs["settings"] = json.dumps(style["Settings"], sort_keys=True)
            for asset in outputs.get("assets", []):
                asset["bytes"] = base64.b64encode(asset["bytes"]).decode("ascii")
            number = outputs.pop("managedLoginBrandingId")
            yield Thing(facts.LOGIN_STYLE, client.name, outputs, f"{client.import_id.partition('/')[0]},{number}")


def _beside(account: Account, pool: Thing) -> Iterator[Thing]:
    """What stands in other services: what lets the pool call its functions, by the trigger, and its web ACL."""
    for trigger, arn in (pool.outputs.get("lambdaConfig") or {}).items():
        function = arn.get("lambdaArn") if isinstance(arn, dict) else arn
        if trigger in ("kmsKeyId", "preTokenGenerationConfig") or not function:
            continue
        policy = json.loads(account.ask("lambda", "get_policy", FunctionName=function).get("Policy", "{}"))
        for statement in policy.get("Statement", []):
            source = (statement.get("Condition") or {}).get("ArnLike", {}).get("AWS:SourceArn")
            if source == pool.outputs["arn"]:
                yield Thing(facts.PERMISSION, trigger, {}, f"{function}/{statement['Sid']}")
                break
    if acl := account.ask("wafv2", "get_web_acl_for_resource", ResourceArn=pool.outputs["arn"]).get("WebACL"):
        association = {"resourceArn": pool.outputs["arn"], "webAclArn": acl["ARN"]}
        yield Thing(facts.WEB_ACL_ASSOCIATION, acl["Name"], association, f"{acl['ARN']},{pool.outputs['arn']}")
