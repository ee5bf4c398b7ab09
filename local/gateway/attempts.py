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
        password: the one that was entered, which the emulator wants again at the end; empty where a mailed code stands
            in for it.
        by_link: whether a sign-up is confirmed by a link rather than a code.
        factor: where it was right, the second factor that is asked for; else empty.
        access_token: by which an authenticator app is set up.
        secret: what that app is given.
        guesses: how many codes may still be entered.
        steps: the paths of the forms that may go on with it.
    """

    request: Authorization
    name: str
    password: str
    by_link: bool = False
    factor: str = ""
    access_token: str = ""
    secret: str = ""
    guesses: int = _GUESSES
    steps: tuple[str, ...] = ()
    ends: float = field(default_factory=lambda: time.monotonic() + _LASTS)


_under_way: dict[str, Attempt] = {}


def begin(attempt: Attempt, *steps: str) -> dict[str, str]:
    """Remember an attempt; the hidden field of the forms, by their paths, that go on with it."""
    for token in [token for token, one in _under_way.items() if time.monotonic() > one.ends]:
        del _under_way[token]
    token, attempt.steps = secrets.token_urlsafe(32), steps
    _under_way[token] = attempt
    return {FIELD: token}


def take(request: Request) -> Attempt | None:
    """The attempt that a form goes on with, which is then no more; None where it has ended, or waits for another."""
    attempt = _under_way.pop(request.form().get(FIELD, ""), None)
    return attempt if attempt and request.path in attempt.steps and time.monotonic() < attempt.ends else None
