"""What runs beside a stack's config: what would change, what nothing can be said of, and what nobody manages. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import EnforcementLevel

from cli.adopt.compare import Difference, Effect, differences
from cli.adopt.live import TERMS, UI_CUSTOMIZATION, Live, Thing, hidden
from cli.adopt.provider_names import Props
from identity import facts
from identity.config import Settings
from identity.identity_provider import IdentityProvider
from policy.enforcement import RULES, level
from policy.rule import Resource

_REASON = "As it runs already; adopted, and to be looked at."
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
    UI_CUSTOMIZATION: "ui-customization",
    TERMS: "terms",
}


@dataclass(frozen=True)
class Survey:
    """What was found, by the names that `--leave` takes."""

    differences: tuple[Difference, ...]
    unmanaged: tuple[tuple[str, str], ...]

    def stopping(self, left: Collection[str]) -> list[Difference]:
        """The differences that nobody has accepted."""
        return [it for it in self.differences if it.effect is not Effect.KEPT and it.name not in left]


def survey(live: Live, settings: Settings, names: Mapping[str, str]) -> Survey:
    """Look at everything.

    Args:
        live: what runs.
        settings: the stack's config.
        names: the logical name of each thing that is managed, by its import id.
    """
    found: list[Difference] = []
    unmanaged: list[tuple[str, str]] = []
    for thing in (live.pool, *live.things):
        inputs = _inputs(thing, settings, names.get(thing.import_id, ""))
        if inputs is None:
            unmanaged.append((leave_name(thing), thing.name))
        else:
            found += differences(thing, inputs)
    return Survey(tuple(found), tuple(unmanaged))


def leave_name(thing: Thing) -> str:
    """What a thing that nobody manages is called where it may stay: clients by their ids, which are one of a kind."""
    what = thing.import_id.partition("/")[2] if thing.type == facts.USER_POOL_CLIENT else thing.name
    return f"{_CALLED[thing.type]}:{what}"


def _inputs(thing: Thing, settings: Settings, name: str) -> Props | None:
    """What the program sends for a thing; None where it does not manage it."""
    key = re.sub(r"^access-[a-z]+-", "", name)
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
    if thing.type == facts.USER_POOL_DOMAIN and name:
        return {"domain": thing.name, "certificateArn": thing.outputs.get("certificateArn")}
    return None


def _provider(thing: Thing, provider: IdentityProvider) -> Props:
    """What is sent, with the details that AWS adds by itself."""
    inputs = provider.inputs()
    own = {name: text for name, text in thing.outputs["providerDetails"].items() if name in provider.added}
    return {**inputs, "providerDetails": {**own, **hidden(inputs["providerDetails"])}}


def exemptions(live: Live, settings: Settings, names: Mapping[str, str], stack: str) -> dict[str, dict[str, str]]:
    """The violations of mandatory rules that run already, each with a reason, as identity:exemptions has them."""
    production = None if settings.config.production is None else str(settings.config.production).lower()
    environment = settings.config.environment or stack
    resources = list(_resources(live, settings, names))
    found: dict[str, dict[str, str]] = {}
    for rule in RULES:
        if level(rule, environment, production) is EnforcementLevel.MANDATORY:
            for resource in resources:
                if rule.findings(resource, resources):
                    found.setdefault(rule.id, {})[resource.key] = _REASON
    return found


def _resources(live: Live, settings: Settings, names: Mapping[str, str]) -> Iterator[Resource]:
    for thing in (live.pool, *live.things):
        inputs, name = _inputs(thing, settings, names.get(thing.import_id, "")), names.get(thing.import_id, "")
        if inputs is not None:
            more: dict[str, Any] = {"tags": dict(settings.tags), "userPoolId": live.pool.import_id}
            if thing.type == facts.USER_POOL:
                more["deletionProtection"] = "ACTIVE"
            if thing.type == facts.USER_POOL_CLIENT:
                more["generateSecret"] = thing.outputs["generateSecret"]
            yield Resource(thing.type, name, {**inputs, **more}, urn=name, protect=True, region=settings.region)


def by_id(ids: Mapping[str, str]) -> dict[str, str]:
    """Import id -> logical name."""
    return {import_id: name for name, import_id in ids.items()}


def managed(resources: Iterable[Mapping[str, Any]], pool_id: str) -> dict[str, str]:
    """Import id -> logical name of what a stack's state has."""
    found = {}
    for resource in resources:
        if resource["type"].startswith("aws:") and not resource.get("delete"):
            name, own = resource["urn"].rpartition("::")[2], str(resource.get("id"))
            found[f"{pool_id}/{own}" if resource["type"] == facts.USER_POOL_CLIENT else own] = name
    return found
