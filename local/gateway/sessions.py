"""The session cookie of the sign-in pages: a signed-in user is not asked again by any app of the same pool.

It is valid for an hour, as on AWS, for one pool, and scripts cannot read it. A session keeps the password in memory,
because the emulator needs it to issue a code; it is empty after a sign-in by email code.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-integration.html
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from local.gateway.http import Request

_LIFETIME: Final = 3600  # seconds


@dataclass(frozen=True)
class Session:
    """A user signed in on the pages of a pool."""

    pool_id: str
    name: str
    password: str
    ends: float


_open: dict[str, Session] = {}


def begin(pool_id: str, name: str, password: str) -> str:
    """Start a session, and return the Set-Cookie header for it."""
    cookie = secrets.token_urlsafe(32)
    _open[cookie] = Session(pool_id, name, password, time.monotonic() + _LIFETIME)
    return _header(pool_id, cookie, _LIFETIME)


def find(request: Request, pool_id: str) -> Session | None:
    """Return the browser's session at a pool; None if there is none, or it has expired."""
    session = _open.get(request.cookies().get(_name(pool_id), ""))
    return session if session and session.pool_id == pool_id and time.monotonic() < session.ends else None


def end(request: Request, pool_id: str) -> str:
    """End the browser's session, and return the Set-Cookie header that deletes the cookie."""
    _open.pop(request.cookies().get(_name(pool_id), ""), None)
    return _header(pool_id, "", 0)


def _header(pool_id: str, value: str, seconds: int) -> str:
    return f"{_name(pool_id)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"


def _name(pool_id: str) -> str:
    return f"cognito-{pool_id}"
