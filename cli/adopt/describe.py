"""The stack config for a live pool: all keys that differ from their defaults. No requests to AWS."""

import json
from collections.abc import Mapping
from dataclasses import replace

from cli.adopt import looks
from cli.adopt.kinds import ENTRIES, logical_names
from cli.adopt.stack_settings import SECRETS, Described, as_texts, rooted
from cli.adopt.survey import Survey, survey
from cli.adopt.things import Draft, EntryKind, Live, Section, Thing, written_out
from identity import config, facts
from identity.config.keys import Config
from identity.config.settings import Settings
from identity.namespace import ROOT
from identity.naming import Names, key_of

# All config keys that are read from the live pool, also those that are not written.
DESCRIBED = (
    *("protect", "tags", "userPool", "identityProviders", "groups", "apis", "clients", "login"),
    *("signInDomain", "customDomain", "authDomain", "domainPrefix", "keepPrefixDomain", "certificateArn"),
)


def describe(live: Live, stored: Mapping[str, str], stack: str, known: Mapping[str, str]) -> Described:
    """Return the config of a pool.

    Args:
        live: the live pool and its resources.
        stored: the stack's present config, each value as text. Its names and its keys of entries are reused.
        stack: the stack's name.
        known: logical name -> id of each resource that is in the state or that the user names with `--id`.
    """
    before, problems = config.check(stored, stack)
    domain, found = _domain(live, before), {}
    base = {key: text for key, text in stored.items() if key.removeprefix(ROOT) not in DESCRIBED}
    bare = config.check({**base, **as_texts(rooted(domain))}, stack)[0]
    draft = Draft(live, before, bare)
    whole: Section = {"protect": True, **domain, "tags": _tags(live, before.names)}
    keys = dict(whole)
    for kind in ENTRIES:
        things = found[kind.section] = by_key(kind, draft, known)
        entries = {key: kind.described(key, thing, draft) for key, thing in things.items()}
        lean, alias = kind.lean(entries, draft.settings), str(Config.model_fields[kind.section].alias)
        out = {key: written_out(entry) for key, entry in entries.items()}
        whole[alias], keys[alias] = out.get("", out), lean.get("", lean)
        draft = replace(draft, settings=kind.put(draft.settings, lean))
    things = logical_names(live, found.values())
    whole["login"], files = looks.describe(live, found["clients"], f"login/{stack}")
    valid = not any(problem.path.startswith(f"{ROOT}login") and not problem.warning for problem in problems)
    if before.config.login and valid and not _looks_differ(survey(live, before, things)):
        whole["login"], files = json.loads(stored[f"{ROOT}login"]), {}
    written = _to_write({**keys, "login": whole["login"]}, draft.settings, bare)
    details = [(key, thing.outputs["providerDetails"]) for key, thing in found["identity_providers"].items()]
    secrets = [(key, SECRETS[name]) for key, detail in details for name in detail if name in SECRETS]
    return Described(written, {**dict.fromkeys(DESCRIBED), **whole}, things, secrets, files)


def _looks_differ(found: Survey) -> bool:
    return any(one.thing.type in (facts.LOGIN_STYLE, facts.UI_CUSTOMIZATION) for one in found.differences)


def _to_write(keys: Section, settings: Settings, bare: Settings) -> Section:
    """Return the keys that are not empty. APIs and clients are omitted if both equal the defaults in Pulumi.yaml."""
    of_project = {"apis": bare.config.apis, "clients": bare.config.clients}
    default = replace(settings, config=settings.config.model_copy(update=of_project))
    own = (default.apis, default.clients) != (settings.apis, settings.clients)
    return {key: value for key, value in keys.items() if (own if key in of_project else value not in (None, [], {}))}


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


def by_key(kind: EntryKind, draft: Draft, known: Mapping[str, str]) -> dict[str, Thing]:
    """Return the resources of one kind, each with a unique key.

    The key is that of a known id, else of a config entry with the same name, else one derived from the name.
    Several resources with the same name take the keys of that name, the shortest key first.
    """
    named = {key: getattr(entry, kind.name_in, key) for key, entry in kind.entries(draft.before).items()}
    ids = {own_id: key_of(name) for name, own_id in known.items() if "{key}" in kind.logical}

    def of_id(thing: Thing) -> str | None:
        return ids.get(thing.import_id) or ids.get(thing.own_id)

    found: dict[str, Thing] = {}
    names = named.values()
    things = [thing for thing in draft.live.all if thing.type == kind.type]
    for thing in sorted(things, key=lambda one: (not of_id(one), one.name not in names, one.name, one.import_id)):
        free = sorted((key for key, name in named.items() if name == thing.name and key not in found), key=len)
        key = wanted = of_id(thing) or next(iter(free), None) or kind.key(thing, draft.before.names)
        number = 2
        while key in found:
            key, number = f"{wanted}-{number}", number + 1
        found[key] = thing
    return dict(sorted(found.items()))
