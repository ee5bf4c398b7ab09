"""The failures of a sign-in that some caller handles; any other is a plain Failure.

A message says what happened, what was received where that is no secret, and what to do. None of them ever carries a
token, a code, a client secret or a password.
"""

from local.console import Failure


class AuthorizationError(Failure):
    """The authorization response is an error, such as `access_denied` (RFC 6749, section 4.1.2.1)."""


class InvalidResponseError(Failure):
    """A response that is not the one to this request (state, nonce), or a token that fails verification."""


class TokenRequestError(Failure):
    """The server refused the code, the refresh token or the client (RFC 6749, section 5.2)."""


class SessionEndedError(TokenRequestError):
    """The refresh token is not valid any more: revoked, expired, used up, or another client's."""


class PortInUseError(Failure):
    """Another program listens on the callback's port."""


def plain(text: str, limit: int = 200) -> str:
    """Text from a URL or a server, made safe to print: no control characters, and cut to the limit."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return printable if len(printable) <= limit else printable[: limit - 3] + "..."
