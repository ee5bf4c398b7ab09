"""The engine's state file of the local stack: read, pointed at the emulator of today, or dropped."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

from pydantic import AliasPath, BaseModel, Field, ValidationError

from local import paths, project
from local.console import Failure

_ROOT = paths.BACKEND / ".pulumi"
FILE = _ROOT / "stacks" / "identity" / f"{paths.STACK}.json"
LOCKS = _ROOT / "locks"

_PROVIDER = "pulumi:providers:aws"
SECRET = "[secret]"  # noqa: S105 - as the engine shows one
SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key that marks a value that is no plain one


class Damaged(Failure):
    """The state file is not one that the engine wrote whole."""


class Resource(BaseModel):
    """What the commands read of a resource; without a type and a URN the engine itself breaks off."""

    type: str
    urn: str = Field(pattern="^urn:pulumi:")
    id: str = ""
    custom: bool = False
    protect: bool = False
    inputs: dict[str, Any] | None = None
    outputs: dict[str, Any] | None = None


class State(BaseModel):
    """What the state file holds."""

    resources: list[Resource] = Field(default=[], validation_alias=AliasPath("checkpoint", "latest", "resources"))

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack puts out, with `[secret]` for what is one."""
        found = (stack.outputs or {} for stack in self.of_type("pulumi:pulumi:Stack"))
        return {name: hidden(value) for name, value in sorted(next(found, {}).items())}

    @property
    def clients_with_a_secret(self) -> set[str]:
        """Their ids."""
        clients = self.of_type("aws:cognito/userPoolClient:UserPoolClient")
        return {client.id for client in clients if (client.outputs or {}).get("generateSecret")}

    def of_type(self, type_name: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.type == type_name)


def read() -> State | None:
    """The state; None where there is no stack yet. Raises Damaged, or OSError where the file cannot be read."""
    if not FILE.exists():
        return None
    try:
        return State.model_validate_json(FILE.read_bytes())
    except ValidationError:
        raise Damaged(f"The stack's state, {FILE}, is damaged. `make up` starts over.") from None


def up() -> State:
    """The state of a stack that is up. Raises Failure where there is none."""
    known = read()
    if known is None or not known.resources:
        raise Failure("Nothing is deployed in this checkout, so there are no outputs. Deploy it: make up")
    return known


def written() -> int | None:
    """When the file was last written, in nanoseconds; None where there is none."""
    with contextlib.suppress(OSError):
        return FILE.stat().st_mtime_ns
    return None


def drop() -> None:
    """Forget the stack, with its history and the locks of engines that are gone."""
    shutil.rmtree(_ROOT, ignore_errors=True)


def point_at(port: int) -> None:
    """Have the state's provider speak to the emulator of today; refresh and destroy go by the state alone."""
    if not FILE.exists():
        return
    wanted = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in project.provider(port).items()
    }
    content, moved = json.loads(FILE.read_bytes()), False
    for resource in content["checkpoint"].get("latest", {}).get("resources", []):
        for values in (resource.get("inputs"), resource.get("outputs")) if resource["type"] == _PROVIDER else ():
            if values and not values.items() >= wanted.items():
                values.update(wanted)
                moved = True
    if moved:
        paths.write_whole(FILE, json.dumps(content, indent=4))


def hidden(value: Any) -> Any:
    """The value with `[secret]` for each secret in it, and without what the provider keeps for itself."""
    if isinstance(value, list):
        return [hidden(entry) for entry in value]
    if isinstance(value, dict):
        open_to_all = {key: hidden(entry) for key, entry in value.items() if not key.startswith("__")}
        return SECRET if SIGNATURE in value else open_to_all
    return value
