"""The codes sent by email or SMS: six random digits each, for one user and one purpose.

A code ends when it is used, when a newer one is sent, when it expires, and after five wrong guesses. Codes are kept in
memory only. Their lifetimes are those of AWS: https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Final

from local.gateway.emulated import OperationError

SIGN_UP: Final = "sign-up"
RESET: Final = "reset"
MFA: Final = "mfa"
FIRST: Final = "first-factor"

_HOUR: Final = 3600.0
_VALID: Final = {SIGN_UP: 24 * _HOUR, RESET: _HOUR, MFA: _HOUR / 20, FIRST: _HOUR / 20}  # seconds
_OF_ATTRIBUTES: Final = 24 * _HOUR
_GUESSES: Final = 5


@dataclass
class _Code:
    digits: str
    ends: float
    guesses: int = _GUESSES


_issued: dict[tuple[str, str, str], _Code] = {}


def issue(pool_id: str, name: str, purpose: str) -> str:
    """Return a new code, which replaces the older one.

    Args:
        pool_id: the user's pool.
        name: the user name, as the pool stores it.
        purpose: SIGN_UP, RESET, MFA, FIRST, or the name of an attribute to verify.
    """
    digits = f"{secrets.randbelow(10**6):06d}"
    _issued[pool_id, name, purpose] = _Code(digits, time.monotonic() + _VALID.get(purpose, _OF_ATTRIBUTES))
    return digits


def check(pool_id: str, name: str, purpose: str, digits: str) -> None:
    """Raise OperationError, with the message of AWS, if a code is not the one sent last."""
    code = _issued.get((pool_id, name, purpose))
    if code is None or time.monotonic() > code.ends:
        raise OperationError("ExpiredCodeException", "Invalid code provided, please request a code again.")
    if not code.guesses:
        raise OperationError("LimitExceededException", "Attempt limit exceeded, please try after some time.")
    code.guesses -= 1
    if not hmac.compare_digest(code.digits.encode(), digits.strip().encode()):
        raise OperationError("CodeMismatchException", "Invalid verification code provided, please try again.")


def use_up(pool_id: str, name: str, purpose: str) -> None:
    """Delete a code after its use."""
    _issued.pop((pool_id, name, purpose), None)
