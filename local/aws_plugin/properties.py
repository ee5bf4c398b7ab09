"""Tables of a resource's properties, and what uses only these tables: differences and conversions.

Values here are plain JSON values under Pulumi's camelCase names. A value that is not known during a preview is the
engine's marker, UNKNOWN, which is passed through unchanged.
"""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .values import Archive

Props = dict[str, Any]


class Kind(Enum):
    """The type of a property: in words, and in Python."""

    TEXT = "a string", str
    NUMBER = "a number", int | float
    FLAG = "true or false", bool
    SET = "a list of strings", list
    MAP = "an object of strings", dict
    BLOCK = "an object", dict
    BLOCKS = "a list of objects", list
    ARCHIVE = "an archive", Archive


@dataclass(frozen=True, kw_only=True)
class Property:
    """One input property. A list has no order unless it is `ordered`."""

    kind: Kind
    aws: str = ""  # AWS's member, dotted if nested; empty if the resource's module converts the property itself
    unsupported: bool = False  # in the official provider, but not in this plugin
    values: tuple[str, ...] = ()  # the values that AWS accepts; empty: any
    required: bool = False
    named: bool = False  # generated from the resource's logical name if the program omits it
    replaces: bool = False  # a change replaces the resource
    keeps: bool = False  # keeps its value if the program omits it
    unread: bool = False  # not in AWS's responses: the value in the engine's state is used instead
    secret: bool = False  # never shown in a message
    ordered: bool = False
    listed: bool = False  # a map that is a list of Key and Value in AWS
    keyed: str = ""  # blocks that are a map in AWS: the property that is the map's key
    bare: bool = False  # an empty block has a meaning, such as `allow: {}` of a web ACL
    default: Any = None  # the official provider's default, added to the inputs
    absent: Any = None  # the value that AWS uses if omitted; sent to reset the property
    inner: "Callable[[], Table]" = dict  # see `block`

    @functools.cached_property
    def block(self) -> "Table":
        """The properties of the block. Built at the first use: some blocks are recursive."""
        return self.inner()


Table = Mapping[str, Property]


def comparable(prop: Property, value: Any) -> Any:
    """Return a form of the value that is equal exactly if two values mean the same to AWS; None if not set."""
    if value is None:
        value = prop.default if prop.default is not None else prop.absent
    if value is None or (value in ("", [], {}) and not prop.bare) or value == UNKNOWN:
        return UNKNOWN if value == UNKNOWN else None
    match prop.kind:
        case Kind.TEXT:
            return _without_layout(value)
        case Kind.BLOCK:
            return comparable_block(prop.block, value)
        case Kind.SET | Kind.BLOCKS:
            entries = _entries(prop, value)
            return entries if prop.ordered else sorted(entries, key=lambda entry: json.dumps(entry, default=str))
    return value


def comparable_block(table: Table, value: Any) -> Any:
    """Return the same for a block with this table."""
    return value if value == UNKNOWN else {name: comparable(prop, value.get(name)) for name, prop in table.items()}


def _entries(prop: Property, value: list[Any]) -> list[Any]:
    return [comparable_block(prop.block, one) if prop.kind is Kind.BLOCKS else _without_layout(one) for one in value]


def _without_layout(text: Any) -> Any:
    """Normalize the layout of a JSON document, such as a policy; return any other string unchanged."""
    if isinstance(text, str) and text.lstrip().startswith("{"):
        try:
            return json.dumps(json.loads(text), sort_keys=True)
        except ValueError:
            return text
    return text


@dataclass(frozen=True)
class Change:
    kind: str  # ADD, DELETE or UPDATE
    replaces: bool


def changes(table: Table, old: Props, new: Props, path: str = "", replaces: bool = False) -> dict[str, Change]:
    """Return path -> change, from the old state to the new inputs."""
    found: dict[str, Change] = {}
    for name, prop in table.items():
        before, after = old.get(name), new.get(name)
        if prop.keeps and after is None:
            continue
        was, becomes = comparable(prop, before), comparable(prop, after)
        if was == becomes:
            continue
        again = prop.replaces or replaces
        if prop.kind is Kind.BLOCK and isinstance(before, dict) and isinstance(after, dict):
            found |= changes(prop.block, before, after, f"{path}{name}.", again)
        elif prop.kind is Kind.MAP and isinstance(before, dict) and isinstance(after, dict):
            found |= _keyed(before, after, path + name, again)
        elif isinstance(before, list) and isinstance(after, list) and before and after:
            found |= _listed(prop, before, after, path + name, again)
        else:
            found[path + name] = Change("ADD" if was is None else "DELETE" if becomes is None else "UPDATE", again)
    return found


def _keyed(before: Props, after: Props, path: str, replaces: bool) -> dict[str, Change]:
    found = {}
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            kind = "ADD" if key not in before else "DELETE" if key not in after else "UPDATE"
            found[f'{path}["{key}"]' if not key.isidentifier() else f"{path}.{key}"] = Change(kind, replaces)
    return found


