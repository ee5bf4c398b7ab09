"""Convert property values between the engine's form and plain JSON values."""

from collections.abc import Collection
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

# Pulumi's signatures (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go).
_MARK, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"


class Archive(dict[str, Any]):
    """An archive from the engine: its `hash`, and (except in a state) its `path` or its `assets` by name."""


def plain(values: Struct) -> dict[str, Any]:
    """Return property values as plain JSON values, with whole numbers as integers."""
    return {name: _plain(value) for name, value in values.fields.items()}


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        inner = plain(value.struct_value)
        return Archive(inner) if inner.get(_MARK) == _ARCHIVE else inner
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "number_value" and value.number_value.is_integer():
        return int(value.number_value)
    return None if kind in (None, "null_value") else getattr(value, kind)


def wrapped(values: dict[str, Any], secrets: Collection[str] = ()) -> Struct:
    """Return plain JSON values as the engine's property values; `secrets` are the paths to mark as secret."""
    made = Struct()
    made.update(_marked(values, secrets, "") if secrets else values)
    return made


def _marked(value: Any, secrets: Collection[str], path: str) -> Any:
    if isinstance(value, dict):
        value = {key: _marked(item, secrets, f"{path}.{key}" if path else key) for key, item in value.items()}
    return {_MARK: _SECRET, "value": value} if path in secrets else value
