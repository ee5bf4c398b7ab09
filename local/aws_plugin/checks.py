"""Validate inputs before any request to the emulator."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .properties import Kind, Property, Props, Table


def problems(subject: str, table: Table, given: Props, path: str = "") -> Iterator[str]:
    """Yield a message for each invalid input: unknown or missing properties, wrong types, and values not allowed."""
    for name, value in given.items():
        if name not in table:
            if not name.startswith("__"):  # internal keys of the plugin
                near = get_close_matches(name, table, n=1)
                yield f"{path}{name}: no such property of {subject}" + (f"; did you mean {near[0]}?" if near else "")
        elif table[name].unsupported:
            yield (
                f"{path}{name}: the official provider has this property of {subject}, the local stack's does not: "
                "remove it here, or add it to local/aws_plugin"
            )
        else:
            yield from _value_problems(subject, table[name], value, path + name)
    for name, prop in table.items():
        if prop.required and given.get(name) is None:
            yield f"{path}{name}: {subject} requires it; received nothing"


def _value_problems(subject: str, prop: Property, value: Any, path: str) -> Iterator[str]:
    if value is None or value == UNKNOWN:
        return
    words, wanted = prop.kind.value
    if not isinstance(value, wanted) or (prop.kind is Kind.NUMBER and isinstance(value, bool)):
        yield f"{path}: must be {words}; received {_shown(prop, value)}"
        return
    if prop.kind is Kind.BLOCK:
        yield from problems(subject, prop.block, value, f"{path}.")
    elif prop.kind is Kind.BLOCKS:
        for index, block in enumerate(value):
            if isinstance(block, dict):
                yield from problems(subject, prop.block, block, f"{path}[{index}].")
            elif block != UNKNOWN:
                yield f"{path}[{index}]: must be an object; received {_shown(prop, block)}"
    elif prop.kind in (Kind.TEXT, Kind.SET, Kind.MAP):
        texts = [value] if prop.kind is Kind.TEXT else value.values() if prop.kind is Kind.MAP else value
        if not all(isinstance(text, str) for text in texts):
            yield f"{path}: must be {words}; received {_shown(prop, value)}"
            return
        for text in texts:
            if prop.values and text not in (*prop.values, "", UNKNOWN):
                yield f"{path}: must be one of {', '.join(prop.values)}; received {_shown(prop, text)}"


def _shown(prop: Property, value: Any) -> str:
    return "[secret]" if prop.secret else json.dumps(value, default=str)
