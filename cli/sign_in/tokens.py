"""Verification of tokens with joserfc: signature, issuer, audience, times, use and nonce.

Rules: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
and OpenID Connect Core 1.0, section 3.1.3.7.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import GuestProtocol, KeySet
from joserfc.jwt import Claims, ClaimsOption, JWTClaimsRegistry

from cli import http
from cli.sign_in.errors import InvalidResponseError
from local.console import Failure

LEEWAY = 60  # seconds by which two clocks may differ


@dataclass(frozen=True)
class TokenVerifier:
    """Verifies the tokens of one client with the keys of its pool. Raises InvalidResponseError or Failure."""

    issuer: str
    client_id: str
    keys: KeySet
    clock: Callable[[], float] = time.time

    def id_token(self, token: str, *, nonce: str | None = None, subject: str | None = None) -> Claims:
        """Return the claims of a new ID token for this client.

        `nonce` is that of the authorization request; a refresh has none. `subject` is that of the access token.
        """
        claims = self._verify("id", token, "aud")
        if nonce is not None and claims.get("nonce") != nonce:
            raise InvalidResponseError(
                "The id token does not carry this sign-in's nonce, so it may be a replay of another. Sign in again."
            )
        if subject is not None and claims["sub"] != subject:
            raise InvalidResponseError(
                "The id token is another user's than the access token beside it (their `sub` differ), so neither is"
                " used. Sign in again with `make login`."
            )
        return claims

    def access_token(self, token: str, *, subject: str | None = None) -> Claims:
        """Return the claims of a new access token for this client; after a refresh, `subject` is the session's."""
        claims = self._verify("access", token, "client_id")
        if subject is not None and claims["sub"] != subject:
            raise InvalidResponseError("The new access token is another user's. Sign in again with `make login`.")
        return claims

    def _verify(self, use: str, token: str, audience: str) -> Claims:
        """Return the claims of a valid token; `audience` is the claim that has to be this client's ID."""
        try:
            claims = jwt.decode(token, self._named_key, algorithms=["RS256"]).claims
        except BadSignatureError:
            raise _bad(use, "its signature is not the pool's") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _bad(use, "it is not a token signed by one of the pool's keys") from None
        self._compare_clocks(claims)  # before the claims: a wrong clock does not make a token invalid
        ours: ClaimsOption = {"essential": True, "value": self.client_id}
        rules = JWTClaimsRegistry(
            now=int(self.clock()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            token_use={"essential": True, "value": use},
            azp={"value": self.client_id},  # if present: OpenID Connect Core, section 3.1.3.7
            **{audience: ours},
        )
        try:
            rules.validate(claims)
        except ExpiredTokenError:
            raise _bad(use, "it has expired") from None
        except ClaimError as error:
            raise _bad(use, f"its claim `{error.claim}` is missing or not what it must be") from None
        for claim in (audience, "token_use"):
            # The library accepts a list that contains the right value.
            if not isinstance(claims[claim], str) and claims[claim] != [self.client_id]:
                raise _bad(use, f"its claim `{claim}` is for others as well")
        return claims

    def _named_key(self, token: GuestProtocol) -> KeySet:
        """Return the pool's keys if the token has a key ID; a key in its header (`jwk`, `jku`, `x5u`) is ignored."""
        header = token.headers()
        if not header.get("kid") or "crit" in header:
            raise ValueError("Cognito's tokens name their key, and have nothing that must be understood")
        return self.keys

    def _compare_clocks(self, claims: Claims) -> None:
        issued = claims.get("iat")
        if not isinstance(issued, int | float):
            return  # the claim rules report it
        ahead = self.clock() - issued
        if abs(ahead) > LEEWAY:
            raise Failure(
                f"This machine's clock is {_duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} the sign-in"
                f" server's, and at most {LEEWAY} seconds are allowed. Set the clock and sign in again."
            )


def _bad(use: str, why: str) -> InvalidResponseError:
    return InvalidResponseError(f"The {use} token failed verification: {why}. It is not used.")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def fetch_keys(uri: str) -> KeySet:
    """Return the pool's public keys. Raises Failure if the server does not answer or the pool does not exist."""
    with http.client(uri) as client:
        response = client.get(uri)
    if response.status_code in {400, 403, 404}:
        raise Failure(f"There is no such user pool any more: {uri} answers {response.status_code}. Bring the stack up.")
    try:
        response.raise_for_status()
        return KeySet.import_key_set(response.json())
    except (httpx2.HTTPStatusError, JoseError, ValueError, KeyError, TypeError):
        raise Failure(f"{uri} answers {response.status_code} without a set of keys. Try again.") from None
