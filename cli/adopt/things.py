"""What stands on a pool: one thing of it, all of them, and what there is to know of a kind of thing."""

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
# What AWS has by itself and keeps, of which a stack file need not speak.
_BY_ITSELF = {at.aws: at.nothing for at in declarations(Config) if at.kept}


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
        """The id that the state knows it by: a client's without its pool, a permission's with its logical name."""
        if self.type == facts.PERMISSION:
            return f"{self.import_id}/{naming.permission(facts.LOGICAL_POOL, self.name)}"
        return self.import_id.rpartition("/")[2] if self.type == facts.USER_POOL_CLIENT else self.import_id


@dataclass(frozen=True)
class Live:
    """A pool and all that stands on it."""

    pool: Thing
    things: list[Thing]

    @property
    def all(self) -> list[Thing]:
        return [self.pool, *self.things]

    def of(self, type_name: str) -> list[Thing]:
        return [thing for thing in self.things if thing.type == type_name]


@dataclass(frozen=True)
class Draft:
    """A config on its way.

    Args:
        live: what runs.
        before: what the file says.
        settings: what is described so far.
    """

    live: Live
    before: Settings
    settings: Settings


class Kind:
    """A kind of thing, by the provider's type: how it is read, and what the program makes of it."""

    type: str
    word: str  # what `--leave` calls one that nobody manages
    logical = ""  # what the program calls one, by its {key} in the config or its {name}; empty where it makes none

    def read(self, account: Account, live: Live) -> Iterable[Thing]:  # noqa: ARG002
        """Those of a pool, of which the kinds before this one have been read."""
        return ()

    def logical_name(self, thing: Thing, keys: Mapping[str, str]) -> str:
        """What the program calls one, by the keys of all that has one, which stand under their ids."""
        return self.logical.format(key=keys.get(thing.own_id), name=thing.name)

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:  # noqa: ARG002
        """What the program sends for one that has this logical name in the state; None where it makes none."""
        return None


class EntryKind(Kind):
    """A kind of which the config has entries, each with a key."""

    section: str  # the field of the config
    name_in = "name"  # the field of an entry that has the thing's name; where there is none, the key is the name

    def entries(self, settings: Settings) -> Mapping[str, Model]:
        """Those of a stack, filled in."""
        return cast("Mapping[str, Model]", getattr(settings, self.section))

    def put(self, settings: Settings, section: Mapping[str, Section]) -> Settings:
        """The settings with these entries, as the file has them. What is wrong in one is left out."""
        model = cast("type[Model]", model_within(Config.model_fields[self.section]))
        entries = {key: parsing.check(model, deepcopy(entry), "", {})[0] for key, entry in section.items()}
        update = {self.section: entries.get("", entries)}
        return replace(settings, config=settings.config.model_copy(update=update))

    def lean(self, entries: Mapping[str, Model], settings: Settings) -> dict[str, Section]:
        """The entries as the file has them, without what comes to the same in these settings where it is left out."""
        section = {key: entry.written() for key, entry in entries.items()}
        target = self.entries(self.put(settings, {key: written_out(entry) for key, entry in entries.items()}))
        paths = {path for entry in entries.values() for path in _paths(entry)}
        for path in sorted(paths, key=len, reverse=True):
            trial = {key: _without(entry, *path) for key, entry in section.items()}
            found = self.entries(self.put(settings, trial))
            section = {key: trial[key] if found[key] == target[key] else entry for key, entry in section.items()}
        return section

    def key(self, thing: Thing, names: Names) -> str:  # noqa: ARG002
        """The key for one that nobody has named yet."""
        return slug(thing.name) or "unnamed"

    def described(self, key: str, thing: Thing, draft: Draft) -> Model:
        """One as the stack file has it, under its key."""
        raise NotImplementedError

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        entry = self.entries(settings).get(key_of(name))
        return {"name": thing.name, **entry.inputs()} if entry else None  # the name of some is their key


def written_out(entry: Model) -> Section:
    """An entry as the file has it, defaults too."""
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)


def _paths(entry: Model) -> Iterator[tuple[str, ...]]:
    """What may follow from other keys: the fields, and those of an object."""
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
    """A name as a key has it: small letters, digits and hyphens, with room for a number."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:120]


def ask(account: Account, live: Live, operation: str, member: str, **more: str) -> Any:
    """A member of Cognito's answer about a pool; None where there is none."""
    return account.ask("cognito-idp", operation, UserPoolId=live.pool.import_id, **more).get(member)


def filled(outputs: Props, own: Props) -> Props:
    """The outputs, with AWS's own choice where nothing stands, and without what it has by itself."""
    made = {name: output for name, output in outputs.items() if output not in ([], "", None, _BY_ITSELF.get(name))}
    for name, value in own.items():
        if isinstance(value, dict):
            made[name] = filled(made.get(name) or {}, value)
        else:
            made.setdefault(name, value)
    return made
