"""What the gateway keeps of app clients because the emulator does not: the rotation of their refresh tokens.

It is written down beside the emulator's own state when that is, and read when it starts.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Final

from local.gateway.directory import Json

_OFF: Final = {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}
_rotation: dict[str, Json] = {}


def remember(client_id: str, given: Json) -> None:
    """What an operation says of a client; a client whose rotation is not named has none."""
    _rotation.pop(client_id, None)
    if given.get("RefreshTokenRotation"):
        _rotation[client_id] = _OFF | given["RefreshTokenRotation"]


def rotation(client_id: str) -> Json | None:
    """A client's rotation as AWS tells it; None where it was never set."""
    return _rotation.get(client_id)


def grace(client_id: str) -> float | None:
    """For how many seconds a used refresh token stays good; None where the client does not rotate them."""
    on = _rotation.get(client_id, _OFF)
    return float(on["RetryGracePeriodSeconds"]) if on["Feature"] == "ENABLED" else None


def load() -> None:
    """Read what an earlier run wrote down."""
    with contextlib.suppress(OSError, ValueError):
        _rotation.update(json.loads(_file().read_text(encoding="utf-8")))


def save() -> None:
    """Write it down, where the emulator writes down what it holds."""
    if os.environ.get("PERSIST_STATE") == "1" and _rotation:
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_text(json.dumps(_rotation), encoding="utf-8")


def _file() -> Path:
    return Path(os.environ.get("STATE_DIR", os.devnull)) / "rotation"
