"""Errors of a sign-in that a caller handles; every other error is a plain Failure.

A message gives the cause, the value received unless it is a secret, and the fix. It never contains a token, a code, a
client secret or a password.
"""

from local.console import Failure


class AuthorizationError(Failure):
    """The authorization response is an error, such as `access_denied` (RFC 6749, section 4.1.2.1)."""


class InvalidResponseError(Failure):
    """The response belongs to another request (state, nonce), or a token fails verification."""


class TokenRequestError(Failure):
    """The server refused the code, the refresh token or the client (RFC 6749, section 5.2)."""


class SessionEndedError(TokenRequestError):
    """The refresh token is invalid: revoked, expired, used up, or of another client."""


class PortInUseError(Failure):
    """Another program listens on the callback's port."""


def plain(text: str, limit: int = 200) -> str:
    """Return text from a URL or a server, safe to print: without control characters, and cut to `limit`."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return printable if len(printable) <= limit else printable[: limit - 3] + "..."
