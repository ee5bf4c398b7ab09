"""The authorization and token endpoints of the sign-in server, with Authlib.

Authlib has no types, so only this module uses it. See RFC 6749 (the grants), RFC 7636 (PKCE), and
https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html.
"""

import contextlib
import secrets
from collections.abc import Iterator

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from pydantic import BaseModel, ValidationError

from cli import http
from cli.outputs import Outputs
from cli.sign_in.authorization import AuthorizationRequest
from cli.sign_in.errors import SessionEndedError, TokenRequestError, plain
from local.console import Failure


class TokenResponse(BaseModel):
    """A response of the token endpoint. Its tokens are not verified yet."""

    access_token: str
    id_token: str | None = None
    refresh_token: str | None = None


class SignInServer:
    """The authorization and token endpoints of one stack, for one client. Raises TokenRequestError without a domain."""

    def __init__(self, outputs: Outputs, key: str) -> None:
        if not outputs.token_url:
            raise TokenRequestError(
                "The stack's pool has no domain, so nobody signs in by pages and there is no token endpoint. For one,"
                " take `identity:signInDomain: false` out of the stack file, then bring the stack up."
            )
        self._outputs = outputs
        self._key = key
        self._secret = outputs.client_secrets.get(key)

    def authorization_request(self, redirect_uri: str, scopes: list[str]) -> AuthorizationRequest:
        """Return a new request with random state, nonce and PKCE code verifier."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._session(redirect_uri=redirect_uri, scope=" ".join(scopes)) as session:
            url, _ = session.create_authorization_url(
                self._outputs.authorize_url, state=state, nonce=nonce, code_verifier=verifier
            )
        return AuthorizationRequest(str(url), redirect_uri, state, nonce, verifier, scopes)

    def exchange_code(self, request: AuthorizationRequest, code: str) -> TokenResponse:
        """Exchange a code for tokens. Raises TokenRequestError if it is expired, used, or of another client."""
        return self._token_request(
            "The server refused the code: it has expired (a code lives five minutes), was used before, or belongs to"
            " another client or sign-in. Sign in again.",
            grant_type="authorization_code",
            code=code,
            redirect_uri=request.redirect_uri,
            code_verifier=request.code_verifier,
        )

    def refresh(self, refresh_token: str) -> TokenResponse:
        """Return new tokens for a refresh token. Raises SessionEndedError if the session has ended."""
        return self._token_request(
            "The session has ended: it has expired or was signed out. Sign in again with `make login`.",
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )

    def client_credentials(self, scopes: list[str]) -> TokenResponse:
        """Return a token for a machine-to-machine client. Raises TokenRequestError if the client has no secret."""
        if self._secret is None:
            raise TokenRequestError(f"The client `{self._key}` has no secret, so it cannot get a token of its own.")
        return self._token_request(
            f"The server refused a token to the client `{self._key}`.",
            grant_type="client_credentials",
            scope=" ".join(scopes),
        )

    def revoke(self, refresh_token: str) -> None:
        """Revoke a refresh token and every access token issued from it.

        Raises TokenRequestError if the server refuses, for example because token revocation is off.
        https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
        """
        url = self._outputs.revoke_url
        with self._session() as session:
            response = session.revoke_token(url, refresh_token)
        if response.status_code == 429 or response.status_code >= 500:
            raise Failure(f"{url} failed with {response.status_code}. Try again.")
        if not response.is_success:
            raise TokenRequestError(
                f"The server did not revoke the session ({plain(response.text, 80)}): it stays valid until it expires."
                " Is token revocation enabled for this client?"
            )

    def _token_request(self, refusal: str, **request: str) -> TokenResponse:
        url = self._outputs.token_url
        try:
            with self._session() as session:
                return TokenResponse.model_validate(session.fetch_token(url, **request))
        except OAuthError as error:
            ended = request["grant_type"] == "refresh_token" and error.error == "invalid_grant"
            message = self._refused(refusal, str(error.error or ""), str(error.description or ""))
            raise (SessionEndedError if ended else TokenRequestError)(message) from None
        except httpx2.HTTPStatusError as error:
            raise Failure(f"The token endpoint {url} failed with {error.response.status_code}. Try again.") from None
        except ValidationError:
            raise Failure(
                f"The token endpoint {url} answered without an access token, or with one that is no text. Try again."
            ) from None
        except (ValueError, TypeError, AttributeError):  # Authlib raises these if the response is not a JSON object
            raise Failure(f"The token endpoint {url} did not answer with a JSON object. Try again.") from None

    def _refused(self, refusal: str, error: str, description: str) -> str:
        if error == "invalid_client":
            refusal = (
                f"The server does not know the client `{self._key}` with the id and secret in the stack's outputs."
                " Were they changed outside of Pulumi? Refresh the stack and try again."
            )
        return f"{refusal} (The server said {plain(error)}{f': {plain(description)}' if description else ''}.)"

    @contextlib.contextmanager
    def _session(self, **more: str) -> Iterator[OAuth2Client]:
        url = self._outputs.token_url
        # Inside `http.client`: it checks the environment first; Authlib's client would fail with a traceback.
        with (
            http.client(url),
            OAuth2Client(
                self._outputs.clients[self._key].client_id,
                self._secret,
                token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
                code_challenge_method="S256",
                **http.options(url),
                **more,
            ) as session,
        ):
            yield session
