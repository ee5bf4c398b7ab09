"""The cookie of the sign-in pages: who signed in once is not asked again, by no app of the same pool.

It is good for an hour, as AWS's, for one pool, and no script can read it. The emulator gives a code for a password, so
a session has it, in memory, where the emulator has it as well; it is empty for who signed in by a code that was mailed.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-integration.html
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from local.gateway.http import Request

_LASTS: Final = 3600  # seconds


@dataclass(frozen=True)
class Session:
    """A person who signed in at the pages of a pool."""

    pool_id: str
    name: str
    password: str
    ends: float


_open: dict[str, Session] = {}


def begin(pool_id: str, name: str, password: str) -> str:
    """Remember a person; the header that gives the browser its cookie."""
    cookie = secrets.token_urlsafe(32)
    _open[cookie] = Session(pool_id, name, password, time.monotonic() + _LASTS)
    return _header(pool_id, cookie, _LASTS)


def find(request: Request, pool_id: str) -> Session | None:
    """Whom a browser comes back as; None where nobody is signed in at this pool."""
    session = _open.get(request.cookies().get(_name(pool_id), ""))
    return session if session and session.pool_id == pool_id and time.monotonic() < session.ends else None


def end(request: Request, pool_id: str) -> str:
    """Forget a person; the header that takes the browser's cookie away."""
    _open.pop(request.cookies().get(_name(pool_id), ""), None)
    return _header(pool_id, "", 0)


def _header(pool_id: str, value: str, lasts: int) -> str:
    return f"{_name(pool_id)}={value}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax"


def _name(pool_id: str) -> str:
    return f"cognito-{pool_id}"
