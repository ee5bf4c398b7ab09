"""Property values of Pulumi's as plain JSON values, and the other way."""

from typing import Any

import pulumi
from pulumi.provider.experimental.property_value import PropertyValue

from .emulator import Refusal


def plain(value: PropertyValue) -> Any:
    """A property value as plain JSON, whole numbers as integers."""
    inner = value.value
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, str | bool | pulumi.Archive) or inner is None:
        return inner
    if hasattr(inner, "items"):
        return {key: plain(item) for key, item in inner.items()}
    if isinstance(inner, tuple):
        return [plain(item) for item in inner]
    raise Refusal(f"the local aws plugin takes plain values only; received {type(inner).__name__}")


def wrapped(value: Any, secrets: frozenset[str] = frozenset(), path: str = "") -> PropertyValue:
    """The other way; `secrets` are the paths of what is marked as one."""
    secret = path in secrets
    if isinstance(value, dict):
        items = {key: wrapped(item, secrets, f"{path}.{key}" if path else key) for key, item in value.items()}
        return PropertyValue(items, is_secret=secret)
    if isinstance(value, list | tuple):
        return PropertyValue([wrapped(item) for item in value], is_secret=secret)
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    return PropertyValue(value, is_secret=secret)
