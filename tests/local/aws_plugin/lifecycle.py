"""The plugin as the engine asks it, without the engine: one resource through its whole life, on an emulator."""

import asyncio
from typing import Any

import pulumi
from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN

from local import keys
from local.aws_plugin.emulator import SERVICES
from local.aws_plugin.properties import Props, comparable
from local.aws_plugin.provider import RESOURCES, LocalAws
from local.aws_plugin.values import plain, wrapped

Values = dict[str, PropertyValue]


class Plugin:
    """A configured plugin; `said` has what it told the user."""

    def __init__(self, url: str) -> None:
        self.said: list[str] = []
        self._provider = LocalAws(lambda _, line: self.said.append(line))
        key = keys.own()
        settings = {"region": "us-east-1", "accessKey": key.id, "secretKey": key.secret}
        arguments = _values({**settings, "endpoints": [dict.fromkeys(SERVICES, url)]})
        asyncio.run(self._provider.configure(rpc.ConfigureRequest({}, arguments, False, False)))

    def made(self, token: str, given: Props, name: str = "it") -> "Made":
        """A resource of this type with these inputs."""
        inputs = self.checked(token, given, name)
        preview = asyncio.run(self._provider.create(rpc.CreateRequest(_urn(token, name), inputs, 0, True)))
        made = asyncio.run(self._provider.create(rpc.CreateRequest(_urn(token, name), inputs, 0, False)))
        assert _props(preview.properties).keys() - {"id"} <= {*RESOURCES[token].inputs, *RESOURCES[token].outputs}
        return Made(self, token, name, str(made.resource_id), inputs, made.properties)

    def checked(self, token: str, given: Props, name: str = "it", old: Values | None = None) -> Values:
        """The inputs as the engine then has them."""
        request = rpc.CheckRequest(_urn(token, name), old or {}, _values(given), b"seed")
        answer = asyncio.run(self._provider.check(request))
        assert not answer.failures, [failure.reason for failure in answer.failures or []]
        return dict(answer.inputs or {})

    def read(self, token: str, resource_id: str, state: Values, inputs: Values) -> rpc.ReadResponse:
        return asyncio.run(self._provider.read(rpc.ReadRequest(_urn(token, "it"), resource_id, state, inputs)))

    def invoke(self, token: str, arguments: Props) -> Props:
        answer = asyncio.run(self._provider.invoke(rpc.InvokeRequest(token, _values(arguments))))
        return _props(answer.return_value or {})

    def diff(self, made: "Made", inputs: Values) -> rpc.DiffResponse:
        request = rpc.DiffRequest(_urn(made.token, made.name), made.id, made.values, inputs, [])
        return asyncio.run(self._provider.diff(request))

    def update(self, made: "Made", inputs: Values, preview: bool = False) -> Values:
        urn = _urn(made.token, made.name)
        request = rpc.UpdateRequest(urn, made.id, made.values, inputs, 0, [], preview)
        return dict(asyncio.run(self._provider.update(request)).properties or {})

    def delete(self, made: "Made") -> None:
        asyncio.run(self._provider.delete(rpc.DeleteRequest(_urn(made.token, made.name), made.id, made.values, 0)))


class Made:
    """A resource that was made, as the engine's state has it."""

    def __init__(self, plugin: Plugin, token: str, name: str, resource_id: str, inputs: Values, values: Any) -> None:
        self._plugin, self.token, self.name, self.id = plugin, token, name, resource_id
        self.inputs, self.values = inputs, dict(values)

    @property
    def state(self) -> Props:
        return _props(self.values)

    @property
    def names(self) -> set[str]:
        """What the state has, but for the plugin's own notes."""
        return {name for name in self.values if not name.startswith("__")}

    def diff(self, given: Props) -> dict[str, str]:
        """What these inputs would change: path -> kind, with _REPLACE where it is made anew."""
        answer = self._plugin.diff(self, self._plugin.checked(self.token, given, self.name, self.inputs))
        return {path: change.kind.name for path, change in (answer.detailed_diff or {}).items()}

    def update(self, given: Props) -> None:
        inputs = self._plugin.checked(self.token, given, self.name, self.inputs)
        preview = _props(self._plugin.update(self, inputs, preview=True))
        self.values, self.inputs = self._plugin.update(self, inputs), inputs
        known = {name: value for name, value in preview.items() if value != UNKNOWN and not name.startswith("last")}
        assert {name: value for name, value in known.items() if self.state.get(name, value) != value} == {}

    def refreshed(self) -> Props | None:
        """The state after a refresh; None where there is nothing any more."""
        answer = self._plugin.read(self.token, self.id, self.values, self.inputs)
        return _props(answer.properties or {}) if answer.resource_id else None

    def imported(self, import_id: str) -> Props | None:
        """The inputs that an import reads."""
        answer = self._plugin.read(self.token, import_id, {}, {})
        return _props(answer.inputs or {}) if answer.resource_id else None

    def delete(self) -> None:
        self._plugin.delete(self)


def differing(token: str, one: Props, other: Props) -> set[str]:
    """The inputs of the first that mean something else in the other one."""
    table = RESOURCES[token].inputs
    return {
        name
        for name, prop in table.items()
        if name in one and not prop.unread and comparable(prop, one[name]) != comparable(prop, other.get(name))
    }


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::identity::{token}::{name}"


def _values(props: Props) -> Values:
    return {name: wrapped(value) for name, value in props.items()}


def _props(values: Any) -> Props:
    """Plain values; an archive by its path, which is all that can be compared of it."""
    props = {name: plain(value) for name, value in values.items()}
    return {name: vars(value) if isinstance(value, pulumi.Archive) else value for name, value in props.items()}
