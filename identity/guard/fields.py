"""Losses by changed settings: compares the current and the new settings of a resource. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from identity.config import refuses
from identity.config.settings import Settings
from identity.errors import shown, without_user
from identity.guard.loss import HOLD_BACK, PUT_BACK, Loss, weakened
from identity.setting import Change, Declared, Model, declared, written_value
from identity.user_pool.triggers import SOME_FOLDER

# The maximum length of a value that the user has to write: practically never truncated.
_NOT_TRUNCATED = 2000


@dataclass(frozen=True)
class Difference:
    """A field with different values in two objects of the same model."""

    path: str
    declared: Declared
    old: Any
    new: Any
    is_set: bool


def differences(old: Model, new: Model, path: str, written: Model | None = None) -> Iterator[Difference]:
    """The fields that differ, including those of nested objects. An object that only one side has is one difference.

    Args:
        old: the object of the live resource.
        new: the new object, with defaults filled in.
        path: its config key.
        written: the object as written in the stack file.
    """
    written = written or new
    for name, field in type(new).model_fields.items():
        before, after, written_inside = getattr(old, name), getattr(new, name), getattr(written, name)
        at, place = declared(field), f"{path}.{field.alias}"
        if isinstance(before, Model) and isinstance(after, Model):
            yield from differences(before, after, place, written_inside if isinstance(written_inside, Model) else None)
        elif before != after:
            yield Difference(place, at, before, after, name in written.model_fields_set or at.always)


def lessened(difference: Difference) -> Any:
    """What is lost by the new value: the missing entries of a list or map, or the old value; None if nothing."""
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
    aws_id: str, path: str, old: Model, new: Model, written: Model, settings: Settings, kind: str
) -> Iterator[Loss]:
    """The losses of a resource: settings that would replace it, be weakened, or be reset because they are not set.

    Args:
        aws_id: the resource's id in AWS.
        path: its config key.
        old: the settings in the state.
        new: the new settings, with defaults filled in.
        written: the settings as written in the stack file.
        settings: the whole config, to find out whether the old value would be valid.
        kind: the word for the resource in messages, such as pool.
    """
    for difference in differences(old, new, path, written):
        change, key = difference.declared.change, difference.path.removeprefix(f"{path}.").partition(".")[0]
        if change is Change.IMPOSSIBLE and difference.new is None:
            yield _irremovable(aws_id, key, difference, kind)
        elif change is Change.REPLACES:
            yield _replaced(aws_id, difference, settings, kind)
        elif change in (Change.LESSENS, Change.MATTERS):
            lost = lessened(difference)
            if lost is None or (not difference.is_set and difference.declared.kept):
                continue
            if difference.is_set:
                yield _weakened(aws_id, key, difference, lost, settings, kind)
            else:
                yield _reset(aws_id, key, difference, settings)


def _replaced(aws_id: str, difference: Difference, settings: Settings, kind: str) -> Loss:
    keep, received = f"{shown(difference.old)}, as when the {kind} was created", shown(difference.new)
    fix = HOLD_BACK if refuses(settings, difference.path, difference.old) else PUT_BACK
    return Loss(aws_id, difference.path, keep, received, difference.declared.loss, fix)


def _irremovable(aws_id: str, key: str, difference: Difference, kind: str) -> Loss:
    """The loss of a setting that AWS cannot remove. `identity.guard.pool` compares attributes one by one."""
    value = written_value(difference.old)
    name = difference.path.rpartition(".")[2]
    fix = f"write `{name}: {shown(value, _NOT_TRUNCATED)}`: {difference.declared.loss}"
    keep = f"{shown(value)}, which the {kind} has"
    return Loss(aws_id, difference.path, keep, "nothing", fix, what=key, final=True)


def _weakened(aws_id: str, key: str, difference: Difference, lost: Any, settings: Settings, kind: str) -> Loss:
    old, new = difference.old, difference.new
    fix = HOLD_BACK if refuses(settings, difference.path, written_value(old)) else PUT_BACK
    if isinstance(old, list | tuple):
        keep = f"{', '.join(without_user(str(loss)) for loss in lost)} as well, which the {kind} has"
    elif isinstance(old, int) and not isinstance(old, bool):
        keep = f"{old}, which the {kind} has, or more"
    else:
        keep = f"{shown(written_value(old))}, as the {kind} has it"
    consequence = f"Of {aws_id}: {difference.declared.loss}"
    return weakened(aws_id, key, difference.path, keep, shown(written_value(new)), consequence, fix)


def _reset(aws_id: str, key: str, difference: Difference, settings: Settings) -> Loss:
    """The reset of a setting that is not in the stack file: refused even without `protect`, as no edit caused it."""
    value, old = written_value(difference.old), difference.old
    name = difference.path.rpartition(".")[2]
    properties = old.properties() if isinstance(old, Model) else [difference.declared.aws or name]
    keep = f"{name}: {shown(value, _NOT_TRUNCATED)}, as in AWS ({', '.join(properties)})"
    consequence = "The update would reset it, because the stack file does not set it."
    if SOME_FOLDER in keep:
        fix = PUT_BACK
    elif refuses(settings, difference.path, value):
        fix = HOLD_BACK
    else:
        fix = f"write `{name}: {shown(value, _NOT_TRUNCATED)}` to keep it."
    return Loss(aws_id, difference.path, keep, "not set", consequence, fix, what=key, in_place=True)
