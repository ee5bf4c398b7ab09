"""The engine's state file of the local stack: read it, point it at the running emulator, or drop it."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from local import paths, project
from local.console import Failure

_ROOT = paths.BACKEND / ".pulumi"
FILE = _ROOT / "stacks" / "identity" / f"{paths.STACK}.json"
LOCKS = _ROOT / "locks"

_PROVIDER = "pulumi:providers:aws"
SECRET = "[secret]"  # noqa: S105 - as the engine shows a secret
SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key that marks a special value, such as a secret


class Damaged(Failure):
    """The state file is incomplete or was not written by the engine."""


class Resource(BaseModel):
    """The fields of a resource that the commands read. The engine fails without a type and a URN."""

    type: str
    urn: str = Field(pattern="^urn:pulumi:")
    id: str = ""
    custom: bool = False
    protect: bool = False
    inputs: dict[str, Any] | None = None
    outputs: dict[str, Any] | None = None


class _Latest(BaseModel):
    manifest: dict[str, Any]  # never read: the engine always writes it, so a file without it is damaged
    resources: list[Resource] = []


class _Checkpoint(BaseModel):
    latest: _Latest


class State(BaseModel):
    """The content of the state file."""

    checkpoint: _Checkpoint

    @property
    def resources(self) -> list[Resource]:
        """The stack's resources; empty before the first run and after `destroy`."""
        return self.checkpoint.latest.resources

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, sorted by name, with `[secret]` in place of each secret."""
        found = (stack.outputs or {} for stack in self.of_type("pulumi:pulumi:Stack"))
        return {name: hidden(value) for name, value in sorted(next(found, {}).items())}

    @property
    def clients_with_a_secret(self) -> set[str]:
        """The ids of the app clients that have a secret."""
        clients = self.of_type("aws:cognito/userPoolClient:UserPoolClient")
        return {client.id for client in clients if (client.outputs or {}).get("generateSecret")}

    def of_type(self, type_name: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.type == type_name)


def read() -> State | None:
    """Return the state; None without a state file. Raises Damaged, or OSError if the file cannot be read."""
    if not FILE.exists():
        return None
    try:
        return State.model_validate_json(FILE.read_bytes())
    except ValidationError:
        raise Damaged(f"The stack's state, {FILE}, is damaged. `make up` starts over.") from None


def deployed() -> State:
    """Return the state of the deployed stack. Raises Failure if nothing is deployed."""
    known = read()
    if known is None or not known.resources:
        raise Failure("Nothing is deployed in this checkout, so there are no outputs. Deploy it: make up")
    return known


def written() -> int | None:
    """Return the modification time of the state file, in nanoseconds; None if there is no file."""
    with contextlib.suppress(OSError):
        return FILE.stat().st_mtime_ns
    return None


def drop() -> None:
    """Remove the state, its history and its locks."""
    shutil.rmtree(_ROOT, ignore_errors=True)


def point_at(port: int) -> None:
    """Set the endpoints and key of the provider in the state: refresh and destroy read them only from there."""
    if not FILE.exists():
        return
    wanted = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in project.provider(port).items()
    }
    content, moved = json.loads(FILE.read_bytes()), False
    for resource in content["checkpoint"]["latest"].get("resources", []):
        for values in (resource.get("inputs"), resource.get("outputs")) if resource["type"] == _PROVIDER else ():
            if values and not values.items() >= wanted.items():
                values.update(wanted)
                moved = True
    if moved:
        paths.write_whole(FILE, json.dumps(content, indent=4))


def hidden(value: Any) -> Any:
    """Return the value with `[secret]` in place of each secret, and without the provider's internal keys (`__...`)."""
    if isinstance(value, list):
        return [hidden(entry) for entry in value]
    if isinstance(value, dict):
        open_to_all = {key: hidden(entry) for key, entry in value.items() if not key.startswith("__")}
        return SECRET if SIGNATURE in value else open_to_all
    return value
