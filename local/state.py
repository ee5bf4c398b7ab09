"""The engine's state file of the local stack: read, pointed at the emulator of today, or dropped."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from local import keys, paths
from local.console import Failure

_ROOT = paths.BACKEND / ".pulumi"
FILE = _ROOT / "stacks" / "identity" / f"{paths.STACK}.json"
LOCKS = _ROOT / "locks"

_PROVIDER = "pulumi:providers:aws"
SECRET = "[secret]"  # noqa: S105 - as the engine shows one
SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key that marks a value that is no plain one
_ENCRYPTED = "1b47061264138c4ac30d75fd1eb44270"  # what stands under that key for a secret


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


class _Deployment(BaseModel):
    resources: list[Resource] | None = None


class _Checkpoint(BaseModel):
    latest: _Deployment | None = None  # missing in a stack without any deployment yet


class State(BaseModel):
    """What the state file holds."""

    checkpoint: _Checkpoint

    @property
    def resources(self) -> list[Resource]:
        latest = self.checkpoint.latest
        return (latest.resources if latest else None) or []

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack puts out, with `[secret]` for what is one."""
        found = (stack.outputs or {} for stack in self.of_type("pulumi:pulumi:Stack"))
        return {name: _shown(value) for name, value in sorted(next(found, {}).items())}

    @property
    def clients_with_a_secret(self) -> set[str]:
        """Their ids."""
        clients = self.of_type("aws:cognito/userPoolClient:UserPoolClient")
        return {client.id for client in clients if (client.outputs or {}).get("generateSecret")}

    def of_type(self, type_name: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.type == type_name)


def read() -> State | None:
    """The state; None where there is no stack yet. Raises Damaged, or OSError where the file cannot be read."""
    text = _text()
    if text is None:
        return None
    try:
        return State.model_validate_json(text)
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
    text = _text()
    if text is None:
        return
    content, key, moved = json.loads(text), keys.own(), False
    for resource in (content["checkpoint"].get("latest") or {}).get("resources") or []:
        for values in (resource.get("inputs"), resource.get("outputs")) if resource["type"] == _PROVIDER else ():
            entries = json.loads((values or {}).get("endpoints", "[]"))
            endpoints = [dict.fromkeys(entry, f"http://127.0.0.1:{port}") for entry in entries]
            wanted = {
                "endpoints": json.dumps(endpoints, separators=(",", ":")),
                "accessKey": key.id,
                "secretKey": key.secret,
            }
            if values and not values.items() >= wanted.items():
                values.update(wanted)
                moved = True
    if moved:
        paths.write_whole(FILE, json.dumps(content, indent=4))


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(entry) for entry in value]
    if isinstance(value, dict):
        return SECRET if value.get(SIGNATURE) == _ENCRYPTED else {key: _shown(entry) for key, entry in value.items()}
    return value


def _text() -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return FILE.read_bytes()
    return None
