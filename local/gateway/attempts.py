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
    """A sign-in at the pages.

    Args:
        request: what the browser sent last.
        asked: what the app asks for.
        name: the user name that was entered.
        password: the one that was entered, which the emulator wants again at the end; empty where a mailed code stands
            in for it.
        by_link: whether a sign-up is confirmed by a link rather than a code.
        factor: the factor that is asked for beside the password, or in its place; else empty.
        access_token: by which an authenticator app is set up.
        shown: what that app is given.
        guesses: how many codes of a second factor may still be entered.
        steps: the paths of the forms that may go on with it.
    """

    request: Request
    asked: Authorization
    name: str = ""
    password: str = ""
    by_link: bool = False
    factor: str = ""
    access_token: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    guesses: int = _GUESSES
    steps: tuple[str, ...] = ()
    ends: float = field(default_factory=lambda: time.monotonic() + _LASTS)

    @property
    def entered(self) -> dict[str, str]:
        """What was filled in at the last page."""
        return self.request.form()


_under_way: dict[str, Attempt] = {}


def begin(attempt: Attempt, *steps: str) -> dict[str, str]:
    """Remember an attempt; the hidden field of the forms, by their paths, that go on with it."""
    token, attempt.steps = secrets.token_urlsafe(32), steps
    _under_way[token] = attempt
    return {FIELD: token}


def take(request: Request) -> Attempt | None:
    """The attempt that a form goes on with, which is then no more; None where it has ended, or waits for another."""
    attempt = _under_way.pop(request.form().get(FIELD, ""), None)
    if attempt is None or request.path not in attempt.steps or time.monotonic() > attempt.ends:
        return None
    attempt.request = request
    return attempt
