"""What can go wrong for a person signing in. Each ends a command with the status 1, as every refusal here does.

A message says what happened, what was received where that is no secret, and what to do. None of them ever carries a
token, a code, a client secret or a password.
"""

from typing import ClassVar

import click


class SignInError(click.ClickException):
    """A mistake or an outage the user can do something about; shown without a traceback."""

    exit_code: ClassVar[int] = 1  # 2 is for a command line that makes no sense


class StackError(SignInError):
    """The stack's outputs cannot be had: no such stack, not up, no CLI to read them with."""


class UnknownNameError(SignInError):
    """A client or a scope that the stack does not have."""


class ServerDownError(SignInError):
    """Nothing answers where the stack's outputs say that sign-in is."""


class DeniedError(SignInError):
    """The sign-in server sent the browser back with an error instead of a code."""


class UntrustedAnswerError(SignInError):
    """An answer that is not the one to our question: wrong state or nonce, or a token that fails verification."""


class RefusedGrantError(SignInError):
    """The token endpoint refused the code, the refresh token or the client."""


class SessionEndedError(RefusedGrantError):
    """The refresh token is none any more: revoked, expired, used up, or another client's."""


class PortBusyError(SignInError):
    """Another program listens on the callback's port."""


class ClockError(SignInError):
    """This machine's clock and the server's are too far apart to judge a token's times."""


class CallbackTimeoutError(SignInError):
    """The browser did not come back in time."""


class NotSignedInError(SignInError):
    """There is no session to refresh, to end or to take a token from."""


class SessionFileError(SignInError):
    """The file of a kept session cannot be read, written or deleted."""


INTERRUPTED = 130  # what a shell reports for Ctrl-C


def plain(text: str, limit: int = 200) -> str:
    """Text from a URL or a server, made safe to print: no control characters, and not endless."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return printable if len(printable) <= limit else printable[: limit - 3] + "..."
