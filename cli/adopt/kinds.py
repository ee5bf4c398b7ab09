"""All kinds of resource that a pool can have. Reading, comparing and naming use the tables at the end."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cli.adopt import pool
from cli.adopt.account import Account
from cli.adopt.entries import Apis, Clients, Groups, Providers
from cli.adopt.things import Kind, Live, Thing, ask
from identity import facts, naming
from identity.config.settings import Settings
from identity.provider_names import Props, in_provider_names

_POOL: Final = facts.LOGICAL_POOL


class Domains(Kind):
    """The pool's domains: a prefix domain of AWS, and a custom domain."""

    type, word = facts.USER_POOL_DOMAIN, "domain"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for kind in ("domain", "customDomain"):
            if name := live.pool.outputs.get(kind):
                answer = account.ask("cognito-idp", "describe_user_pool_domain", Domain=name)
                outputs = in_provider_names(answer.get("DomainDescription", {}))
                yield Thing(self.type, name, outputs | outputs.pop("customDomainConfig", {}), name)

    def logical_name(self, thing: Thing, keys: Mapping[str, str]) -> str:
        return f"{_POOL}-{'custom' if '.' in thing.name else 'prefix'}-domain"

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        login = settings.config.login
        inputs = {"domain": thing.name, "certificateArn": thing.outputs.get("certificateArn")}
        return inputs | ({"managedLoginVersion": login.version} if login else {}) if name else None


class Risk(Kind):
    """The risk configuration of threat protection."""

    type, word, logical = facts.RISK_CONFIGURATION, "risk-configuration", f"{_POOL}-risk"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        risk = ask(account, live, "describe_risk_configuration", "RiskConfiguration") or {}
        if any("Risk" in name for name in risk):
            yield Thing(self.type, live.pool.name, in_provider_names(risk), live.pool.import_id)

    def inputs(self, settings: Settings, *_: object) -> Props | None:
        found = settings.user_pool.threat_protection
        return found.risk() if found else None


class Logs(Kind):
    """The log delivery of the pool."""

    type, word, logical = facts.LOG_DELIVERY, "log-delivery", f"{_POOL}-logs"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        logs = ask(account, live, "get_log_delivery_configuration", "LogDeliveryConfiguration") or {}
        if logs.get("LogConfigurations"):
            yield Thing(self.type, live.pool.name, in_provider_names(logs), live.pool.import_id)

    def inputs(self, settings: Settings, *_: object) -> Props | None:
        logs = settings.user_pool.logs
        return {"logConfigurations": logs.deliveries({})} if logs else None


class OldLooks(Kind):
    """The branding of the classic hosted UI."""

    type, word, logical = facts.UI_CUSTOMIZATION, "ui-customization", "login"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        looks = ask(account, live, "get_ui_customization", "UICustomization") or {}
        if looks.get("CSS") or looks.get("ImageUrl"):
            yield Thing(self.type, live.pool.name, in_provider_names(looks), f"{live.pool.import_id},ALL")

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        login = settings.config.login
        return {"css": login.old_css()} if login and name else None


class Terms(Kind):
    """The terms of use. The AWS provider has no resource for them."""

    type, word = "terms of use", "terms"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for terms in ask(account, live, "list_terms", "Terms") or ():
            yield Thing(self.type, str(terms.get("TermsName")), in_provider_names(terms), "")


class Permissions(Kind):
    """The permissions of the pool to invoke Lambda functions, one for each trigger."""

    type, word, logical = facts.PERMISSION, "permission", naming.permission(_POOL, "{name}")

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for trigger, arn in (live.pool.outputs.get("lambdaConfig") or {}).items():
            function = arn.get("lambdaArn") if isinstance(arn, dict) else arn
            if trigger in ("kmsKeyId", "preTokenGenerationConfig") or not function:
                continue
            policy = json.loads(account.ask("lambda", "get_policy", FunctionName=function).get("Policy", "{}"))
            for statement in policy.get("Statement", []):
                source = (statement.get("Condition") or {}).get("ArnLike", {}).get("AWS:SourceArn")
                if source == live.pool.outputs["arn"]:
                    yield Thing(self.type, trigger, {}, f"{function}/{statement['Sid']}")
                    break

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        return {} if name else None


class WebAcls(Kind):
    """The pool's web ACL."""

    type, word, logical = facts.WEB_ACL_ASSOCIATION, "web-acl", f"{_POOL}-web-acl-association"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        pool = live.pool.outputs["arn"]
        if acl := account.ask("wafv2", "get_web_acl_for_resource", ResourceArn=pool).get("WebACL"):
            association = {"resourceArn": pool, "webAclArn": acl["ARN"]}
            yield Thing(self.type, acl["Name"], association, f"{acl['ARN']},{pool}")

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        acl = settings.user_pool.web_acl
        return {"resourceArn": thing.outputs["resourceArn"], "webAclArn": acl.arn} if acl else None


class Looks(Kind):
    """The managed login branding of each client."""

    type, word = facts.LOGIN_STYLE, "style"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        managed = any(domain.outputs.get("managedLoginVersion") == 2 for domain in live.of(facts.USER_POOL_DOMAIN))
        for client in live.of(facts.USER_POOL_CLIENT) if managed else ():
            operation, client_id = "describe_managed_login_branding_by_client", client.own_id
            style = ask(account, live, operation, "ManagedLoginBranding", ClientId=client_id)
            if style:
                outputs = {**in_provider_names(style), "clientId": client_id}
                if "Settings" in style:
                    outputs["settings"] = json.dumps(style["Settings"], sort_keys=True)
                for asset in outputs.get("assets", []):
                    asset["bytes"] = base64.b64encode(asset["bytes"]).decode("ascii")
                own_id = outputs.pop("managedLoginBrandingId")
                yield Thing(self.type, client.name, outputs, f"{live.pool.import_id},{own_id}")

    def logical_name(self, thing: Thing, keys: Mapping[str, str]) -> str:
        return f"login-{keys[thing.outputs['clientId']]}"

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        login, key = settings.config.login, name.removeprefix("login-")
        has_pages = key in settings.clients and settings.clients[key].has_pages
        return login.look_of(key).styled() if login and has_pages else None


# In reading order: a kind may use the resources of the kinds before it.
KINDS: Final[Mapping[str, Kind]] = {
    kind.type: kind
    for kind in (
        *(pool.Pool(), Domains(), Clients(), Apis(), Providers(), Groups(), Risk(), Logs(), OldLooks(), Terms()),
        *(Permissions(), WebAcls(), Looks()),
    )
}
# In describing order: entries may refer to entries of the kinds before them.
ENTRIES: Final = (pool.Pool(), Providers(), Groups(), Apis(), Clients())


def read(account: Account, pool_id: str) -> Live:
    """Read a pool and its resources. Raises Failure if no pool has this id."""
    live = Live(pool.read(account, pool_id), [])
    for kind in KINDS.values():
        live.things.extend(kind.read(account, live))
    return live


def logical_names(live: Live, found: Iterable[Mapping[str, Thing]]) -> dict[str, Thing]:
    """Return the resources that the program can manage, by logical name. `found` has the config key of each entry."""
    keys = {thing.own_id: key for things in found for key, thing in things.items()}
    names = {KINDS[thing.type].logical_name(thing, keys): thing for thing in live.all}
    return {name: names[name] for name in sorted(names) if name}
