"""The stack config that says what runs: every key that differs from its default, and no other. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cli.adopt.live import Live, Thing
from cli.adopt.provider_names import Props
from identity import config, facts
from identity.api import Api
from identity.client import COGNITO, EXTERNAL, Client, known_scopes
from identity.config import Settings
from identity.deployed import Deployed
from identity.group import Group
from identity.identity_provider import IdentityProvider
from identity.naming import Names
from identity.setting import Model
from identity.user_pool.live import live_pool

Section = dict[str, Any]
ROOT = "identity:"
# Each key of the config that follows from what runs, whether or not it is to be written.
DESCRIBED = (
    *("protect", "tags", "userPool", "identityProviders", "groups", "apis", "clients"),
    *("customDomain", "authDomain", "domainPrefix", "keepPrefixDomain", "certificateArn"),
)


@dataclass(frozen=True)
class Described:
    """What a stack file has to say.

    Args:
        keys: the keys without `identity:`, those alone that differ from their defaults.
        whole: the same with every default written out.
        things: what there is, by the logical name that the program gives it.
    """

    keys: Section
    whole: Section
    things: dict[str, Thing] = field(default_factory=dict)


def describe(live: Live, said: Mapping[str, str], stack: str, known: Mapping[str, str]) -> Described:
    """The config of a pool.

    Args:
        live: what runs.
        said: the texts of the stack's config: names, and keys of clients and APIs that are there already.
        stack: the stack's name.
        known: logical name -> id of what the state has already, or a person says.
    """
    before = config.check(said, stack)[0]
    base = {key: text for key, text in said.items() if key.removeprefix(ROOT) not in DESCRIBED}
    domain, found = _domain(live, before), _things(live, before, known)
    fill = _Filling({**base, **texts({**domain, "apis": {}, "clients": {}})}, stack)
    whole: Section = {"protect": True, **domain, "tags": _tags(live, before.names)}
    keys = {key: value for key, value in whole.items() if value}
    for key, write in _sections(live).items():
        section = {name: write(name, thing, fill.settings()) for name, thing in found[key].items()}
        whole[key] = section.get("", section)
        keys[key] = fill.lean(key, section)
        fill = fill.with_keys(**{key: keys[key]})
    keys = _without_defaults(keys, fill)
    return Described(keys, {**dict.fromkeys(DESCRIBED), **whole}, _by_logical_name(live, found))


# --- what a key is called ---------------------------------------------------------------------------------------------


def _things(live: Live, before: Settings, known: Mapping[str, str]) -> dict[str, dict[str, Thing]]:
    """What there is of each section of the config, by its key."""

    def by_key(type_name: str, kind: str, named: Mapping[str, str], key_of: Callable[[Thing], str]) -> dict[str, Thing]:
        stem = f"access-{kind}-"
        ids = {given: name.removeprefix(stem) for name, given in known.items() if name.startswith(stem)}
        return _by_key(live.of(type_name), ids, named, key_of)

    apis = {str(api.identifier): key for key, api in before.apis.items()}
    clients = {str(client.name): key for key, client in before.clients.items()}
    providers = {str(provider.name): key for key, provider in before.identity_providers.items()}
    return {
        "userPool": {"": live.pool},
        "identityProviders": _by_key(live.of(facts.IDENTITY_PROVIDER), {}, providers, _provider_key),
        "groups": {group.name: group for group in live.of(facts.USER_GROUP)},
        "apis": by_key(facts.RESOURCE_SERVER, "server", apis, _api_key(before.names)),
        "clients": by_key(facts.USER_POOL_CLIENT, "client", clients, _client_key(before.names)),
    }


def _by_key(
    things: Iterable[Thing], ids: Mapping[str, str], named: Mapping[str, str], key_of: Callable[[Thing], str]
) -> dict[str, Thing]:
    """Each thing by a key of its own: that of its id or name, by the naming rule, or made of its name."""

    def known(thing: Thing) -> str | None:
        return ids.get(thing.import_id) or ids.get(thing.own_id)

    found: dict[str, Thing] = {}
    for thing in sorted(things, key=lambda it: (not known(it), it.name not in named, it.name, it.import_id)):
        key = wanted = known(thing) or named.get(thing.name) or key_of(thing) or "unnamed"
        number = 2
        while key in found:
            key, number = f"{wanted}-{number}", number + 1
        found[key] = thing
    return dict(sorted(found.items()))


def _provider_key(thing: Thing) -> str:
    kind = IdentityProvider.read(thing.outputs)
    return slug(thing.name) if kind.kind.named else kind.type


def _client_key(names: Names) -> Callable[[Thing], str]:
    return lambda thing: _after(thing.name, names.client("")) or slug(thing.name)


def _api_key(names: Names) -> Callable[[Thing], str]:
    def key(thing: Thing) -> str:
        by_rule = _after(thing.name, names.resource_server_identifier(""))
        by_rule = by_rule or _after(str(thing.outputs.get("name")), names.resource_server(""))
        heads = {str(it["scopeName"]).partition(".")[0] for it in thing.outputs.get("scopes") or []}
        return by_rule or (heads.pop() if len(heads) == 1 and _prefixed(thing) else slug(str(thing.outputs["name"])))

    return key


def _prefixed(thing: Thing) -> bool:
    return all("." in it["scopeName"] for it in thing.outputs.get("scopes") or [])


def _after(name: str, stem: str) -> str:
    key = name.removeprefix(stem)
    return key if key != name and slug(key) == key.lower() else ""


def slug(name: str) -> str:
    """A name as a key has it: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


