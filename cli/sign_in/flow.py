"""Sign-in flows: each returns a session with verified tokens, or raises Failure."""

import sys
import threading
import webbrowser
from dataclasses import dataclass
from functools import cached_property

from cli import outputs as stack_outputs
from cli.outputs import ClientOutput, Outputs
from cli.sign_in.authorization import AuthorizationRequest, code_of_pasted
from cli.sign_in.browser import can_open
from cli.sign_in.callback import CallbackListener
from cli.sign_in.choice import OPENID, choose_client, choose_scopes
from cli.sign_in.errors import InvalidResponseError, PortInUseError, SessionEndedError, plain
from cli.sign_in.oauth import SignInServer, TokenResponse
from cli.sign_in.session import LastClient, Session, SessionFile
from cli.sign_in.tokens import TokenVerifier, fetch_keys
from local.console import Failure, say


@dataclass(frozen=True)
class Target:
    """The stack and the client of a command."""

    stack: str
    outputs: Outputs
    key: str

    @classmethod
    def find(cls, stack: str, client: str | None) -> "Target":
        """Read the stack and choose the client; print which one if it is not named."""
        outputs = stack_outputs.read(stack)
        key, why = choose_client(outputs, client, LastClient(stack).read())
        if why:
            say(f"The client is `{key}`, {why}. To choose another one: CLIENT=<key> with make, or --client.")
        return cls(stack, outputs, key)

    @property
    def client(self) -> ClientOutput:
        return self.outputs.clients[self.key]

    @property
    def server(self) -> SignInServer:
        """The stack's sign-in server, for this client."""
        return SignInServer(self.outputs, self.key)

    @property
    def session_file(self) -> SessionFile:
        """The file of this client's session on this stack."""
        return SessionFile(self.stack, self.key)

    def make(self, command: str) -> str:
        """Return a `make` command for this client, for messages."""
        return f"`make {command} STACK={self.stack} CLIENT={self.key}`"

    @cached_property
    def verifier(self) -> TokenVerifier:
        """A token verifier with the pool's current keys, fetched at the first access.

        Access it before a browser opens and before a code or refresh token is used: then a server that is down or a
        deleted pool is reported at once.
        """
        return TokenVerifier(self.outputs.issuer, self.client.client_id, fetch_keys(self.outputs.jwks_uri))

    def session(self) -> Session:
        """Return the saved session. Raises Failure if there is none."""
        kept, why = self.session_file.look(self.outputs, self.client)
        if kept:
            return kept
        raise Failure(
            f"Nobody is signed in to the stack `{self.stack}` with the client `{self.key}`. {why}{' ' if why else ''}"
            f"Sign in with {self.make('login')}."
        )


def sign_in(target: Target, scopes: list[str], *, browser: bool, paste: bool, timeout: float) -> Session:
    """Sign a user in with a browser: authorization code flow with PKCE. The session is saved."""
    if not target.client.callback_urls:
        raise Failure(
            f"The client `{target.key}` has no callback URL: users do not sign in with a "
            f"machine-to-machine client. Get its token with {target.make('token')}."
        )
    wanted = choose_scopes(target.outputs, target.client, scopes)
    target.session_file.prepare()
    _ = target.verifier
    if paste or not target.client.loopback_callbacks:
        session = _sign_in_by_paste(target, wanted, browser)
    else:
        with _listen(target, wanted) as listener:
            session = _sign_in_by_listener(target, listener, browser, timeout)
    LastClient(target.stack).write(target.key)
    return session


def refresh(target: Target) -> Session:
    """Refresh the tokens of the saved session. If the server has ended the session, delete it and raise Failure."""
    kept = target.session()
    if kept.refresh_token is None:
        raise Failure(
            f"The session of {plain(kept.name)} has no refresh token, so there are no new tokens for it. Sign in again"
            f" with {target.make('login')}."
        )
    _ = target.verifier
    try:
        response = target.server.refresh(kept.refresh_token)
    except SessionEndedError as error:
        return _newer_session(target, kept, error)
    # Without rotation the server sends no new refresh token, and the old one stays valid.
    return _session(target, response, kept.scopes, kept=kept)


