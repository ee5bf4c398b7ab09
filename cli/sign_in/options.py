"""The options that several commands share, and what may be given for them."""

import math
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import click

from cli.sign_in.errors import plain
from cli.sign_in.stack import LOCAL

F = TypeVar("F", bound=Callable[..., object])

TOKENS = ("access", "id", "refresh")


def not_empty(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A name that is given is one."""
    if value is not None and not value.strip():
        raise click.BadParameter(f"it is empty. Give a name, or leave {parameter.opts[0]} out.")
    return value


def a_number(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """No `nan`, which is in every range."""
    if math.isnan(value):
        raise click.BadParameter("it is no number of seconds. Give one from 1 to 3600.")
    return value


def a_user_name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """What Cognito takes: letters, marks, digits, signs and punctuation.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
    """
    if not 1 <= len(value) <= 128 or not all(unicodedata.category(letter)[0] in "LMNPS" for letter in value):
        raise click.BadParameter(
            f"received {plain(value, 60)!r}; allowed are 1 to 128 letters, digits and signs, no spaces, such as"
            " --name tester (with make: NAME=tester)."
        )
    return value


def target_options(command: F) -> F:
    """The stack and the client that a command is about."""
    command = click.option(
        "--client",
        callback=not_empty,
        help="The client, by its key in the stack. Default: the one that signed in last, else the first public one.",
    )(command)
    return stack_option(command)


def stack_option(command: F) -> F:
    """The stack that a command is about."""
    return click.option(
        "--stack", default=LOCAL, show_default=True, callback=not_empty, help="The stack, as Pulumi names it."
    )(command)


def token_options(command: F) -> F:
    """Which tokens are printed."""
    command = click.option("--json", "as_json", is_flag=True, help="Print all tokens, as one JSON object.")(command)
    return click.option("--token", "wanted", type=click.Choice(TOKENS), help="Print this token alone.")(command)


scope_option = click.option(
    "--scope", "scopes", multiple=True, help="A scope, short (project.read) or full; repeatable. Default: all."
)
