"""Call the plugin as the engine does: the whole lifecycle of a resource on an emulator, without an engine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.rpc import UNKNOWN

from local import keys
from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.emulator import SERVICES
from local.aws_plugin.properties import Props, comparable
from local.aws_plugin.provider import LocalAws
from local.aws_plugin.values import plain, wrapped

# The engine's signatures of special values.
MARK, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_ASSET, _ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"


def archive(main: str, folder: Path | None = None) -> Props:
    """Return an archive with a `main.py`, as the engine sends it. If a folder is given, the archive refers to it."""
    content: Props = {"assets": {"main.py": {MARK: _ASSET, "text": main}}}
    if folder:
        folder.mkdir(exist_ok=True)
        (folder / "main.py").write_text(main)
        content = {"path": str(folder)}
    return {MARK: _ARCHIVE, "hash": hashlib.sha256(main.encode()).hexdigest(), **content}


class Plugin:
    """A configured plugin. `said` has its messages to the user."""

    def __init__(self, url: str) -> None:
        self.said: list[str] = []
        self._provider = LocalAws(lambda _, line: self.said.append(line))
        key = keys.own()
        settings = {"region": "us-east-1", "accessKey": key.id, "secretKey": key.secret}
        arguments = wrapped({**settings, "endpoints": json.dumps([dict.fromkeys(SERVICES, url)])})
        self._provider.configure(rpc.ConfigureRequest(args=arguments))

    def made(self, token: str, given: Props, name: str = "it") -> "Made":
        """Create a resource of this type, after a preview."""
        urn, inputs = _urn(token, name), self.checked(token, given, name)
        preview = self._provider.create(rpc.CreateRequest(urn=urn, properties=inputs, preview=True))
        made = self._provider.create(rpc.CreateRequest(urn=urn, properties=inputs))
        assert set(preview.properties) - {"id"} <= {*RESOURCES[token].inputs, *RESOURCES[token].outputs}
        return Made(self, token, name, made.id, inputs, made.properties)

    def checked(self, token: str, given: Props, name: str = "it", old: Struct | None = None) -> Struct:
        """Return the inputs after the plugin's check."""
        request = rpc.CheckRequest(urn=_urn(token, name), olds=old, news=wrapped(given), randomSeed=b"seed")
        answer = self._provider.check(request)
        assert not answer.failures, [failure.reason for failure in answer.failures]
        return answer.inputs

    def read(self, token: str, resource_id: str, state: Struct, inputs: Struct) -> rpc.ReadResponse:
        return self._provider.read(
            rpc.ReadRequest(urn=_urn(token, "it"), id=resource_id, properties=state, inputs=inputs)
        )

    def diff(self, made: "Made", inputs: Struct) -> rpc.DiffResponse:
        return self._provider.diff(
            rpc.DiffRequest(urn=_urn(made.token, made.name), id=made.id, olds=made.held, news=inputs)
        )

    def update(self, made: "Made", inputs: Struct, preview: bool = False) -> Struct:
        urn = _urn(made.token, made.name)
        request = rpc.UpdateRequest(urn=urn, id=made.id, olds=made.held, news=inputs, preview=preview)
        return self._provider.update(request).properties

    def delete(self, made: "Made") -> None:
        self._provider.delete(rpc.DeleteRequest(urn=_urn(made.token, made.name), id=made.id, properties=made.held))


class Made:
    """A created resource, with its inputs and state."""

    def __init__(
        self, plugin: Plugin, token: str, name: str, resource_id: str, inputs: Struct, properties: Struct
    ) -> None:
        self._plugin, self.token, self.name, self.id = plugin, token, name, resource_id
        self.inputs, self.properties = inputs, properties

    @property
    def state(self) -> Props:
        state: Props = _clear(plain(self.properties))
        return state

    @property
    def held(self) -> Struct:
        """Return the state as the engine sends it, with secrets in plain text."""
        return wrapped(self.state)

    @property
    def secrets(self) -> set[str]:
        """Return the paths of secrets in the state."""
        return set(_secrets(plain(self.properties)))

    @property
    def names(self) -> set[str]:
        """Return the names in the state, without the plugin's own entries."""
        return {name for name in self.properties if not name.startswith("__")}

    def diff(self, given: Props) -> dict[str, str]:
        """Return the changes of these inputs by path. Kinds that end in _REPLACE replace the resource."""
        answer = self._plugin.diff(self, self._plugin.checked(self.token, given, self.name, self.inputs))
        return {path: rpc.PropertyDiff.Kind.Name(change.kind) for path, change in answer.detailedDiff.items()}

    def update(self, given: Props) -> None:
        inputs = self._plugin.checked(self.token, given, self.name, self.inputs)
        preview = _clear(plain(self._plugin.update(self, inputs, preview=True)))
        self.properties, self.inputs = self._plugin.update(self, inputs), inputs
        known = {name: value for name, value in preview.items() if value != UNKNOWN and not name.startswith("last")}
        assert {name: value for name, value in known.items() if self.state.get(name, value) != value} == {}

    def refreshed(self) -> Props | None:
        """Return the state after a refresh, or None if the resource no longer exists."""
        answer = self._plugin.read(self.token, self.id, self.held, self.inputs)
        return _clear(plain(answer.properties)) if answer.id else None

    def imported(self, import_id: str) -> Props | None:
        """Return the inputs of an import."""
        answer = self._plugin.read(self.token, import_id, Struct(), Struct())
        return _clear(plain(answer.inputs)) if answer.id else None

    def delete(self) -> None:
        self._plugin.delete(self)


def differing(token: str, one: Props, other: Props) -> set[str]:
    """Return the names of inputs in `one` whose meaning differs in `other`."""
    table = RESOURCES[token].inputs
    return {
        name
        for name, prop in table.items()
        if name in one and not prop.unread and comparable(prop, one[name]) != comparable(prop, other.get(name))
    }


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::identity::{token}::{name}"


def _clear(value: Any) -> Any:
    """Return a value with its secrets unwrapped."""
    if isinstance(value, dict):
        return _clear(value["value"]) if value.get(MARK) == SECRET else {key: _clear(one) for key, one in value.items()}
    return [_clear(one) for one in value] if isinstance(value, list) else value


def _secrets(values: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from [path + name] if value.get(MARK) == SECRET else _secrets(value, f"{path}{name}.")