def _newer_session(target: Target, ended: Session, error: SessionEndedError) -> Session:
    """Return the session that another command has saved meanwhile; if there is none, delete the ended one and raise."""
    now = target.session_file.read(target.outputs, target.client)
    if now is not None and now.refresh_token != ended.refresh_token:
        return now
    target.session_file.delete()
    raise SessionEndedError(f"{error} The saved session is deleted.") from None


def client_credentials(target: Target, scopes: list[str]) -> Session:
    """Return a session of a machine-to-machine client. A saved token is reused: AWS bills each new one."""
    wanted = choose_scopes(target.outputs, target.client, scopes)
    kept = target.session_file.read(target.outputs, target.client)
    if kept and kept.valid_for(60) and set(kept.scopes) == set(wanted):
        return kept
    _ = target.verifier
    return _session(target, target.server.client_credentials(wanted), wanted)


def _listen(target: Target, scopes: list[str]) -> CallbackListener:
    """Listen on the first callback URL whose port is free."""
    refused = []
    for url in target.client.loopback_callbacks:
        try:
            return CallbackListener(target.server.authorization_request(url, scopes))
        except PortInUseError as error:
            refused.append(error)
    raise refused[0]


def _sign_in_by_listener(target: Target, listener: CallbackListener, browser: bool, timeout: float) -> Session:
    request = listener.request
    _show(request, browser)
    say(f"Waiting for the browser to come back to {request.redirect_uri} (Ctrl-C stops) ...")
    session = _exchange(target, request, listener.wait(timeout))
    listener.finish("You are signed in", f"Signed in as {session.name}. You can close this window.")
    return session


def _sign_in_by_paste(target: Target, scopes: list[str], browser: bool) -> Session:
    callback = target.client.callback_urls[0]
    request = target.server.authorization_request(callback, scopes)
    _show(request, browser)
    say(
        f"After signing in the browser goes to {callback}, which may well show an error. Copy the whole address of that"
        " page and paste it here:"
    )
    return _exchange(target, request, code_of_pasted(request, _typed_line()))


def _typed_line() -> str:
    try:
        return sys.stdin.readline() if sys.stdin else ""
    except ValueError:
        return "\ufffd"  # invalid UTF-8: refused as an invalid address


def _exchange(target: Target, request: AuthorizationRequest, code: str) -> Session:
    response = target.server.exchange_code(request, code)
    return _session(target, response, request.scopes, nonce=request.nonce)


def _session(
    target: Target, response: TokenResponse, scopes: list[str], nonce: str | None = None, kept: Session | None = None
) -> Session:
    """Verify the access and ID tokens of a response, then save and return the session."""
    access = target.verifier.access_token(response.access_token, subject=kept.subject if kept else None)
    user = access
    if response.id_token is not None:
        user = target.verifier.id_token(response.id_token, nonce=nonce, subject=access["sub"])
    elif OPENID in scopes:
        raise InvalidResponseError(
            "`openid` was asked for and the server sent no id token, so it is not known whose the tokens are. They are"
            " not used. Sign in again; where it stays so, the client has lost `openid` outside of Pulumi: refresh the"
            " stack."
        )
    session = Session(
        issuer=access["iss"],
        client_id=access["client_id"],
        subject=user["sub"],
        name=user.get("cognito:username") or user.get("username") or user["sub"],
        scopes=sorted(str(access.get("scope", "")).split(), key=lambda scope: ("/" in scope, scope)),
        expires_at=int(access["exp"]),
        access_token=response.access_token,
        id_token=response.id_token,
        refresh_token=response.refresh_token or (kept.refresh_token if kept else None),
    )
    target.session_file.write(session)
    return session


def _show(request: AuthorizationRequest, browser: bool) -> None:
    """Open the sign-in page, and print its address in case no browser opens."""
    opened = browser and can_open()
    say("Opening the login page. If no browser opens, go to:" if opened else "Sign in at:")
    say(f"\n  {request.url}\n")
    if opened:
        # In a thread: some browsers block the caller until they are closed.
        threading.Thread(target=webbrowser.open, args=(request.url,), daemon=True).start()
