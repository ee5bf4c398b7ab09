"""Sign-ins in progress: the gateway remembers each for fifteen minutes between one page and the next."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from local.gateway.authorization import Authorization
from local.gateway.http import Request

FIELD: Final = "attempt"  # the hidden form field
_LIFETIME: Final = 900.0  # seconds; AWS allows 3 to 15 minutes
_GUESSES: Final = 5


@dataclass
class Attempt:
    """One sign-in on the pages.

    Args:
        request: the browser's latest request.
        asked: the app's authorization request.
        name: the user name entered.
        password: the password entered, which the emulator needs again at the end; empty for a sign-in by email code.
        by_link: whether a sign-up is confirmed by a link instead of a code.
        factor: the second factor, or the email code that replaces the password; empty if none is needed.
        access_token: the token that sets up an authenticator app.
        shown: the key and link to enter in that app.
        guesses: the remaining number of tries for a second factor's code.
        steps: the paths of the forms that can continue this sign-in.
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
    ends: float = field(default_factory=lambda: time.monotonic() + _LIFETIME)

    @property
    def entered(self) -> dict[str, str]:
        """The fields of the last form sent."""
        return self.request.form()


_in_progress: dict[str, Attempt] = {}


def begin(attempt: Attempt, *steps: str) -> dict[str, str]:
    """Remember an attempt for the forms at these paths, and return their hidden field."""
    token, attempt.steps = secrets.token_urlsafe(32), steps
    _in_progress[token] = attempt
    return {FIELD: token}


def take(request: Request) -> Attempt | None:
    """Remove and return the attempt that a form continues; None if it has expired or expects another form."""
    attempt = _in_progress.pop(request.form().get(FIELD, ""), None)
    if attempt is None or request.path not in attempt.steps or time.monotonic() > attempt.ends:
        return None
    attempt.request = request
    return attempt