def _listed(prop: Property, before: list[Any], after: list[Any], path: str, replaces: bool) -> dict[str, Change]:
    was, becomes = _entries(prop, before), _entries(prop, after)
    gone = {index for index, entry in enumerate(was) if entry not in becomes}
    come = {index for index, entry in enumerate(becomes) if entry not in was}
    found = {f"{path}[{index}]": Change("DELETE", replaces) for index in gone - come}
    found |= {f"{path}[{index}]": Change("ADD", replaces) for index in come - gone}
    found |= {f"{path}[{index}]": Change("UPDATE", replaces) for index in come & gone}
    return found or {path: Change("UPDATE", replaces)}  # only the order or the count of equal entries differs


def to_aws(table: Table, props: Props, old: Props | None = None) -> Props:
    """Return the request members for these properties. Properties that only `old` has are sent to reset them."""
    empty: dict[Kind, Any] = {Kind.SET: [], Kind.MAP: {}, Kind.BLOCK: {}, Kind.BLOCKS: []}
    request: Props = {}
    for name, prop in table.items():
        value = props.get(name)
        if value is None:
            value = prop.default
        if value is None and old and old.get(name) and not prop.keeps:
            value = prop.absent if prop.absent is not None else empty.get(prop.kind)
        if value is None or value == "" or not prop.aws:
            continue
        if prop.kind is Kind.BLOCK and value:  # an empty block stays empty: defaults in it would undo the reset
            value = to_aws(prop.block, value)
        elif prop.keyed:
            value = {block[prop.keyed]: to_aws(prop.block, block) for block in value}
        elif prop.kind is Kind.BLOCKS:
            value = [to_aws(prop.block, block) for block in value]
        elif prop.listed:
            value = key_values(value)
        place, members = request, prop.aws.split(".")
        for member in members[:-1]:
            place = place.setdefault(member, {})
        place[members[-1]] = value
    return request


def from_aws(table: Table, answer: Mapping[str, Any]) -> Props:
    """Return the properties of a response of AWS, without those that are missing or empty in it."""
    props: Props = {}
    for name, prop in table.items():
        value: Any = answer
        for member in prop.aws.split(".") if prop.aws else ():
            value = (value or {}).get(member)
        if not prop.aws or value is None or (value in ("", {}) and not prop.bare):
            continue
        if prop.kind is Kind.BLOCK:
            value = from_aws(prop.block, value)
        elif prop.keyed:
            value = [from_aws(prop.block, block) | {prop.keyed: key} for key, block in value.items()]
        elif prop.kind is Kind.BLOCKS:
            value = [from_aws(prop.block, block) for block in value]
        elif prop.listed:
            value = {pair["Key"]: pair.get("Value", "") for pair in value}
        props[name] = value
    return props


def key_values(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as a list of Key and Value, as most AWS services use them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def kept(table: Table, old: Props, new: Props) -> Props:
    """Return the new values, and the old ones of omitted properties that keep their value."""
    result = {name: value for name, value in new.items() if value is not None}
    for name, prop in table.items():
        before, after = old.get(name), result.get(name)
        if after is None and prop.keeps and before is not None:
            result[name] = before
        elif prop.kind is Kind.BLOCK and isinstance(before, dict) and isinstance(after, dict):
            result[name] = kept(prop.block, before, after)
    return result


def aligned(table: Table, state: Props, known: Props) -> Props:
    """Return the state, but with the known value where it means the same, or where AWS does not return the property."""
    result = dict(state)
    for name, prop in table.items():
        if name in known and (prop.unread or comparable(prop, known[name]) == comparable(prop, state.get(name))):
            result[name] = known[name]
    return {name: value for name, value in result.items() if value is not None}


def unheld(table: Table, state: Props, given: Props, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of each given value that the state does not have, and the state's value; None if not set."""
    for name, prop in table.items():
        value, held = given.get(name), state.get(name)
        if prop.unread or comparable(prop, value) in (None, comparable(prop, held)):
            continue
        if prop.kind is Kind.BLOCK and isinstance(value, dict) and isinstance(held, dict):
            yield from unheld(prop.block, held, value, f"{path}{name}.")
        else:
            yield path + name, held


def untaken(table: Table, state: Props, old: Props, given: Props) -> Props:
    """Return the properties that the program removed, but that still have their old value in the state."""
    gone = {name: prop for name, prop in table.items() if not (prop.keeps or prop.unread or name in given)}
    held = {name: comparable(prop, old.get(name)) for name, prop in gone.items()}
    return {
        name: state[name]
        for name, prop in gone.items()
        if held[name] not in (None, comparable(prop, None)) and held[name] == comparable(prop, state.get(name))
    }


def put(props: Props, path: str, source: Props) -> Props:
    """Return the properties with the value of `source` at this path; removed if `source` has no value."""
    name, _, rest = path.partition(".")
    if source.get(name) is None:
        return {other: value for other, value in props.items() if other != name}
    value = put(props.get(name) or {}, rest, source[name]) if rest else source[name]
    return props | {name: value}
