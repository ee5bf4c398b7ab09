"""The sign-ins themselves: each ends in a session whose tokens are verified, or in an error that says why not."""

import sys
from dataclasses import dataclass

import click

from cli.sign_in.browser import can_open, open_page
from cli.sign_in.callback import CallbackListener, read_answer, read_pasted
from cli.sign_in.errors import (
    NotSignedInError,
    PortBusyError,
    SessionEndedError,
    SignInError,
    UnknownNameError,
    UntrustedAnswerError,
    plain,
)
from cli.sign_in.oauth import Grant, Question, SignInServer
from cli.sign_in.session import LastClient, Session, SessionFile
from cli.sign_in.stack import OPENID, Client, Outputs, choose_client, choose_scopes, default_client, read_outputs
from cli.sign_in.tokens import TokenVerifier, fetch_keys


@dataclass(frozen=True)
class Target:
    """The stack and the client a command is about."""

    stack: str
    outputs: Outputs
    key: str
    client: Client

    @classmethod
    def find(cls, stack: str, client: str | None) -> "Target":
        """Read the stack and choose the client; one that is not named is told."""
        outputs = read_outputs(stack)
        last = LastClient(stack).read()
        chosen = choose_client(outputs, client, last)
        if client is None:
            _, why = default_client(outputs, last)
            click.echo(f"The client is `{chosen[0]}`, {why}. Another: CLIENT=<key> with make, else --client.", err=True)
        return cls(stack, outputs, *chosen)

    @property
    def server(self) -> SignInServer:
        """The stack's sign-in server, for this client."""
        return SignInServer(self.outputs, self.key, self.client)

    @property
    def session_file(self) -> SessionFile:
        """Where this client's session on this stack is kept."""
        return SessionFile(self.stack, self.key)

    def verifier(self) -> TokenVerifier:
        """A verifier with the pool's keys of this moment.

        It is made before anybody is sent to a browser, so a server that is down or a pool that is gone shows at once.
        """
        return TokenVerifier(self.outputs.issuer, self.client.client_id, fetch_keys(self.outputs.jwks_uri))


def sign_in(target: Target, scopes: list[str], *, browser: bool, paste: bool, timeout: float) -> Session:
    """A person's sign-in with a browser, by the code flow with PKCE."""
    if not target.client.callback_urls:
        raise UnknownNameError(
            f"The client `{target.key}` has no callback URL: nobody signs in with it, it has tokens of its own."
            f" Get one with `python -m cli.sign_in token --client {target.key}`."
        )
    wanted = choose_scopes(target.outputs, target.client, scopes)
    target.session_file.prepare()
    verifier = target.verifier()
    if paste or not target.client.loopback_callbacks:
        session = _sign_in_by_paste(target, wanted, verifier, browser)
    else:
        with _listen(target.client.loopback_callbacks) as listener:
            session = _sign_in_by_listener(target, wanted, verifier, listener, browser=browser, timeout=timeout)
    target.session_file.write(session)
    LastClient(target.stack).write(target.key)
    return session


def refresh(target: Target) -> Session:
    """New tokens for the kept session. A session that the server has ended is forgotten."""
    kept = target.session_file.read(target.outputs, target.client)
    if kept is None:
        raise not_signed_in(target)
    if kept.refresh_token is None:
        raise NotSignedInError(
            f"The session of {plain(kept.name)} has no refresh token, so there are no new tokens for it. Sign in again"
            f" with `.venv/bin/python -m cli.sign_in --stack {target.stack} --client {target.key}`."
        )
    verifier = target.verifier()
    try:
        grant = target.server.refresh(kept.refresh_token)
    except SessionEndedError as error:
        return _after_the_end(target, kept, error)
    # Without rotation the server sends no new refresh token: the one there is goes on.
    session = _verified(grant, verifier, kept.scopes, kept=kept)
    target.session_file.write(session)
    return session


def _after_the_end(target: Target, ended: Session, error: SessionEndedError) -> Session:
    """Forget an ended session; where another command has put a new one in its place meanwhile, that one."""
    now = target.session_file.read(target.outputs, target.client)
    if now is not None and now.refresh_token != ended.refresh_token:
        return now
    target.session_file.delete()
    raise SessionEndedError(f"{error.message} The kept session is removed.") from None


