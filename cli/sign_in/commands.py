"""The commands about signing in: login, token, logout."""

import json
import time
from datetime import datetime
from urllib.parse import quote, urlencode

import click

from cli import options
from cli.outputs import ClientOutput, Outputs
from cli.sign_in import flow
from cli.sign_in.errors import TokenRequestError, plain
from cli.sign_in.flow import Target
from cli.sign_in.session import Session
from local.console import Failure, give, say

_TOKENS = ("access", "id", "refresh")
_scopes = click.option(
    "--scope", "scopes", multiple=True, help="A scope, short (project.read) or full; repeatable. Default: all."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print all tokens, as one JSON object.")
_client = click.option(
    "--client",
    callback=options.not_empty,
    help="The client's key. Default: the client of the last sign-in, else the first public one.",
)


@click.command()
@options.stack
@_client
@_scopes
@click.option("--no-browser", is_flag=True, help="Print the URL of the sign-in page instead of opening it.")
@click.option("--paste", is_flag=True, help="Paste the redirect URL instead of listening for it.")
@click.option("--timeout", type=click.IntRange(1, 3600), default=300, show_default=True, help="Seconds to wait.")
@click.option("--token", "wanted", type=click.Choice(_TOKENS), help="Print only this token.")
@_json
def login(
    stack: str,
    client: str | None,
    scopes: tuple[str, ...],
    no_browser: bool,
    paste: bool,
    timeout: int,
    wanted: str | None,
    as_json: bool,
) -> None:
    """Sign in with a browser."""
    target = Target.find(stack, client)
    session = flow.sign_in(target, list(scopes), browser=not no_browser, paste=paste, timeout=timeout)
    until = datetime.fromtimestamp(session.expires_at).astimezone().strftime("%H:%M:%S")
    say(
        f"Signed in: {plain(session.name)} (sub {plain(session.subject)})\n"
        f"  client   {target.key} on the stack {target.stack}\n"
        f"  scopes   {(chr(10) + ' ' * 11).join(session.scopes) or 'none'}\n"
        f"  expires  {until}, in {session.minutes_left} min"
    )
    if wanted or as_json:
        _print(session, wanted or "access", as_json)


@click.command()
@options.stack
@_client
@_scopes
@click.option("--token", "wanted", type=click.Choice(_TOKENS), default="access", show_default=True, help="Which one.")
@click.option("--refresh", is_flag=True, help="Get new tokens even if the saved ones are still valid.")
@_json
def token(stack: str, client: str | None, scopes: tuple[str, ...], wanted: str, refresh: bool, as_json: bool) -> None:
    """Print a valid token: of the signed-in user, or of a machine-to-machine client.

    A token that expires within a minute is refreshed first.
    """
    target = Target.find(stack, client)
    if not target.client.callback_urls:
        session = flow.client_credentials(target, list(scopes))
    elif scopes:
        raise click.UsageError(
            "A signed-in session has the scopes of its sign-in; request others at sign-in: make login SCOPE=..."
        )
    else:
        session = target.session()
        if refresh or not session.valid_for(60):
            session = flow.refresh(target)
    _print(session, wanted, as_json)


@click.command()
@options.stack
@_client
def logout(stack: str, client: str | None) -> None:
    """Sign out: end the session here and on the server, and print how to end it in the browser."""
    target = Target.find(stack, client)
    kept, why = target.session_file.look(target.outputs, target.client)
    if kept is None and not why:
        target.session()  # raises Failure: nobody is signed in
    if kept is None:
        target.session_file.delete()
        raise Failure(f"{why} It is deleted. A session that is still on the server expires there by itself.")
    if kept.refresh_token is None:
        say("Without a refresh token nothing can be revoked: the access token is valid until it expires.")
    else:
        try:
            target.server.revoke(kept.refresh_token)
        except TokenRequestError as error:
            target.session_file.delete()
            raise Failure(f"{error} The saved session is deleted anyway.") from None
        say(f"Signed out {plain(kept.name)}: the session is revoked on the server.")
        say("APIs that verify tokens locally accept the access token until it expires.")
    target.session_file.delete()
    say("The saved session is deleted.")
    if target.client.callback_urls:
        say(_browser_session(target.outputs, target.client))


def _browser_session(outputs: Outputs, client: ClientOutput) -> str:
    """Return the hint that the browser keeps the cookie of the sign-in pages; only `/logout` in that browser ends it.

    https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
    """
    if client.logout_urls:
        target = {"logout_uri": client.logout_urls[0]}
    else:  # /logout then shows the sign-in page
        target = {"response_type": "code", "redirect_uri": client.callback_urls[0], "scope": " ".join(client.scopes)}
    query = urlencode({"client_id": client.client_id} | target, quote_via=quote)
    return (
        "The browser stays signed in at the sign-in pages, by their cookie, for up to an hour: the next sign-in there"
        f" needs no password. To end that as well, open in it\n\n  {outputs.logout_url}?{query}\n"
    )


def _print(session: Session, wanted: str, as_json: bool) -> None:
    if as_json:
        answer = session.model_dump(include={f"{name}_token" for name in _TOKENS}, exclude_none=True) | {
            "token_type": "Bearer",
            "expires_in": max(0, session.expires_at - int(time.time())),
            "scope": " ".join(session.scopes),
        }
        give(json.dumps(answer, indent=2))
    elif printed := getattr(session, f"{wanted}_token"):
        give(printed)
    else:
        raise Failure(f"This session has no {wanted} token.")
