"""The one place that speaks OAuth 2.0 to the sign-in server, by Authlib.

Authlib has no types, so its values are given theirs here and nowhere else. Rules: RFC 6749 (the grants), RFC 7636
(PKCE), and https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html.
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from cli.sign_in.errors import RefusedGrantError, ServerDownError, SessionEndedError, plain
from cli.sign_in.stack import Client, Outputs, is_loopback

TIMEOUT = 15.0  # seconds; the server is near or it is down


@dataclass(frozen=True)
class Question:
    """One request to sign in: the page to open, and what its answer must prove to know."""

    url: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    scopes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Grant:
    """What the token endpoint gave. The tokens are not verified yet."""

    access_token: str
    id_token: str | None
    refresh_token: str | None


def http_client(url: str) -> httpx2.Client:
    """A client for one server. A proxy from the environment is never asked for this machine's own addresses."""
    return httpx2.Client(timeout=TIMEOUT, trust_env=not is_loopback(url))


@contextlib.contextmanager
def asking(url: str) -> Iterator[None]:
    """Around whatever asks a server something: what can go wrong on the way there is told as a ServerDownError."""
    try:
        yield
    except httpx2.RequestError as error:
        raise server_down(url, error) from None
    except (httpx2.InvalidURL, ImportError, OSError, ValueError) as error:
        # Said by the client before it asks anything. What the variables hold is not shown: there are passwords in it.
        raise ServerDownError(
            f"{_host(url)} cannot be asked, for a proxy or the certificates that this shell names are of no use"
            f" ({type(error).__name__}). Correct or unset them: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE,"
            " SSL_CERT_DIR."
        ) from None


def server_down(url: str, error: Exception) -> ServerDownError:
    """The error for a server that does not answer, with what to do."""
    if is_loopback(url):
        return ServerDownError(f"The emulated AWS at {_host(url)} does not answer. Start it with `make up`.")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return ServerDownError(
            f"The certificate that {_host(url)} shows is not one that this machine trusts. Where a proxy opens the"
            " traffic, name its certificates: SSL_CERT_FILE=<file>."
        )
    return ServerDownError(f"{_host(url)} does not answer ({type(error).__name__}). Is this machine online?")


def _host(url: str) -> str:
    return httpx2.URL(url).netloc.decode()


class SignInServer:
    """The authorize and token endpoints of one stack, for one client."""

    def __init__(self, outputs: Outputs, key: str, client: Client) -> None:
        self._outputs = outputs
        self._key = key
        self._client = client
        self._secret = outputs.client_secrets.get(key)

    def ask(self, redirect_uri: str, scopes: list[str]) -> Question:
        """A new question, with state, nonce and PKCE verifier that nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with (
            asking(self._outputs.token_url),
            self._session(redirect_uri=redirect_uri, scope=" ".join(scopes)) as session,
        ):
            url, _ = session.create_authorization_url(
                self._outputs.authorize_url, state=state, nonce=nonce, code_verifier=verifier
            )
        return Question(str(url), redirect_uri, state, nonce, verifier, scopes)

    def redeem(self, question: Question, code: str) -> Grant:
        """The tokens for a code. Raises RefusedGrantError where it is expired, used, or another client's."""
        return self._grant(
            "The server refused the code: it has expired (a code lives five minutes), was used before, or belongs to"
            " another client or sign-in. Sign in again.",
            grant_type="authorization_code",
            code=code,
            redirect_uri=question.redirect_uri,
            code_verifier=question.verifier,
        )

    def refresh(self, refresh_token: str) -> Grant:
        """New tokens for a refresh token. Raises SessionEndedError where the session has ended."""
        return self._grant(
            "The session has ended: it has expired or was signed out. Sign in again with `make login`.",
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )

    def client_credentials(self, scopes: list[str]) -> Grant:
        """A token for the client itself, no person involved."""
        if self._secret is None:
            raise RefusedGrantError(f"The client `{self._key}` has no secret, so it cannot get a token of its own.")
        return self._grant(
            f"The server refused a token to the client `{self._key}`.",
            grant_type="client_credentials",
            scope=" ".join(scopes),
        )

    def _grant(self, refusal: str, **request: str) -> Grant:
        try:
            with asking(self._outputs.token_url), self._session() as session:
                answer = _fetched(session, self._outputs.token_url, request)
        except OAuthError as error:
            ended = request["grant_type"] == "refresh_token" and error.error == "invalid_grant"
            said = self._refused(refusal, str(error.error or ""), str(error.description or ""))
            raise (SessionEndedError(said) if ended else RefusedGrantError(said)) from None
        except httpx2.HTTPStatusError as error:
            raise ServerDownError(
                f"The token endpoint {self._outputs.token_url} failed with {error.response.status_code}. Try again."
            ) from None
        access, id_token, refresh = (answer.get(name) for name in ("access_token", "id_token", "refresh_token"))
        if not isinstance(access, str):
            raise ServerDownError(f"The token endpoint {self._outputs.token_url} answered without an access token.")
        return Grant(
            access, id_token if isinstance(id_token, str) else None, refresh if isinstance(refresh, str) else None
        )

    def _refused(self, refusal: str, error: str, description: str) -> str:
        if error == "invalid_client":
            refusal = (
                f"The server does not know the client `{self._key}` with the id and secret in the stack's outputs."
                " Were they changed outside of Pulumi? Refresh the stack and try again."
            )
        said = f"{plain(error)}: {plain(description)}" if description else plain(error)
        return f"{refusal} (The server said {said}.)"

    def _session(self, **options: str) -> OAuth2Client:
        return OAuth2Client(
            self._client.client_id,
            self._secret,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            code_challenge_method="S256",
            timeout=TIMEOUT,
            trust_env=not is_loopback(self._outputs.token_url),
            **options,
        )


def _fetched(session: OAuth2Client, url: str, request: dict[str, str]) -> Mapping[str, object]:
    try:
        answer: object = session.fetch_token(url, **request)
    except (ValueError, TypeError, AttributeError):  # what Authlib makes of an answer that is no JSON object
        answer = None
    if not isinstance(answer, dict):
        raise ServerDownError(f"The token endpoint {url} did not answer with a JSON object.")
    return answer
