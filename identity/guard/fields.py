"""Losses by changed settings: one comparison of the current and the new settings of a resource. Pure."""

from collections.abc import Iterator
from typing import Any

from identity.config import refuses
from identity.config.settings import Settings
from identity.differences import Difference, differences, lessened
from identity.errors import shown, without_user
from identity.guard.loss import HOLD_BACK, PUT_BACK, Loss, weakened
from identity.setting import Change, Model, written_value

# A value that a person is to write is not cut short.
_WHOLE = 2000


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
