"""Chooses the config key and the logical name of each live resource. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from cli.adopt.live import Live, Thing
from identity import facts, naming
from identity.client.settings import Client
from identity.config.settings import Settings
from identity.identity_provider.settings import IdentityProvider
from identity.naming import Names, key_of


def things_by_key(live: Live, before: Settings, known: Mapping[str, str]) -> dict[str, dict[str, Thing]]:
    """What there is of each section of the config, by its key."""
    keys: dict[str, str] = {number: key_of(name) for name, number in known.items()}
    apis = {key: str(api.identifier) for key, api in before.apis.items()}
    clients = {key: str(client.name) for key, client in before.clients.items()}
    providers = {key: str(provider.name) for key, provider in before.identity_providers.items()}
    return {
        "userPool": {"": live.pool},
        "identityProviders": _by_key(live.of(facts.IDENTITY_PROVIDER), {}, providers, _provider_key),
        "groups": {group.name: group for group in live.of(facts.USER_GROUP)},
        "apis": _by_key(live.of(facts.RESOURCE_SERVER), keys, apis, _api_key(before.names)),
        "clients": _by_key(live.of(facts.USER_POOL_CLIENT), keys, clients, _client_key(before.names)),
    }


def _by_key(
    things: Iterable[Thing], ids: Mapping[str, str], named: Mapping[str, str], key_of: Callable[[Thing], str]
) -> dict[str, Thing]:
    """Each thing by a key of its own: that of its id or name, by the naming rule, or made of its name.

    Two of one name get the keys of that name in their order, as they were written down.
    """

    def known(thing: Thing) -> str | None:
        return ids.get(thing.import_id) or ids.get(thing.own_id)

    found: dict[str, Thing] = {}
    names = named.values()
    for thing in sorted(things, key=lambda one: (not known(one), one.name not in names, one.name, one.import_id)):
        free = sorted((key for key, name in named.items() if name == thing.name and key not in found), key=len)
        key = wanted = known(thing) or next(iter(free), key_of(thing)) or "unnamed"
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
        heads = {str(scope["scopeName"]).partition(".")[0] for scope in thing.outputs.get("scopes") or []}
        head = heads.pop() if len(heads) == 1 and _prefixed(thing) else ""
        return by_rule or (head if head and slug(head) == head.lower() else slug(str(thing.outputs["name"])))

    return key


def _prefixed(thing: Thing) -> bool:
    return all("." in scope["scopeName"] for scope in thing.outputs.get("scopes") or [])


def _after(name: str, stem: str) -> str:
    key = name.removeprefix(stem)
    return key if key != name and slug(key) == key.lower() else ""


def slug(name: str) -> str:
    """A name as a key has it: small letters, digits and hyphens, with room for a number."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:120]


def by_logical_name(live: Live, found: Mapping[str, Mapping[str, Thing]]) -> dict[str, Thing]:
    """What the program would call each thing that it makes."""
    pool, custom = facts.LOGICAL_POOL, live.pool.outputs.get("customDomain")
    once = {
        f"{pool}-risk": facts.RISK_CONFIGURATION,
        f"{pool}-logs": facts.LOG_DELIVERY,
        f"{pool}-web-acl-association": facts.WEB_ACL_ASSOCIATION,
        "login": facts.UI_CUSTOMIZATION,
    }
    made = {pool: live.pool} | {name: thing for name, type_name in once.items() for thing in live.of(type_name)}
    made |= {naming.permission(pool, thing.name): thing for thing in live.of(facts.PERMISSION)}
    for thing in live.of(facts.USER_POOL_DOMAIN):
        made[f"{pool}-{'custom' if thing.name == custom else 'prefix'}-domain"] = thing
    for kind, section in (("server", "apis"), ("client", "clients"), ("group", "groups")):
        made |= {f"access-{kind}-{key}": thing for key, thing in found[section].items()}
    made |= {f"access-provider-{thing.name}": thing for thing in found["identityProviders"].values()}
    keys = {client.own_id: key for key, client in found["clients"].items() if Client.read(client.outputs).has_pages}
    for style in live.of(facts.LOGIN_STYLE):
        if style.outputs["clientId"] in keys:
            made[f"login-{keys[style.outputs['clientId']]}"] = style
    return made
