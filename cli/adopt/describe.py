"""The stack config for a live pool: all keys that differ from their defaults. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cli.adopt import looks
from cli.adopt.keys import by_logical_name, things_by_key
from cli.adopt.lean import ROOT, Filling, Section, texts, without_defaults, written_out
from cli.adopt.live import Live, Thing
from cli.adopt.survey import looks_that_differ
from identity import config, facts
from identity.api import Api, known_scopes
from identity.client.settings import CLIENT_CREDENTIALS, COGNITO, EXTERNAL, Client
from identity.config.settings import Settings
from identity.deployed import Deployed
from identity.group import Group
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.identity_provider.settings import IdentityProvider
from identity.naming import Names
from identity.provider_names import Props
from identity.setting import Model
from identity.user_pool.live import live_pool
from identity.user_pool.settings import UserPool
from identity.user_pool.triggers import Trigger, Triggers

# Each key of the config that follows from what runs, whether or not it is to be written.
DESCRIBED = (
    *("protect", "tags", "userPool", "identityProviders", "groups", "apis", "clients", "login"),
    *("signInDomain", "customDomain", "authDomain", "domainPrefix", "keepPrefixDomain", "certificateArn"),
)


@dataclass(frozen=True)
class Described:
    """What a stack file has to say.

    Args:
        keys: the keys without `identity:`, those alone that differ from their defaults.
        whole: the same with every default written out.
        things: what there is, by the logical name that the program gives it.
        files: what the keys name in the repository, by its path.
        secrets: the keys of identity providers, each with a key of which nobody reads the value out of AWS.
    """

    keys: Section
    whole: Section
    things: dict[str, Thing] = field(default_factory=dict)
    secrets: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def describe(live: Live, said: Mapping[str, str], stack: str, known: Mapping[str, str]) -> Described:
    """The config of a pool.

    Args:
        live: what runs.
        said: the texts of the stack's config: names, and keys of clients and APIs that are there already.
        stack: the stack's name.
        known: logical name -> id of what the state has already, or a person says.
    """
    before, problems = config.check(said, stack)
    base = {key: text for key, text in said.items() if key.removeprefix(ROOT) not in DESCRIBED}
    domain, found = _domain(live, before), things_by_key(live, before, known)
    fill = Filling({**base, **texts({**domain, "apis": {}, "clients": {}})}, stack)
    whole: Section = {"protect": True, **domain, "tags": _tags(live, before.names)}
    keys = {key: value for key, value in whole.items() if value or key in domain}
    for key, write in _sections(live, before).items():
        filled = fill.settings()
        models = {name: write(name, thing, filled) for name, thing in found[key].items()}
        section = {name: written_out(model) for name, model in models.items()}
        whole[key] = section.get("", section)
        keys[key] = fill.lean(key, models)
        fill = fill.with_keys(**{key: keys[key]})
    things = by_logical_name(live, found)
    whole["login"], files = looks.describe(live, found["clients"], f"login/{stack}")
    sound = not any(problem.path.startswith(f"{ROOT}login") and not problem.warning for problem in problems)
    if before.config.login and sound and not any(looks_that_differ(before, things)):
        whole["login"], files = json.loads(said[f"{ROOT}login"]), {}
    keys = without_defaults({**keys, "login": whole["login"]}, fill)
    secrets = tuple(
        (key, str(IdentityProvider.model_fields[name].alias))
        for key, thing in found["identityProviders"].items()
        for name in SECRET_DETAILS
        if name in thing.outputs["providerDetails"]
    )
    return Described(keys, {**dict.fromkeys(DESCRIBED), **whole}, things, secrets, files)


def _pool(live: Live) -> UserPool:
    found = live_pool(live.pool.outputs, [Deployed(thing.type, thing.name, thing.outputs) for thing in live.things])
    permitted = [thing.name for thing in live.of(facts.PERMISSION)]
    # A function that runs without a permission of this pool's own has it in another way, or from its owners.
    unpermitted = {
        name: trigger.model_copy(update={"permission": False})
        for name, field in Triggers.model_fields.items()
        if isinstance(trigger := getattr(found.triggers, name, None), Trigger) and field.alias not in permitted
    }
    triggers = found.triggers and found.triggers.model_copy(update=unpermitted)
    return found.model_copy(update={"name": live.pool.name, "triggers": triggers})


def _provider(_key: str, thing: Thing, _filled: Settings) -> IdentityProvider:
    """Without the details that AWS adds, which are no keys of this type."""
    found = IdentityProvider.read(thing.outputs)
    ours = {"type", "name", "attributes", "identifiers", *found.kind.needs, *found.kind.takes}
    return found.model_copy(update={name: None for name in type(found).model_fields if name not in ours})


def _domain(live: Live, before: Settings) -> Section:
    prefix, custom = live.pool.outputs.get("domain"), live.pool.outputs.get("customDomain")
    keys: Section = {}
    if custom:
        keys["customDomain"] = True
        keys["authDomain"] = custom if custom != before.names.auth_domain else None
        keys["keepPrefixDomain"] = bool(prefix)
        served = {domain.name: domain.outputs.get("certificateArn") for domain in live.of(facts.USER_POOL_DOMAIN)}
        keys["certificateArn"] = None if before.domain.zone else served.get(custom)
    keys["domainPrefix"] = prefix if prefix != before.names.domain_prefix else None
    return {key: value for key, value in keys.items() if value} | ({} if prefix or custom else {"signInDomain": False})


def _tags(live: Live, names: Names) -> dict[str, str]:
    tags = live.pool.outputs.get("tags") or {}
    return {key: value for key, value in sorted(tags.items()) if key not in names.tags and not key.startswith("aws:")}


def _api(key: str, thing: Thing, _filled: Settings) -> Api:
    found = Api.read(thing.outputs)
    prefix = f"{key}."
    prefixed = all(name.startswith(prefix) for name in found.scopes)
    scopes = {name.removeprefix(prefix) if prefixed else name: text for name, text in sorted(found.scopes.items())}
    return found.model_copy(update={"scopes": scopes, "prefix_scopes": prefixed})


def _client(before: Settings, key: str, thing: Thing, filled: Settings) -> Client:
    """A client as the stack file has it: its scopes short, its URLs with placeholders, its silence in words."""
    outputs, found = thing.outputs, Client.read(thing.outputs)
    said = before.config.clients.get(key)
    if found.flows in (["code"], [CLIENT_CREDENTIALS]) and not (said and said.flows):
        found = found.model_copy(update={"flow": found.flows[0], "flows": None})
    whole, several = known_scopes(filled.apis), [scope for api in filled.apis.values() for scope in api.scopes]
    short = {full: name for name, full in whole.items() if name != full and several.count(name) == 1}
    named = sorted(found.scopes or [], key=lambda scope: ("/" in scope, scope))
    values = {"authDomain": filled.domain.auth_domain, "product": filled.names.product}
    values["environment"] = filled.names.environment
    all_attributes = bool(filled.user_pool.custom_attributes) and not outputs.get("writeAttributes")
    update: dict[str, Any] = {
        "scopes": [short.get(scope, scope) for scope in named if scope in whole.values()],
        "external_scopes": [scope for scope in named if scope not in whole.values()] or None,
        "callback_urls": [with_placeholders(url, values) for url in found.callback_urls],
        "logout_urls": [with_placeholders(url, values) for url in found.logout_urls],
        "default_redirect_url": found.default_redirect_url and with_placeholders(found.default_redirect_url, values),
        "identity_providers": _providers(outputs, filled),
        "write_attributes": [] if all_attributes else found.write_attributes,
    }
    return found.model_copy(update=update)


def _providers(outputs: Props, filled: Settings) -> list[str]:
    keys = {COGNITO: COGNITO, **{str(provider.name): key for key, provider in filled.identity_providers.items()}}
    return [keys.get(name, f"{EXTERNAL}{name}") for name in outputs.get("supportedIdentityProviders") or []]


def with_placeholders(url: str, values: Mapping[str, str]) -> str:
    """A URL with the words put back for the auth domain, and in the product's own zone for its names."""
    scheme, found, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    host = host.replace(values["authDomain"], "{authDomain}")
    if host.endswith(f"{values['product']}.app"):
        for name in ("product", "environment"):
            host = re.sub(rf"(?<![\w{{]){re.escape(values[name])}(?![\w}}])", f"{{{name}}}", host)
    return f"{scheme}{found}{host}{slash}{path}"


def _sections(live: Live, before: Settings) -> dict[str, Callable[[str, Thing, Settings], Model]]:
    """How each section is written, in the order in which one speaks of the other."""
    return {
        "userPool": lambda *_: _pool(live),
        "identityProviders": _provider,
        "groups": lambda _key, thing, _filled: Group.read(thing.outputs),
        "apis": _api,
        "clients": partial(_client, before),
    }
