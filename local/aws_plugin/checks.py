"""What is wrong with given inputs, told before anything is asked of the emulator."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .properties import Kind, Property, Props, Table
from .values import Archive

_TYPES: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.NUMBER: int | float,
    Kind.FLAG: bool,
    Kind.MAP: dict,
    Kind.BLOCK: dict,
    Kind.SET: list,
    Kind.BLOCKS: list,
    Kind.ARCHIVE: Archive,
}


def problems(subject: str, table: Table, given: Props, path: str = "") -> Iterator[str]:
    """Everything wrong with the given inputs, a sentence each: unknown names, missing ones, wrong kinds and values."""
    for name, value in given.items():
        if name not in table:
            if not name.startswith("__"):  # the plugin's own notes
                near = get_close_matches(name, table, n=1)
                yield f"{path}{name}: no such property of {subject}" + (f"; did you mean {near[0]}?" if near else "")
        elif table[name].unsupported:
            yield (
                f"{path}{name}: the official provider has this property of {subject}, the local stack's does not: "
                "remove it here, or add it to local/aws_plugin"
            )
        else:
            yield from _misfits(subject, table[name], value, path + name)
    for name, prop in table.items():
        if prop.required and given.get(name) is None:
            yield f"{path}{name}: {subject} requires it; received nothing"


def _misfits(subject: str, prop: Property, value: Any, path: str) -> Iterator[str]:
    if value is None or value == UNKNOWN:
        return
    if not isinstance(value, _TYPES[prop.kind]) or (prop.kind is Kind.NUMBER and isinstance(value, bool)):
        yield f"{path}: must be {prop.kind.value}; received {_shown(prop, value)}"
        return
    inner: Props = {"": value} if prop.kind is Kind.BLOCK else {}
    if prop.kind is Kind.BLOCKS:
        inner = {f"[{index}]": block for index, block in enumerate(value)}
    for place, block in inner.items():
        if isinstance(block, dict):
            yield from problems(subject, prop.block or {}, block, f"{path}{place}.")
        elif block != UNKNOWN:
            yield f"{path}{place}: must be an object; received {_shown(prop, block)}"
    texts: Any = value if prop.kind is Kind.SET else value.values() if prop.kind is Kind.MAP else ()
    if not all(isinstance(text, str) for text in texts):
        yield f"{path}: must be {prop.kind.value}; received {_shown(prop, value)}"
    elif prop.values:
        yield from _strange(prop, [value] if prop.kind is Kind.TEXT else texts, path)


def _strange(prop: Property, texts: Any, path: str) -> Iterator[str]:
    """The values that AWS's model does not name."""
    for text in texts:
        if text not in prop.values and text not in ("", UNKNOWN):
            yield f"{path}: must be one of {', '.join(prop.values)}; received {_shown(prop, text)}"


def _shown(prop: Property, value: Any) -> str:
    return "[secret]" if prop.secret else json.dumps(value, default=str)
