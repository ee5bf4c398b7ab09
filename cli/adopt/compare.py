"""A resource as AWS has it beside the same as the program would make it, field by field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cli.adopt.plan import Wanted
from local.aws_plugin.properties import Kind, Property, Props, Table, comparable
from local.aws_plugin.provider import RESOURCES

_NAMES = ("name", "scopeName")  # what a block of a list is called by
_SCHEMAS = "schemas"
_CASE = "usernameConfiguration"


class Meaning(Enum):
    SAME = "same"
    CHANGED = "changed in place"
    REMOVED = "would be removed by up"
    REPLACES = "REPLACES"
    IMPOSSIBLE = "AWS REFUSES"


@dataclass(frozen=True)
class Field:
    """One field: its path, the two values (None for nothing), and what adopting and then updating means for it."""

    path: str
    in_aws: Any
    by_program: Any
    meaning: Meaning

    @property
    def lost(self) -> bool:
        return self.meaning in (Meaning.REPLACES, Meaning.IMPOSSIBLE)


def compare(wanted: Wanted) -> list[Field]:
    """Every field that the program has a say in; nothing where the resource does not exist."""
    if wanted.existing is None:
        return []
    resource = RESOURCES[wanted.type]
    old, new = resource.prepared(wanted.existing.state), resource.prepared(_once_adopted(wanted))
    extra = resource.replaced_by(old, new)
    fields = list(_fields(resource.inputs, old, new))
    if resource.impossible(old, new) is None:
        return [_replacing(field) if field.path.partition(".")[0] in extra else field for field in fields]
    # An attribute can be added to a pool, but neither changed nor taken out.
    return [_impossible(it) if it.path.startswith(f"{_SCHEMAS}.") and it.in_aws is not None else it for it in fields]


def _once_adopted(wanted: Wanted) -> Props:
    """The inputs as they will be then: of a pool that says nothing of the case, the program says nothing either."""
    silent = wanted.existing is not None and not wanted.existing.state.get(_CASE)
    same = wanted.inputs.get(_CASE) == {"caseSensitive": True}
    return {name: it for name, it in wanted.inputs.items() if not (silent and same and name == _CASE)}


def _replacing(field: Field) -> Field:
    changed = field.meaning in (Meaning.CHANGED, Meaning.REMOVED)
    return Field(field.path, field.in_aws, field.by_program, Meaning.REPLACES) if changed else field


def _impossible(field: Field) -> Field:
    same = field.meaning is Meaning.SAME
    return field if same else Field(field.path, field.in_aws, field.by_program, Meaning.IMPOSSIBLE)


def _fields(table: Table, old: Props, new: Props, path: str = "", replaces: bool = False) -> Iterator[Field]:
    for name, prop in table.items():
        if prop.keeps and new.get(name) is None:
            continue
        before, after = (_filled(prop, props.get(name)) for props in (old, new))
        if before in (None, [], {}) and after in (None, [], {}):
            continue
        yield from _one(prop, before, after, path + name, replaces or prop.replaces)


def _filled(prop: Property, value: Any) -> Any:
    """Nothing means what AWS or the provider takes it to mean."""
    if value is None:
        return prop.default if prop.default is not None else prop.absent
    return value


def _one(prop: Property, before: Any, after: Any, path: str, replaces: bool) -> Iterator[Field]:
    if prop.kind is Kind.BLOCK:
        yield from _fields(prop.block or {}, before or {}, after or {}, f"{path}.", replaces)
    elif prop.kind is Kind.MAP:
        yield from _keyed(Property(kind=Kind.TEXT), before or {}, after or {}, path, replaces)
    elif prop.kind is Kind.BLOCKS:
        single = Property(kind=Kind.BLOCK, block=prop.block)
        yield from _keyed(single, _by_name(before or []), _by_name(after or []), path, replaces)
    else:
        yield _field(prop, before, after, path, replaces)


def _keyed(prop: Property, before: Props, after: Props, path: str, replaces: bool) -> Iterator[Field]:
    for key in sorted(before.keys() | after.keys()):
        yield _field(prop, before.get(key), after.get(key), f"{path}.{key}", replaces)


def _by_name(blocks: list[Props]) -> Props:
    return {str(next((it[name] for name in _NAMES if name in it), index)): it for index, it in enumerate(blocks)}


def _field(prop: Property, before: Any, after: Any, path: str, replaces: bool) -> Field:
    same = comparable(prop, before) == comparable(prop, after)
    taken = not same and comparable(prop, after) is None
    in_place = Meaning.REMOVED if taken else Meaning.CHANGED
    meaning = Meaning.SAME if same else Meaning.REPLACES if replaces else in_place
    return Field(path, before, after, meaning)


def shown(value: Any) -> str:
    """A value for a table: a set sorted, a block as its parts, nothing as a dash."""
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, list):
        return "\n".join(sorted(shown(item) for item in value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {shown(item)}" for key, item in sorted(value.items()) if key not in _NAMES)
    return value if isinstance(value, str) else json.dumps(value)
