"""The commands. What a person reads goes to standard error; standard output has only what was asked for.

So `curl -H "Authorization: Bearer $(python -m cli.sign_in token)"` gets the token and nothing else.
"""

import contextlib
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from cli.sign_in import flow
from cli.sign_in.errors import INTERRUPTED, NotSignedInError, RefusedGrantError, SignInError, plain
from cli.sign_in.export import write_files
from cli.sign_in.flow import Target
from cli.sign_in.logout import what_stays
from cli.sign_in.options import (
    TOKENS,
    a_number,
    a_user_name,
    not_empty,
    scope_option,
    stack_option,
    target_options,
    token_options,
)
from cli.sign_in.session import Session
from cli.sign_in.stack import CHECKOUT, read_outputs
from local.console import refused

FAILED = 1


class _LoginByDefault(click.Group):
    """`python -m cli.sign_in --client x` is `python -m cli.sign_in login --client x`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["login", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_LoginByDefault)
def cli() -> None:
    """Sign in to a stack from a terminal. Without a command: login."""


@cli.command()
@target_options
@scope_option
@click.option("--no-browser", is_flag=True, help="Print the address of the login page and open nothing.")
@click.option("--paste", is_flag=True, help="Take the browser's last address by hand instead of listening for it.")
@click.option(
    "--timeout",
    type=click.FloatRange(1, 3600),
    callback=a_number,
    default=300.0,
    help="Seconds to wait. Default: 300.",
)
@token_options
def login(
    stack: str,
    client: str | None,
    scopes: tuple[str, ...],
    no_browser: bool,
    paste: bool,
    timeout: float,
    wanted: str | None,
    as_json: bool,
) -> None:
    """Sign in with a browser."""
    target = Target.find(stack, client)
    session = flow.sign_in(target, list(scopes), browser=not no_browser, paste=paste, timeout=timeout)
    _show(target, session, "Signed in")
    _print(session, wanted, as_json)


@cli.command()
@target_options
@token_options
def refresh(stack: str, client: str | None, wanted: str | None, as_json: bool) -> None:
    """Get new tokens without signing in again."""
    target = Target.find(stack, client)
    session = flow.refresh(target)
    _show(target, session, "Refreshed")
    _print(session, wanted, as_json)


@cli.command()
@target_options
@scope_option
@click.option("--token", "wanted", type=click.Choice(TOKENS), default="access", show_default=True, help="Which one.")
@click.option("--json", "as_json", is_flag=True, help="Print all tokens, as one JSON object.")
def token(stack: str, client: str | None, scopes: tuple[str, ...], wanted: str, as_json: bool) -> None:
    """Print a token that is good for use.

    Of a client_credentials client: its own token. Of any other: the token of who is signed in, refreshed where it ends
    within a minute.
    """
    target = Target.find(stack, client)
    if not target.client.callback_urls:
        session = flow.client_credentials(target, list(scopes))
    else:
        if scopes:
            raise click.UsageError(
                "A signed-in session has the scopes of its sign-in; ask for others at login: make login SCOPE=..."
            )
        kept = target.session_file.read(target.outputs, target.client)
        if kept is None:
            raise flow.not_signed_in(target)
        session = kept if kept.valid_for(60) else flow.refresh(target)
    _print(session, wanted, as_json)


@cli.command()
@target_options
def logout(stack: str, client: str | None) -> None:
    """End the session, here and on the server; say what stays in the browser, and how to end that."""
    target = Target.find(stack, client)
    kept, why = target.session_file.look(target.outputs, target.client)
    if kept is None:
        nobody = flow.not_signed_in(target)
        target.session_file.delete()
        if why:
            raise NotSignedInError(
                f"{why} It is removed. If its session is still on the server, it ends there by itself."
            )
        raise nobody
    if kept.refresh_token is None:
        click.echo("Forgotten here. A token without a refresh token cannot be revoked: it ends by itself.", err=True)
    else:
        from cli.sign_in.cognito import revoke  # boto3 takes a third of the time to start: not for every command

        try:
            revoke(target.outputs, kept.client_id, target.outputs.client_secrets.get(target.key), kept.refresh_token)
        except RefusedGrantError as error:
            target.session_file.delete()
            raise RefusedGrantError(f"{error.message} It is forgotten here all the same.") from None
        click.echo(f"Signed out {plain(kept.name)}: the session is revoked on the server.", err=True)
        click.echo("APIs that check tokens by themselves take the access token until it expires.", err=True)
    target.session_file.delete()
    click.echo("The session is forgotten here.", err=True)
    if target.client.callback_urls:
        click.echo(what_stays(target.outputs, target.client), err=True)


@cli.command()
@stack_option
@click.option(
    "--to",
    "directory",
    type=click.Path(file_okay=False),
    callback=not_empty,
    help="The directory. Default: .local/export/<stack> in the checkout.",
)
@click.option("--without-secrets", is_flag=True, help="Leave the client secrets out, for files to be passed on.")
def export(stack: str, directory: str | None, without_secrets: bool) -> None:
    """Write what APIs and clients need to files: .env, JSON, and a Postman environment and collection."""
    outputs = read_outputs(stack)
    to = Path(directory) if directory else CHECKOUT / ".local" / "export" / stack.replace("/", ".")
    for path in write_files(outputs, stack, to, with_secrets=not without_secrets):
        _out(str(path))
    if outputs.client_secrets and not without_secrets:
        click.echo("They hold client secrets: keep them out of version control.", err=True)


@cli.command()
@stack_option
@click.option("--name", default="tester", show_default=True, callback=a_user_name, help="The user name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def user(stack: str, name: str, as_json: bool) -> None:
    """Make a confirmed test user on a local stack, or give the one of that name a new password."""
    from cli.sign_in.cognito import make_local_user

    made = make_local_user(read_outputs(stack), name)
    if as_json:
        _out(made.model_dump_json())
    else:
        _out(f"name      {made.name}\npassword  {made.password}")


def _show(target: Target, session: Session, what: str) -> None:
    minutes = max(0, round((session.expires_at - time.time()) / 60))
    until = datetime.fromtimestamp(session.expires_at).astimezone().strftime("%H:%M:%S")
    lines = [
        f"{what}: {plain(session.name)} (sub {plain(session.subject)})",
        f"  client   {target.key} on the stack {target.stack}",
        f"  scopes   {(chr(10) + ' ' * 11).join(session.scopes) or 'none'}",
        f"  expires  {until}, in {minutes} min",
    ]
    click.echo("\n".join(lines), err=True)


def _print(session: Session, wanted: str | None, as_json: bool) -> None:
    tokens = {name: getattr(session, f"{name}_token") for name in TOKENS}
    if as_json:
        answer = {f"{name}_token": value for name, value in tokens.items() if value is not None}
        answer |= {
            "token_type": "Bearer",
            "expires_in": max(0, session.expires_at - int(time.time())),
            "scope": " ".join(session.scopes),
        }
        _out(json.dumps(answer, indent=2))
    elif wanted is not None:
        if tokens[wanted] is None:
            raise SignInError(f"This session has no {wanted} token.")
        _out(tokens[wanted])


def _out(text: str) -> None:
    """What was asked for, on standard output. A reader that has gone, as in `token | head -0`, is no fault of ours."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except (OSError, UnicodeEncodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it takes no such letters"
        raise SignInError(f"Standard output cannot be written ({said}), so what was asked for is lost.") from None


def main() -> NoReturn:
    """Run a command and exit with its status; a user's mistake is told without a traceback."""
    status = _run()
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # closed by the shell: `>&-`
            continue
        try:
            stream.flush()
        except OSError:
            status = status or FAILED
            # What is left would be tried, and complained of, once more at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(status)


def _run() -> int:
    try:
        cli.main(prog_name="python -m cli.sign_in", standalone_mode=False)
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        with contextlib.suppress(OSError):
            click.echo("Stopped. Nothing was changed.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        with contextlib.suppress(OSError):
            click.echo(refused(error), err=True)
        return FAILED
    return 0
