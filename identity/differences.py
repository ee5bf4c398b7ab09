"""Differences between the current and the new settings of a resource."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity.setting import Change, Declared, Model, declared


@dataclass(frozen=True)
class Difference:
    """A field that is otherwise in two objects of the same model."""

    path: str
    declared: Declared
    old: Any
    new: Any
    said: bool


def differences(old: Model, new: Model, path: str, said: Model | None = None) -> Iterator[Difference]:
    """The fields that differ, each with its path; an object that one of the two does not have is one difference.

    Args:
        old: the object as a live resource has it.
        new: the object as it will be, filled in.
        path: its config key.
        said: the object as the stack file has it.
    """
    said = said or new
    for name, field in type(new).model_fields.items():
        before, after, written = getattr(old, name), getattr(new, name), getattr(said, name)
        at, place = declared(field), f"{path}.{field.alias}"
        if isinstance(before, Model) and isinstance(after, Model):
            yield from differences(before, after, place, written if isinstance(written, Model) else None)
        elif before != after:
            yield Difference(place, at, before, after, name in said.model_fields_set or at.always)


def lessened(difference: Difference) -> Any:
    """What the new value lacks of the old one: entries, a number, a word; None where it lacks nothing."""
    old, new, order = difference.old, difference.new, difference.declared.order
    if old is None:
        return None
    if isinstance(old, list | tuple):
        return [entry for entry in old if entry not in (new or ())] or None
    if new is None or difference.declared.change is Change.MATTERS:
        return old
    if order:
        return old if old in order and (new not in order or order.index(new) < order.index(old)) else None
    if isinstance(old, bool | int):
        return old if new < old else None
    if isinstance(old, Mapping):
        return {key: value for key, value in old.items() if new.get(key) != value} or None
    return None
