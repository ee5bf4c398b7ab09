"""What an update changes, said with both values: `callbackUrls: ["https://a"] -> ["https://b"]`. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from identity.errors import shown

# How the engine writes what it does not know yet, and what is a secret
# (https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py).
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_HIDDEN = "[secret]"
_NAMES = ("name", "scopeName")  # what a block of a list is called by
_CONTEXT = 10


def changed(
    old: Mapping[str, Any], found: Mapping[str, Any], new: Mapping[str, Any], fields: Iterable[str]
) -> Iterator[str]:
    """One line for each value that differs.

    Args:
        old: the resource's inputs before.
        found: its outputs before.
        new: its inputs afterwards.
        fields: the inputs that the engine calls changed.
    """
    for field in fields:
        # Inputs that are alike: it is AWS that has come to differ, which the outputs tell.
        was = found.get(field) if old.get(field) == new.get(field) else old.get(field)
        yield from differences(field, was, new.get(field))


def differences(path: str, old: Any, new: Any) -> Iterator[str]:
    """The parts of one value that differ, each with its way into it."""
    if old == new:
        return
    if _is_secret(old) or _is_secret(new):
        yield f"{path}: {_HIDDEN} -> {_HIDDEN}"
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(key for key in old.keys() | new.keys() if not key.startswith("__")):
            yield from differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(path, old, new)
    else:
        yield _both(path, old, new)


def _lists(path: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    named = _by_name(old), _by_name(new)
    if all(item is not None for item in named) and (old or new):
        yield from differences(path, *named)
        return
    # What both have says nothing, and may hide the rest in a long list.
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    short = max(len(str(old)), len(str(new))) <= 60
    if short or not (gone or come):
        yield _both(path, old, new)
        return
    yield from (f"{path}: {_said(item)} -> nothing" for item in gone)
    yield from (f"{path}: nothing -> {_said(item)}" for item in come)


def _by_name(blocks: list[Any]) -> dict[str, Any] | None:
    named = {
        str(block[name]): block for block in blocks if isinstance(block, Mapping) for name in _NAMES if name in block
    }
    return named if len(named) == len(blocks) else None


def _both(path: str, old: Any, new: Any) -> str:
    said = _said(old), _said(new)
    if said[0] == said[1] and isinstance(old, str) and isinstance(new, str):
        # Cut off before they differ.
        start = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
        start = max(0, (start or min(len(old), len(new))) - _CONTEXT)
        said = f"...{_said(old[start:])}", f"...{_said(new[start:])}"
    return f"{path}: {said[0]} -> {said[1]}"


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if value == _UNKNOWN:
        return "(known once it is made)"
    return _HIDDEN if _is_secret(value) else shown(_without_secrets(value))


def _without_secrets(value: Any) -> Any:
    if _is_secret(value):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {key: _without_secrets(item) for key, item in value.items() if not key.startswith("__")}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


def _is_secret(value: Any) -> bool:
    return value == _HIDDEN or (isinstance(value, Mapping) and _SIGNATURE in value)
