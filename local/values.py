"""Describe what an update changes, with the old and new values: `callbackUrls: ["https://a"] -> ["https://b"]`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from identity.errors import shown
from local.state import SECRET, SIGNATURE, hidden

_NAMES = ("name", "scopeName")  # the properties that identify a block in a list
_CONTEXT = 10
_LATER = "(known after the update)"


def changed(
    old: Mapping[str, Any], found: Mapping[str, Any], new: Mapping[str, Any], fields: Iterable[str]
) -> Iterator[str]:
    """Yield one line for each value that differs.

    Args:
        old: the resource's inputs before the update.
        found: the resource's outputs before the update.
        new: the resource's inputs after the update.
        fields: the inputs that the engine reports as changed.
    """
    for field in fields:
        # Equal inputs: the resource has drifted, so the old value is in the outputs.
        was = found.get(field) if old.get(field) == new.get(field) else old.get(field)
        yield from differences(field, was, new.get(field))


def differences(path: str, old: Any, new: Any) -> Iterator[str]:
    """Yield one line for each part of a value that differs, with its path."""
    if old == new:
        return
    if _is_secret(old) or _is_secret(new):
        yield f"{path}: {SECRET} -> {SECRET}"
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(key for key in old.keys() | new.keys() if not key.startswith("__")):
            yield from differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(path, old, new)
    else:
        yield _both(path, old, new)


def _lists(path: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    named = _by_name(old), _by_name(new)
    if all(entry is not None for entry in named) and (old or new):
        yield from differences(path, *named)
        return
    # In a long list, entries that have not changed would hide the changes.
    gone, come = [entry for entry in old if entry not in new], [entry for entry in new if entry not in old]
    short = max(len(str(old)), len(str(new))) <= 60
    if short or not (gone or come):
        yield _both(path, old, new)
        return
    yield from (f"{path}: {_text(entry)} -> nothing" for entry in gone)
    yield from (f"{path}: nothing -> {_text(entry)}" for entry in come)


def _by_name(blocks: list[Any]) -> dict[str, Any] | None:
    named = {
        str(block[name]): block for block in blocks if isinstance(block, Mapping) for name in _NAMES if name in block
    }
    return named if len(named) == len(blocks) else None


def _both(path: str, old: Any, new: Any) -> str:
    texts = _text(old), _text(new)
    if texts[0] == texts[1] and isinstance(old, str) and isinstance(new, str):
        # Both texts were cut before the first difference: show them from there.
        start = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
        start = max(0, (start or min(len(old), len(new))) - _CONTEXT)
        texts = f"...{_text(old[start:])}", f"...{_text(new[start:])}"
    return f"{path}: {texts[0]} -> {texts[1]}"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if value == UNKNOWN:
        return _LATER
    return SECRET if _is_secret(value) else shown(_without_unknown(hidden(value)))


def _without_unknown(value: Any) -> Any:
    """Return the value with words in place of each value that AWS gives only in the update, such as a new ARN."""
    if isinstance(value, dict):
        return {key: _without_unknown(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_unknown(entry) for entry in value]
    return _LATER if value == UNKNOWN else value


def _is_secret(value: Any) -> bool:
    return value == SECRET or (isinstance(value, Mapping) and SIGNATURE in value)
