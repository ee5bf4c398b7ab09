"""The resources of a live pool, and the base classes of their kinds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

from cli.adopt.account import Account
from identity import facts, naming, parsing
from identity.config.keys import Config
from identity.config.settings import Settings
from identity.naming import Names, key_of
from identity.provider_names import Props
from identity.setting import Model, declarations, model_within

Section = dict[str, Any]
# Defaults that AWS sets and keeps, so a stack file may omit them.
_KEPT_DEFAULTS = {at.aws: at.nothing for at in declarations(Config) if at.kept}


@dataclass(frozen=True)
class Thing:
    """A live resource: Pulumi's type, its name in AWS, the provider's outputs, and Pulumi's import id."""

    type: str
    name: str
    outputs: Props
    import_id: str

    @property
    def word(self) -> str:
        """The name without spaces."""
        return re.sub(r"\s", "_", self.name)

    @property
    def own_id(self) -> str:
        """The id in the state: of a client without the pool's id, of a permission with its logical name."""
        if self.type == facts.PERMISSION:
            return f"{self.import_id}/{naming.permission(facts.LOGICAL_POOL, self.name)}"
        return self.import_id.rpartition("/")[2] if self.type == facts.USER_POOL_CLIENT else self.import_id


@dataclass(frozen=True)
class Live:
    """A live pool and its other resources."""

    pool: Thing
    things: list[Thing]

    @property
    def all(self) -> list[Thing]:
        return [self.pool, *self.things]

    def of(self, type_name: str) -> list[Thing]:
        return [thing for thing in self.things if thing.type == type_name]


@dataclass(frozen=True)
class Draft:
    """A config that is not complete yet.

    Args:
        live: the live pool and its resources.
        before: the settings of the stack file.
        settings: the settings described so far.
    """

    live: Live
    before: Settings
    settings: Settings


class Kind:
    """A kind of resource: how it is read from AWS, and what the program would send for it."""

    type: str
    word: str  # the prefix in `--leave` for an unmanaged resource of this kind
    logical = ""  # the logical name, with {key} (in the config) or {name}; empty if the program makes none

    def read(self, account: Account, live: Live) -> Iterable[Thing]:
        """Read the resources of this kind. `live` has those of the kinds before it."""
        return ()

    def logical_name(self, thing: Thing, keys: Mapping[str, str]) -> str:
        """Return the logical name of a resource. `keys` has the config key of each entry, by the resource's own_id."""
        return self.logical.format(key=keys.get(thing.own_id), name=thing.name)

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        """Return what the program sends for a resource; None if it makes none. `name` is empty if it is unmanaged."""
        return None


class EntryKind(Kind):
    """A kind of resource with an entry for each in the config, by key."""

    section: str  # the field of the config
    name_in = "name"  # the field of an entry with the resource's name; without this field, the key is the name

    def entries(self, settings: Settings) -> Mapping[str, Model]:
        """Return the entries of a stack by key, with their defaults set."""
        return cast("Mapping[str, Model]", getattr(settings, self.section))

    def put(self, settings: Settings, section: Mapping[str, Section]) -> Settings:
        """Return the settings with these entries of a stack file. Invalid parts of an entry are dropped."""
        model = cast("type[Model]", model_within(Config.model_fields[self.section]))
        entries = {key: parsing.check(model, deepcopy(entry), "", {})[0] for key, entry in section.items()}
        update = {self.section: entries.get("", entries)}
        return replace(settings, config=settings.config.model_copy(update=update))

    def lean(self, entries: Mapping[str, Model], settings: Settings) -> dict[str, Section]:
        """Return the entries as the stack file has them, without keys that may be omitted with the same result."""
        section = {key: entry.written() for key, entry in entries.items()}
        target = self.entries(self.put(settings, {key: written_out(entry) for key, entry in entries.items()}))
        paths = {path for entry in entries.values() for path in _paths(entry)}
        for path in sorted(paths, key=len, reverse=True):
            trial = {key: _without(entry, *path) for key, entry in section.items()}
            found = self.entries(self.put(settings, trial))
            section = {key: trial[key] if found[key] == target[key] else entry for key, entry in section.items()}
        return section

    def key(self, thing: Thing, names: Names) -> str:
        """Return a config key for a resource that has none yet."""
        return slug(thing.name) or "unnamed"

    def described(self, key: str, thing: Thing, draft: Draft) -> Model:
        """Return the config entry of a resource, which will have this key."""
        raise NotImplementedError

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        entry = self.entries(settings).get(key_of(name))
        return {"name": thing.name, **entry.inputs()} if entry else None  # some kinds use the key as the name


def written_out(entry: Model) -> Section:
    """Return an entry as the stack file has it, with all defaults."""
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)


def _paths(entry: Model) -> Iterator[tuple[str, ...]]:
    """Yield the paths of an entry that may be omitted: optional fields, and the keys of their objects."""
    written = entry.written()
    for field in type(entry).model_fields.values():
        key = str(field.alias)
        if key in written and not field.is_required():
            yield (key,)
            if isinstance(written[key], dict) and not isinstance(field.default, dict):
                yield from ((key, name) for name in written[key])


def _without(entry: Section, name: str, *rest: str) -> Section:
    if rest and name in entry:
        return {**entry, name: _without(entry[name], *rest)}
    return {key: value for key, value in entry.items() if key != name}


def slug(name: str) -> str:
    """Return the name as a config key: lower-case letters, digits, `_` and `-`, at most 120 characters."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:120]


def ask(account: Account, live: Live, operation: str, member: str, **more: str) -> Any:
    """Return one member of Cognito's response about the pool; None if it is missing."""
    return account.ask("cognito-idp", operation, UserPoolId=live.pool.import_id, **more).get(member)


def filled(outputs: Props, own: Props) -> Props:
    """Return the outputs with the defaults in `own` added, and without values that may be omitted."""
    made = {name: output for name, output in outputs.items() if output not in ([], "", None, _KEPT_DEFAULTS.get(name))}
    for name, value in own.items():
        if isinstance(value, dict):
            made[name] = filled(made.get(name) or {}, value)
        else:
            made.setdefault(name, value)
    return made