# --- what stands under a key ------------------------------------------------------------------------------------------


def _pool(live: Live) -> Section:
    beside = [Deployed(thing.type, thing.name, thing.outputs) for thing in live.things]
    whole = _whole(live_pool(live.pool.outputs, beside).model_copy(update={"name": live.pool.name}))
    # An ARN alone is the short form.
    for name, value in (whole.get("triggers") or {}).items():
        if isinstance(value, dict) and not value.get("version"):
            whole["triggers"][name] = value["arn"]
    if "webAcl" in whole:
        whole["webAcl"] = whole["webAcl"]["arn"]
    return whole


def _provider(_key: str, thing: Thing, _filled: Settings) -> Section:
    """Without the details that AWS adds, which are no keys of this type."""
    found = IdentityProvider.read(thing.outputs)
    ours = {"type", "name", "attributes", "identifiers", *found.kind.needs, *found.kind.takes}
    return _whole(found.model_copy(update={name: None for name in type(found).model_fields if name not in ours}))


def _group(_key: str, thing: Thing, _filled: Settings) -> Section:
    return _whole(Group.read(thing.outputs))


def _domain(live: Live, before: Settings) -> Section:
    prefix, custom = live.pool.outputs.get("domain"), live.pool.outputs.get("customDomain")
    keys: Section = {}
    if custom:
        keys["customDomain"] = True
        keys["authDomain"] = custom if custom != before.names.auth_domain else None
        keys["keepPrefixDomain"] = bool(prefix)
        certificate = next(
            (it.outputs.get("certificateArn") for it in live.of(facts.USER_POOL_DOMAIN) if it.name == custom), None
        )
        keys["certificateArn"] = None if before.domain.zone else certificate
    keys["domainPrefix"] = prefix if prefix != before.names.domain_prefix else None
    return {key: value for key, value in keys.items() if value}


def _tags(live: Live, names: Names) -> dict[str, str]:
    tags = live.pool.outputs.get("tags") or {}
    return {key: value for key, value in sorted(tags.items()) if key not in names.tags and not key.startswith("aws:")}


def _api(key: str, thing: Thing, _filled: Settings) -> Section:
    found = Api.read(thing.outputs)
    prefix = f"{key}."
    prefixed = bool(found.scopes) and all(name.startswith(prefix) for name in found.scopes)
    scopes = {name.removeprefix(prefix) if prefixed else name: text for name, text in sorted(found.scopes.items())}
    return _whole(found.model_copy(update={"scopes": scopes, "prefix_scopes": prefixed}))


def _client(_key: str, thing: Thing, filled: Settings) -> Section:
    """A client as the stack file has it: its scopes short, its URLs with placeholders, its silence in words."""
    outputs, found = thing.outputs, Client.read(thing.outputs)
    whole, several = known_scopes(filled.apis), [scope for api in filled.apis.values() for scope in api.scopes]
    short = {full: name for name, full in whole.items() if name != full and several.count(name) == 1}
    named = sorted(found.scopes or [], key=lambda scope: ("/" in scope, scope))
    values = {"authDomain": filled.domain.auth_domain, "product": filled.names.product}
    values["environment"] = filled.names.environment
    all_attributes = bool(filled.user_pool.custom_attributes) and not outputs.get("writeAttributes")
    update: dict[str, Any] = {
        "scopes": [short.get(scope, scope) for scope in named if scope in whole.values()] or None,
        "external_scopes": [scope for scope in named if scope not in whole.values()] or None,
        "callback_urls": [with_placeholders(url, values) for url in found.callback_urls],
        "logout_urls": [with_placeholders(url, values) for url in found.logout_urls],
        "default_redirect_url": found.default_redirect_url and with_placeholders(found.default_redirect_url, values),
        "identity_providers": _providers(outputs, filled),
        "write_attributes": [] if all_attributes else found.write_attributes,
    }
    return _whole(found.model_copy(update=update))


