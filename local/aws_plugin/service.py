"""One of the emulator's services, as the acts on a resource use it: by what AWS's own model says of its operations."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from .emulator import SERVICES, Emulator, Refusal, model
from .properties import Props, key_values

_PAUSE = 0.25  # seconds


class Service:
    """A service for one act on a resource.

    Args:
        emulator: whose it is.
        name: one of SERVICES.
        region: the resource's; the stack's where it names none.
        timeout: how many seconds the act may take; 0 for what is usual.
    """

    def __init__(self, emulator: Emulator, name: str, region: str | None = None, timeout: float = 0) -> None:
        self.region = region or emulator.region
        self._emulator, self._name, self._timeout = emulator, name, timeout

    @property
    def client(self) -> Any:
        """As boto3 has it."""
        return self._emulator.client(self._name, self.region)

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        """What an operation, such as CreateUserPool, answers to all that it has members for in this request."""
        taken = self._members(operation)
        given = {name: value for name, value in request.items() if name in taken}
        return getattr(self.client, xform_name(operation))(**given)

    def retag(
        self, old: Props, new: Props, verbs: tuple[str, str] = ("TagResource", "UntagResource"), **named: str
    ) -> None:
        """Set the tags that are new or other ones, and take off those that are gone.

        Args:
            old: the resource as it was.
            new: its inputs.
            verbs: the operations that set tags and take them off.
            named: the members of their requests that say whose tags these are.
        """
        before, after = old.get("tags") or {}, new.get("tags") or {}
        setting = {key: value for key, value in after.items() if before.get(key) != value}
        dropping = {key: "" for key in before if key not in after}
        for operation, tags in zip(verbs, (setting, dropping), strict=True):
            if tags:
                self.call(operation, named | _worded(self._members(operation), tags))

    def wait(self, what: str, usual: float, ready: Callable[[], bool]) -> None:
        """Ask `ready` until it says yes. Raises Refusal after the act's time, or when the engine cancels."""
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


def _worded(members: Mapping[str, Any], tags: Mapping[str, str]) -> Props:
    """Tags as an operation with these members takes them: a map, pairs, or their keys alone."""
    (name,) = (name for name in members if name.lower() in ("tags", "tagkeys"))
    shape = members[name]
    if shape.type_name == "map":
        return {name: dict(tags)}
    return {name: list(tags) if shape.member.type_name == "string" else key_values(tags)}
