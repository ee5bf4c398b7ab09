"""Losses by changed settings: one comparison of the current and the new settings of a resource. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity.config import refuses
from identity.config.settings import Settings
from identity.errors import shown, without_user
from identity.guard.loss import HOLD_BACK, PUT_BACK, Loss, weakened
from identity.setting import Change, Declared, Model, declared, written_value

# A value that a person is to write is not cut short.
_WHOLE = 2000


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


def field_losses(
    thing: str, path: str, old: Model, new: Model, said: Model, settings: Settings, kind: str
) -> Iterator[Loss]:
    """Each field that the settings would replace, weaken, or take back because nobody speaks of it.

    Args:
        thing: the id that AWS knows it by.
        path: its config key.
        old: the thing as the state has it.
        new: the thing as it will be, filled in.
        said: the thing as the stack file has it.
        settings: the whole config, which says whether a value could be put back.
        kind: what a person calls it, such as pool.
    """
    for difference in differences(old, new, path, said):
        change, key = difference.declared.change, difference.path.removeprefix(f"{path}.").partition(".")[0]
        if change is Change.IMPOSSIBLE and difference.new is None:
            yield _for_good(thing, key, difference, kind)
        elif change is Change.REPLACES:
            yield _replaced(thing, difference, settings, kind)
        elif change in (Change.LESSENS, Change.MATTERS):
            lost = lessened(difference)
            if lost is None or (not difference.said and difference.declared.kept):
                continue
            if difference.said:
                yield _weakened(thing, key, difference, lost, settings, kind)
            else:
                yield _taken_back(thing, key, difference, settings)


def _replaced(thing: str, difference: Difference, settings: Settings, kind: str) -> Loss:
    keep, received = f"{shown(difference.old)}, as when the {kind} was created", shown(difference.new)
    fix = HOLD_BACK if refuses(settings, difference.path, difference.old) else PUT_BACK
    return Loss(thing, difference.path, keep, received, difference.declared.loss, fix)


def _for_good(thing: str, key: str, difference: Difference, kind: str) -> Loss:
    """What nothing can take out again. Attributes, of which that is true as well, are looked at one by one."""
    value = written_value(difference.old)
    name = difference.path.rpartition(".")[2]
    fix = f"write `{name}: {shown(value, _WHOLE)}`: {difference.declared.loss}"
    keep = f"{shown(value)}, which the {kind} has"
    return Loss(thing, difference.path, keep, "nothing", fix, what=key, final=True)


def _weakened(thing: str, key: str, difference: Difference, lost: Any, settings: Settings, kind: str) -> Loss:
    old, new = difference.old, difference.new
    fix = HOLD_BACK if refuses(settings, difference.path, written_value(old)) else PUT_BACK
    if isinstance(old, list | tuple):
        keep = f"{', '.join(without_user(str(loss)) for loss in lost)} as well, which the {kind} has"
    elif isinstance(old, int) and not isinstance(old, bool):
        keep = f"{old}, which the {kind} has, or more"
    else:
        keep = f"{shown(written_value(old))}, as the {kind} has it"
    consequence = f"Of {thing}: {difference.declared.loss}"
    return weakened(thing, key, difference.path, keep, shown(written_value(new)), consequence, fix)


def _taken_back(thing: str, key: str, difference: Difference, settings: Settings) -> Loss:
    """Refused with and without `protect`, for nobody edited it."""
    value, old = written_value(difference.old), difference.old
    name = difference.path.rpartition(".")[2]
    properties = old.properties() if isinstance(old, Model) else [difference.declared.aws or name]
    keep = f"{name}: {shown(value, _WHOLE)}, as in AWS ({', '.join(properties)})"
    consequence = "The update would reset it, because the stack file does not set it."
    sayable = not refuses(settings, difference.path, value)
    fix = f"write `{name}: {shown(value, _WHOLE)}` to keep it." if sayable else HOLD_BACK
    return Loss(thing, difference.path, keep, "not set", consequence, fix, what=key, in_place=True)