def _providers(outputs: Props, filled: Settings) -> list[str]:
    keys = {COGNITO: COGNITO, **{str(it.name): key for key, it in filled.identity_providers.items()}}
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


def _sections(live: Live) -> dict[str, Callable[[str, Thing, Settings], Section]]:
    """How each section is written, in the order in which one speaks of the other."""
    return {
        "userPool": lambda *_: _pool(live),
        "identityProviders": _provider,
        "groups": _group,
        "apis": _api,
        "clients": _client,
    }


# --- no more than has to be said --------------------------------------------------------------------------------------


def _whole(model: Model) -> Section:
    """Everything of an object, defaults too."""
    made: Section = {}
    for name, declared in type(model).model_fields.items():
        value = getattr(model, name)
        if value is not None:
            made[str(declared.alias)] = _plain(value)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return _whole(value)
    if isinstance(value, Mapping):
        return {key: _plain(it) for key, it in value.items()}
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class _Filling:
    """The config so far, which says what a key that is left out comes to."""

    texts: dict[str, str]
    stack: str

    def with_keys(self, **keys: Any) -> "_Filling":
        return replace(self, texts={**self.texts, **texts(keys)})

    def settings(self) -> Settings:
        return config.check(self.texts, self.stack)[0]

    def lean(self, key: str, section: Section) -> Section:
        """The section without all that comes to the same where it is left out; the pool's own has no names in it."""

        def look(entries: Section) -> Mapping[str, Model]:
            return _filled(self.with_keys(**{key: entries.get("", entries)}).settings(), key)

        target = look(section)
        for path in sorted({path for entry in section.values() for path in _paths(entry)}, key=len, reverse=True):
            trial = {name: _without(entry, path) for name, entry in section.items()}
            found = look(trial)
            section = {name: trial[name] if found.get(name) == target.get(name) else section[name] for name in section}
        return dict(section.get("", section))


def _filled(settings: Settings, key: str) -> Mapping[str, Model]:
    sections: dict[str, Mapping[str, Model]] = {
        "userPool": {"": settings.user_pool},
        "identityProviders": settings.identity_providers,
        "groups": settings.config.groups,
        "apis": settings.apis,
        "clients": settings.clients,
    }
    return sections[key]


def _paths(entry: Any, place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [place] if place else []
    for name, inner in entry.items() if isinstance(entry, Mapping) else ():
        found += _paths(inner, (*place, name))
    return found


def _without(entry: Section, path: tuple[str, ...]) -> Section:
    name, *rest = path
    if name not in entry:
        return entry
    if not rest:
        return {key: value for key, value in entry.items() if key != name}
    return {**entry, name: _without(entry[name], tuple(rest))} if isinstance(entry[name], dict) else entry


def _without_defaults(keys: Section, fill: _Filling) -> Section:
    """The keys without those that are empty; APIs and clients are left out where they are those of Pulumi.yaml."""
    given = {key: text for key, text in fill.texts.items() if key not in (f"{ROOT}apis", f"{ROOT}clients")}
    own, wanted = config.check(given, fill.stack)[0], fill.settings()
    default = (own.apis, own.clients) == (wanted.apis, wanted.clients)
    of_project = () if default else ("apis", "clients")
    return {
        key: value for key, value in keys.items() if key in of_project or (value and key not in ("apis", "clients"))
    }


def texts(keys: Mapping[str, Any]) -> dict[str, str]:
    """Values as the engine hands them over."""
    return {f"{ROOT}{key}": it if isinstance(it, str) else json.dumps(it) for key, it in keys.items()}


def _by_logical_name(live: Live, found: Mapping[str, Mapping[str, Thing]]) -> dict[str, Thing]:
    """What the program would call each thing that it makes."""
    pool = facts.LOGICAL_POOL
    kinds = {"server": "apis", "client": "clients", "group": "groups"}
    once = {"risk": facts.RISK_CONFIGURATION, "logs": facts.LOG_DELIVERY}
    once["web-acl-association"] = facts.WEB_ACL_ASSOCIATION
    custom = live.pool.outputs.get("customDomain")
    return {
        pool: live.pool,
        **{f"{pool}-{name}": thing for name, type_name in once.items() for thing in live.of(type_name)},
        **{f"{pool}-{thing.name}-permission": thing for thing in live.of(facts.PERMISSION)},
        **{
            f"{pool}-{'custom' if thing.name == custom else 'prefix'}-domain": thing
            for thing in live.of(facts.USER_POOL_DOMAIN)
        },
        **{f"access-{kind}-{key}": thing for kind, section in kinds.items() for key, thing in found[section].items()},
        **{f"access-provider-{thing.name}": thing for thing in found["identityProviders"].values()},
    }
