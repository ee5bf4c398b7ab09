"""Verification of access tokens in the API itself, with the library joserfc.

An API behind API Gateway's Cognito authorizer does not need this. It checks what AWS requires: the signature by a key
of the pool, `iss`, `exp`, `token_use` and the scope; and `client_id`, if the API is for certain clients only. It does
not check whether the session was revoked: a token is valid until it expires, after an hour by default. An API that
cannot wait also calls the userInfo endpoint.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import functools
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import GuestProtocol, KeySet
from joserfc.jwt import JWTClaimsRegistry

Clock = Callable[[], float]
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class TokenError(Exception):
    """The token is not a valid access token of the pool. The message may be shown to the caller."""


class ScopeError(Exception):
    """The token is valid, but lacks a scope. The message is that scope."""


class KeysUnavailableError(Exception):
    """The pool's keys cannot be fetched, so no token can be verified. This is not the caller's error."""


@dataclass(frozen=True)
class Caller:
    """The caller. `subject` is the user's `sub`, the key for records; for a machine-to-machine client, its ID."""

    subject: str
    client_id: str
    scopes: frozenset[str]


class KeyCache:
    """The pool's public keys, cached for `lifetime` seconds.

    An unknown key may be new, so the keys are fetched again; but at most once in `pause` seconds, because invented
    tokens could otherwise cause endless requests to AWS. If a fetch fails, the cached keys stay in use.
    """

    def __init__(self, uri: str, lifetime: float = 3600, pause: float = 30, clock: Clock = time.monotonic) -> None:
        self._uri = uri
        self._lifetime = lifetime
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._tried: float | None = None

    def keys(self, *, unknown_key: bool = False) -> KeySet:
        """Return the keys; with `unknown_key`, fetch them again. Raises KeysUnavailableError if there are none."""
        with self._lock:
            now = self._clock()
            stale = self._keys is None or unknown_key or now - self._fetched > self._lifetime
            if stale and (self._tried is None or now - self._tried >= self._pause):
                self._tried = now
                self._fetch(now)
            if self._keys is None:
                raise KeysUnavailableError("The public keys for tokens are not available at the moment.")
            return self._keys

    def _fetch(self, now: float) -> None:
        try:
            # A proxy cannot reach the local stack.
            answer = httpx2.get(self._uri, timeout=5, trust_env=urlsplit(self._uri).hostname not in LOOPBACK)
            self._keys = KeySet.import_key_set(answer.raise_for_status().json())
        except (httpx2.HTTPError, httpx2.InvalidURL, JoseError, ImportError, OSError, ValueError, KeyError, TypeError):
            return  # the old keys are still valid
        self._fetched = now


class AccessTokens:
    """Verifies access tokens of one user pool.

    issuer, jwks_uri: the stack's outputs of these names. clients: the IDs of the clients that may call; default: all.
    leeway: allowed clock difference in seconds.
    """

    def __init__(
        self,
        issuer: str,
        jwks_uri: str,
        clients: Collection[str] | None = None,
        leeway: int = 30,
        keys: KeyCache | None = None,
        clock: Clock = time.time,
    ) -> None:
        self._issuer = issuer
        self._clients = None if clients is None else frozenset(clients)
        self._leeway = leeway
        self._keys = keys or KeyCache(jwks_uri)
        self._clock = clock

    def check(self, token: str, scope: str) -> Caller:
        """Return the caller of a valid token with the scope. Raises TokenError, ScopeError, KeysUnavailableError."""
        claims = self._signed_claims(token)
        rules = JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=self._leeway,
            iss={"essential": True, "value": self._issuer},
            exp={"essential": True},
            sub={"essential": True},
            token_use={"essential": True, "value": "access"},
            client_id={"essential": True},
        )
        try:
            rules.validate(claims)
        except ExpiredTokenError:
            raise TokenError("The token has expired") from None
        except JoseError:
            raise TokenError("The token is not an access token for this API") from None
        use, client, scopes = claims["token_use"], claims["client_id"], claims.get("scope") or ""
        # The library also accepts a list that contains the right value.
        if not isinstance(use, str) or not isinstance(client, str):
            raise TokenError("The token is not an access token for this API")
        caller = Caller(claims["sub"], client, frozenset(scopes.split() if isinstance(scopes, str) else ()))
        if self._clients is not None and caller.client_id not in self._clients:
            raise TokenError("The token's client may not call this API")
        if scope not in caller.scopes:
            raise ScopeError(scope)
        return caller

    def _signed_claims(self, token: str) -> jwt.Claims:
        for unknown_key in (False, True):
            keys = self._keys.keys(unknown_key=unknown_key)
            try:
                return jwt.decode(token, functools.partial(_named_key, keys), algorithms=["RS256"]).claims
            except InvalidKeyIdError:
                continue  # perhaps a key newer than the cache
            except (JoseError, ValueError, TypeError, RecursionError):
                break  # invalid, perhaps an attack
        raise TokenError("The token is not signed by this API's user pool")


def _named_key(keys: KeySet, token: GuestProtocol) -> KeySet:
    """Return the pool's keys if the token has a key ID; a key in its header (`jwk`, `jku`, `x5u`) is ignored."""
    header = token.headers()
    if not header.get("kid") or "crit" in header:
        raise ValueError("no token of a user pool: those name their key, and have nothing that must be understood")
    return keys
