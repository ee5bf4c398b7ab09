"""Call a service of the emulator for one resource, with the help of AWS's model of the service's operations."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from .emulator import SERVICES, Emulator, Refusal, model
from .properties import Props, key_values

_PAUSE = 0.25  # seconds


class Service:
    """A service for one request on a resource.

    Args:
        emulator: the emulator.
        name: one of SERVICES.
        region: the resource's region; default: the stack's.
        timeout: the longest wait in seconds; 0: the default of each wait.
    """

    def __init__(self, emulator: Emulator, name: str, region: str | None = None, timeout: float = 0) -> None:
        self.region = region or emulator.region
        self._emulator, self._name, self._timeout = emulator, name, timeout

    @property
    def client(self) -> Any:
        """The boto3 client."""
        return self._emulator.client(self._name, self.region)

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        """Call an operation, such as CreateUserPool, and return its response. Members that it lacks are not sent."""
        taken = self._members(operation)
        given = {name: value for name, value in request.items() if name in taken}
        return getattr(self.client, xform_name(operation))(**given)

    def retag(
        self, old: Props, new: Props, verbs: tuple[str, str] = ("TagResource", "UntagResource"), **named: str
    ) -> None:
        """Set the new and changed tags, and remove those that `new` does not have.

        Args:
            old: the resource's old state.
            new: the resource's new inputs.
            verbs: the operations that set and remove tags.
            named: the request members that identify the resource.
        """
        before, after = old.get("tags") or {}, new.get("tags") or {}
        setting = {key: value for key, value in after.items() if before.get(key) != value}
        dropping = {key: "" for key in before if key not in after}
        for operation, tags in zip(verbs, (setting, dropping), strict=True):
            if tags:
                self.call(operation, named | _tags_for(self._members(operation), tags))

    def wait(self, what: str, usual: float, ready: Callable[[], bool]) -> None:
        """Call `ready` until it returns true. Raises Refusal after the timeout, or if the engine cancels.

        Args:
            what: the awaited state, for messages.
            usual: the default timeout in seconds.
            ready: whether the state is reached.
        """
        timeout = self._timeout or usual
        until = time.monotonic() + timeout
        while not ready():
            if time.monotonic() > until:
                raise Refusal(f"{what}: not done after {timeout:.0f} seconds; look into it, or raise custom_timeouts")
            if self._emulator.stopped.wait(_PAUSE):
                raise Refusal(f"{what}: cancelled")

    def _members(self, operation: str) -> Mapping[str, Any]:
        members: Mapping[str, Any] = model(SERVICES[self._name]).operation_model(operation).input_shape.members
        return members


def _tags_for(members: Mapping[str, Any], tags: Mapping[str, str]) -> Props:
    """Return tags in the form that an operation with these members requires: a map, a list of pairs, or only keys."""
    (name,) = (name for name in members if name.lower() in ("tags", "tagkeys"))
    shape = members[name]
    if shape.type_name == "map":
        return {name: dict(tags)}
    return {name: list(tags) if shape.member.type_name == "string" else key_values(tags)}
