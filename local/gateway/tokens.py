"""Refresh tokens: whose they are, and which one of a rotated family is good. Pure but for the families in memory.

The emulator knows no rotation. So a rotated token is the emulator's own with a generation behind it; which generations
are good is kept here, and is not known any more after a restart: the first that comes is then taken.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
"""

import base64
import json
import math
import secrets
import time
from typing import Any

_DOTS = 2  # of a JWT
_families: dict[str, dict[str, float]] = {}  # the emulator's token -> generation -> when it ends


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified; empty where it is no token."""
    return _part(token, 1)


def header(token: str) -> dict[str, Any]:
    """By what a token is signed; empty where it is no token."""
    return _part(token, 0)


def original(token: str) -> str:
    """The token as the emulator knows it."""
    return ".".join(token.split(".")[: _DOTS + 1])


def is_used_up(token: str) -> bool:
    """Whether a newer one was given in its place, and its time of grace is over."""
    family = _families.get(original(token))
    return family is not None and time.monotonic() > family.get(_generation(token), -math.inf)


def rotated(token: str, grace: float) -> str:
    """The next token, which ends this one after `grace` seconds."""
    family = _families.setdefault(original(token), {})
    ends = time.monotonic() + grace
    family[_generation(token)] = min(ends, family.get(_generation(token), ends))
    new = secrets.token_hex(8)
    family[new] = math.inf
    return f"{original(token)}.{new}"


def _generation(token: str) -> str:
    return ".".join(token.split(".")[_DOTS + 1 :])


def _part(token: str, place: int) -> dict[str, Any]:
    try:
        part = token.split(".")[place]
        content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
