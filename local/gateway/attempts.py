"""Sign-ins under way: what is known of a person between one page and the next, for fifteen minutes."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from local.gateway.authorization import Authorization
from local.gateway.http import Request

FIELD: Final = "attempt"  # of the forms
_LASTS: Final = 900.0  # seconds; AWS has 3 to 15 minutes
_GUESSES: Final = 5


@dataclass
class Attempt:
    """A sign-in that wants something more than what was given.

    Args:
        request: what the app asks for.
        name: the user name that was entered.
        password: the one that was entered; the emulator wants it again at the end.
        by_mail: whether a mailed code stands in for the password, which is then empty.
        by_link: whether a sign-up is confirmed by a link rather than a code.
        must_change: whether it was right, and a temporary one: a new password is asked for.
        factor: where it was right, the second factor that is asked for; else empty.
        access_token: by which an authenticator app is set up.
        secret: what that app is given.
        guesses: how many codes may still be entered.
    """

    request: Authorization
    name: str
    password: str
    by_mail: bool = False
    by_link: bool = False
    must_change: bool = False
    factor: str = ""
    access_token: str = ""
    secret: str = ""
    guesses: int = _GUESSES
    ends: float = field(default_factory=lambda: time.monotonic() + _LASTS)


_under_way: dict[str, Attempt] = {}


def begin(attempt: Attempt) -> dict[str, str]:
    """Remember an attempt; the hidden field of the form that goes on with it."""
    for token in [token for token, one in _under_way.items() if time.monotonic() > one.ends]:
        del _under_way[token]
    token = secrets.token_urlsafe(32)
    _under_way[token] = attempt
    return {FIELD: token}


def take(request: Request) -> Attempt | None:
    """The attempt that a form goes on with, which is then no more; None where it has ended."""
    attempt = _under_way.pop(request.form().get(FIELD, ""), None)
    return attempt if attempt and time.monotonic() < attempt.ends else None