def client_credentials(target: Target, scopes: list[str]) -> Session:
    """A token of the client's own. A kept one is used while it lives: AWS counts, and bills, each one it makes."""
    wanted = choose_scopes(target.outputs, target.client, scopes)
    kept = target.session_file.read(target.outputs, target.client)
    if kept and kept.valid_for(60) and set(kept.scopes) == set(wanted):
        return kept
    verifier = target.verifier()
    session = _verified(target.server.client_credentials(wanted), verifier, wanted)
    target.session_file.write(session)
    return session


def not_signed_in(target: Target) -> NotSignedInError:
    """The error for a missing session, with why there is none and the command that fixes it."""
    _, why = target.session_file.look(target.outputs, target.client)
    command = f".venv/bin/python -m cli.sign_in --stack {target.stack} --client {target.key}"
    return NotSignedInError(
        f"Nobody is signed in to the stack `{target.stack}` with the client `{target.key}`. {why}{' ' if why else ''}"
        f"Sign in with `{command}` (the local stack: `make login`)."
    )


def _listen(callbacks: list[str]) -> CallbackListener:
    """A listener on the first callback whose port is free."""
    busy: PortBusyError | None = None
    for url in callbacks:
        try:
            return CallbackListener(url)
        except PortBusyError as error:
            busy = busy or error
    raise busy or SignInError("The client has no callback to listen on.")


def _sign_in_by_listener(
    target: Target,
    scopes: list[str],
    verifier: TokenVerifier,
    listener: CallbackListener,
    *,
    browser: bool,
    timeout: float,
) -> Session:
    question = target.server.ask(listener.url, scopes)
    listener.expect(question)
    _show(question, browser)
    click.echo(f"Waiting for the browser to come back to {listener.url} (Ctrl-C stops) ...", err=True)
    answer = listener.wait(timeout)
    try:
        session = _redeem(target, question, read_answer(question, answer), verifier)
    except SignInError:
        listener.finish("Not signed in", "The terminal says why. You can close this window.")
        raise
    listener.finish("You are signed in", f"Signed in as {session.name}. You can close this window.")
    return session


def _sign_in_by_paste(target: Target, scopes: list[str], verifier: TokenVerifier, browser: bool) -> Session:
    callback = target.client.callback_urls[0]
    question = target.server.ask(callback, scopes)
    _show(question, browser)
    click.echo(
        f"After signing in the browser goes to {callback}, which may well show an error. Copy the whole address of that"
        " page and paste it here:",
        err=True,
    )
    return _redeem(target, question, read_pasted(question, _typed_line()), verifier)


def _typed_line() -> str:
    try:
        return sys.stdin.readline() if sys.stdin else ""
    except ValueError:
        return "\ufffd"  # bytes that are no text, so no address


def _redeem(target: Target, question: Question, code: str, verifier: TokenVerifier) -> Session:
    return _verified(target.server.redeem(question, code), verifier, question.scopes, nonce=question.nonce)


def _verified(
    grant: Grant, verifier: TokenVerifier, asked: list[str], *, nonce: str | None = None, kept: Session | None = None
) -> Session:
    """The session of a grant of the scopes asked for, once every token in it that can be verified is."""
    access = verifier.access_token(grant.access_token, fresh=True, subject=kept.subject if kept else None)
    person = access
    if grant.id_token is not None:
        person = verifier.id_token(grant.id_token, fresh=True, nonce=nonce, subject=access["sub"])
    elif OPENID in asked:
        raise UntrustedAnswerError(
            "`openid` was asked for and the server gave no id token, so nothing says for whom the tokens are. They are"
            " not used. Sign in again; where it stays so, the client has lost `openid` outside of Pulumi: refresh the"
            " stack."
        )
    return Session(
        issuer=access["iss"],
        client_id=access["client_id"],
        subject=person["sub"],
        name=person.get("cognito:username") or person.get("username") or person["sub"],
        scopes=sorted(str(access.get("scope", "")).split(), key=lambda scope: ("/" in scope, scope)),
        expires_at=int(access["exp"]),
        access_token=grant.access_token,
        id_token=grant.id_token,
        refresh_token=grant.refresh_token or (kept.refresh_token if kept else None),
    )


def _show(question: Question, browser: bool) -> None:
    """Open the login page, and print its address for where no browser opens."""
    opened = browser and can_open()
    click.echo("Opening the login page. If no browser opens, go to:" if opened else "Sign in at:", err=True)
    click.echo(f"\n  {question.url}\n", err=True)
    if opened:
        open_page(question.url)
