"""Compares a live pool with a stack's config: changes, unsupported settings, unmanaged resources. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_policy import EnforcementLevel

from cli.adopt.compare import Deviation, Effect, differences, value_at
from cli.adopt.live import TERMS, Live, Thing, hidden
from identity import facts
from identity.config.settings import Settings
from identity.identity_provider.settings import IdentityProvider
from identity.naming import key_of
from identity.provider_names import Props
from policy.enforcement import RULES, level
from policy.rule import Resource

_REASON = "Existing setting, adopted; please review."
_CALLED = {
    facts.USER_POOL: "pool",
    facts.USER_POOL_CLIENT: "client",
    facts.USER_POOL_DOMAIN: "domain",
    facts.RESOURCE_SERVER: "api",
    facts.RISK_CONFIGURATION: "risk-configuration",
    facts.LOG_DELIVERY: "log-delivery",
    facts.WEB_ACL_ASSOCIATION: "web-acl",
    facts.IDENTITY_PROVIDER: "provider",
    facts.USER_GROUP: "group",
    facts.UI_CUSTOMIZATION: "ui-customization",
    facts.LOGIN_STYLE: "style",
    facts.PERMISSION: "permission",
    TERMS: "terms",
}


@dataclass(frozen=True)
class Survey:
    """What was found, by the names that `--leave` takes."""

    differences: tuple[Deviation, ...]
    unmanaged: tuple[tuple[str, str], ...]

    def stopping(self, left: Collection[str]) -> list[Deviation]:
        """The differences that nobody has accepted."""
        return [
            difference
            for difference in self.differences
            if difference.effect is not Effect.KEPT and difference.name not in left
        ]


def survey(live: Live, settings: Settings, managed: Mapping[str, Thing]) -> Survey:
    """Look at everything.

    Args:
        live: what runs.
        settings: the stack's config.
        managed: what the program makes, by its logical name.
    """
    found: list[Deviation] = []
    unmanaged: list[tuple[str, str]] = []
    names = {id(thing): name for name, thing in managed.items()}
    for thing in (live.pool, *live.things):
        inputs = _inputs(thing, settings, names.get(id(thing), ""))
        if inputs is None:
            unmanaged.append((leave_name(thing), thing.name))
        else:
            found += differences(thing, inputs)
    return Survey(tuple(found), tuple(unmanaged))


def leave_name(thing: Thing) -> str:
    """What a thing that nobody manages is called where it may stay: clients by their ids, which are one of a kind."""
    return f"{_CALLED[thing.type]}:{thing.own_id if thing.type == facts.USER_POOL_CLIENT else thing.word}"


def _inputs(thing: Thing, settings: Settings, name: str) -> Props | None:
    """What the program sends for a thing; None where it does not manage it."""
    key = key_of(name)
    if thing.type == facts.USER_POOL:
        inputs = settings.user_pool.inputs()
        if settings.user_pool.case_sensitive and not thing.outputs.get("usernameConfiguration"):
            del inputs["usernameConfiguration"]  # it means the same, and the program does not say it then
        return inputs
    if thing.type == facts.USER_POOL_CLIENT and key in settings.clients:
        return settings.clients[key].inputs()
    if thing.type == facts.RESOURCE_SERVER and key in settings.apis:
        return settings.apis[key].inputs()
    if thing.type == facts.USER_GROUP and key in settings.config.groups:
        return {"name": key, **settings.config.groups[key].inputs()}
    if thing.type == facts.IDENTITY_PROVIDER and name:
        for provider in settings.identity_providers.values():
            if provider.name == key:
                return _provider(thing, provider)
    pool = settings.user_pool
    if thing.type == facts.RISK_CONFIGURATION and pool.threat_protection:
        return pool.threat_protection.risk()
    if thing.type == facts.LOG_DELIVERY and pool.logs:
        return {"logConfigurations": pool.logs.deliveries({})}
    if thing.type == facts.WEB_ACL_ASSOCIATION and pool.web_acl:
        return {"resourceArn": thing.outputs["resourceArn"], "webAclArn": pool.web_acl.arn}
    if thing.type == facts.LOGIN_STYLE and name and settings.config.login:
        return settings.config.login.look_of(name.removeprefix("login-")).styled()
    if thing.type == facts.UI_CUSTOMIZATION and name and settings.config.login:
        return {"css": settings.config.login.old_css()}
    if thing.type == facts.PERMISSION and name:
        return {}
    if thing.type == facts.USER_POOL_DOMAIN and name:
        version = settings.config.login.version if settings.config.login else None
        return {
            "domain": thing.name,
            "certificateArn": thing.outputs.get("certificateArn"),
            **({"managedLoginVersion": version} if version else {}),
        }
    return None


def looks_that_differ(settings: Settings, managed: Mapping[str, Thing]) -> Iterator[Deviation]:
    """Where the sign-in pages look otherwise than the config says."""
    for name, thing in managed.items():
        if thing.type in (facts.LOGIN_STYLE, facts.UI_CUSTOMIZATION):
            yield from differences(thing, _inputs(thing, settings, name) or {})


def _provider(thing: Thing, provider: IdentityProvider) -> Props:
    """What is sent, with the details that AWS adds by itself."""
    inputs = provider.inputs()
    own = {name: text for name, text in thing.outputs["providerDetails"].items() if name in provider.added}
    return {**inputs, "providerDetails": {**own, **hidden(inputs["providerDetails"])}}


def exemptions(managed: Mapping[str, Thing], settings: Settings, stack: str) -> dict[str, dict[str, str]]:
    """The violations of mandatory rules that run already, each with a reason, as identity:exemptions has them."""
    production = None if settings.config.production is None else str(settings.config.production).lower()
    environment = settings.config.environment or stack
    resources = list(_resources(managed, settings))
    found: dict[str, dict[str, str]] = {}
    for rule in RULES:
        if level(rule, environment, production) is EnforcementLevel.MANDATORY:
            for resource in resources:
                if rule.findings(resource, resources):
                    found.setdefault(rule.id, {})[resource.key] = _REASON
    return found


def _resources(managed: Mapping[str, Thing], settings: Settings) -> Iterator[Resource]:
    for name, thing in managed.items():
        inputs = _inputs(thing, settings, name)
        if inputs is not None:
            more: dict[str, Any] = {"tags": dict(settings.tags), "userPoolId": managed[facts.LOGICAL_POOL].import_id}
            if thing.type == facts.USER_POOL:
                more["deletionProtection"] = "ACTIVE"
            if thing.type == facts.USER_POOL_CLIENT:
                more["generateSecret"] = thing.outputs["generateSecret"]
            yield Resource(thing.type, name, {**inputs, **more}, urn=name, protect=True, region=settings.region)


def drifted(found: Survey, resources: Iterable[Mapping[str, Any]]) -> Survey:
    """The same, where what the config does not speak of counts as well once it is not as the state has it."""
    known = {(resource["type"], str(resource.get("id"))): resource.get("outputs") or {} for resource in resources}

    def judged(found: Deviation) -> Deviation:
        kind, outputs = found.thing.type, known.get((found.thing.type, found.thing.own_id))
        if found.effect is not Effect.KEPT or outputs is None or value_at(kind, outputs, found.path) == found.in_aws:
            return found
        return replace(found, effect=Effect.DRIFTED)

    return replace(found, differences=tuple(judged(difference) for difference in found.differences))


def managed_by(resources: Iterable[Mapping[str, Any]], live: Live) -> dict[str, Thing]:
    """What a stack's state has of what runs, by its logical name."""
    things, found = {(thing.type, thing.own_id): thing for thing in (live.pool, *live.things)}, {}
    for resource in resources:
        name, number = resource["urn"].rpartition("::")[2], str(resource.get("id"))
        if resource["type"] == facts.PERMISSION:  # its id is one in its function alone, and many triggers may share it
            trigger = name.removeprefix(f"{facts.LOGICAL_POOL}-").removesuffix("-permission")
            number = f"{resource['outputs'].get('function')}/{number}/{trigger}"
        if not resource.get("delete") and (resource["type"], number) in things:
            found[name] = things[resource["type"], number]
    return found
