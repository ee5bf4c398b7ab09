"""What the example API lets in: the pool's own access tokens with the right scope, and nothing that looks like them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from joserfc.jwk import KeySet, RSAKey

from examples.api.tokens import AccessTokens, KeyCache
from tests.examples.test_example_api import ISSUER, READ, Pool, call, pool

__all__ = ["pool"]

ATTACKER = rsa.generate_private_key(65537, 2048)


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def private(pool: Pool) -> Any:
    return pool.keys[0].private_key


def claims(pool: Pool, **changes: object) -> dict[str, object]:
    now = int(pool.now)
    given: dict[str, object] = {"iss": ISSUER, "sub": "ada", "client_id": "app", "token_use": "access", "iat": now}
    given |= {"exp": now + 60, "scope": f"openid {READ}"} | changes
    return {name: value for name, value in given.items() if value is not ...}


def signed(header: object, payload: object, key: Any, padded: Any = None, digest: Any = None) -> str:
    """A token of any header and payload, as no library would make it."""
    text = f"{b64(header)}.{b64(payload)}"
    signature = key.sign(text.encode(), padded or padding.PKCS1v15(), digest or hashes.SHA256())
    return f"{text}.{b64(signature)}"


def token(pool: Pool, header: dict[str, object] | None = None, **changes: object) -> str:
    given = {"alg": "RS256", "kid": "first"} | (header or {})
    return signed({k: v for k, v in given.items() if v is not ...}, claims(pool, **changes), private(pool))


def hs256(pool: Pool, secret: bytes, **header: object) -> str:
    text = f"{b64({'alg': 'HS256', 'kid': 'first'} | header)}.{b64(claims(pool))}"
    return f"{text}.{b64(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def with_own_key(pool: Pool, **header: object) -> str:
    """Signed by somebody else, whose key the header names or brings along."""
    return signed({"alg": "RS256", "kid": "first"} | header, claims(pool), ATTACKER)


def jwk_of_attacker() -> dict[str, object]:
    key: Any = RSAKey.import_key(ATTACKER)
    return dict(key.as_dict(private=False)) | {"kid": "first"}


REFUSED: dict[str, Callable[[Pool], str]] = {
    # Signatures.
    "alg none": lambda pool: f"{b64({'alg': 'none', 'kid': 'first'})}.{b64(claims(pool))}.",
    "alg None": lambda pool: f"{b64({'alg': 'None', 'kid': 'first'})}.{b64(claims(pool))}.",
    "alg none with a signature": lambda pool: signed({"alg": "none", "kid": "first"}, claims(pool), private(pool)),
    "no alg": lambda pool: token(pool, {"alg": ...}),
    "an alg that is a list": lambda pool: token(pool, {"alg": ["RS256"]}),
    "alg in small letters": lambda pool: token(pool, {"alg": "rs256"}),
    "HS256 with the public key": lambda pool: hs256(pool, pool.keys[0].as_pem(private=False)),
    "HS256 with the public key as JSON": lambda pool: hs256(
        pool, json.dumps(pool.keys[0].as_dict(private=False)).encode()
    ),
    "HS256 with nothing": lambda pool: hs256(pool, b""),
    "RS384 with the pool's key": lambda pool: signed(
        {"alg": "RS384", "kid": "first"}, claims(pool), private(pool), digest=hashes.SHA384()
    ),
    "PS256 with the pool's key": lambda pool: signed(
        {"alg": "PS256", "kid": "first"},
        claims(pool),
        private(pool),
        padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
    ),
    "ES256": lambda pool: (
        f"{b64({'alg': 'ES256', 'kid': 'first'})}.{b64(claims(pool))}."
        + b64(ec.generate_private_key(ec.SECP256R1()).sign(b"x", ec.ECDSA(hashes.SHA256())))
    ),
    "another's key under our kid": with_own_key,
    "no signature": lambda pool: token(pool).rpartition(".")[0] + ".",
    "a changed payload": lambda pool: ".".join(
        (token(pool).split(".")[0], b64(claims(pool, sub="eve")), token(pool).split(".")[2])
    ),
    "two parts": lambda pool: token(pool).rpartition(".")[0],
    "five parts": lambda pool: f"{token(pool)}.a.b",
    # Keys.
    "a kid that is not the pool's": lambda pool: token(pool, {"kid": "other"}),
    "no kid": lambda pool: token(pool, {"kid": ...}),
    "an empty kid": lambda pool: token(pool, {"kid": ""}),
    "a kid that is null": lambda pool: token(pool, {"kid": None}),
    "a kid that is a list": lambda pool: token(pool, {"kid": ["first"]}),
    "a kid that is a path": lambda pool: token(pool, {"kid": "../../dev/null"}),
    "jku": lambda pool: with_own_key(pool, jku="https://evil.example/jwks.json"),
    "x5u": lambda pool: with_own_key(pool, x5u="https://evil.example/cert.pem"),
    "jwk": lambda pool: with_own_key(pool, jwk=jwk_of_attacker()),
    "jwk and no kid": lambda pool: signed({"alg": "RS256", "jwk": jwk_of_attacker()}, claims(pool), ATTACKER),
    "jwk of a secret": lambda pool: hs256(pool, b"x" * 32, jwk={"kty": "oct", "k": b64(b"x" * 32)}),
    "x5c": lambda pool: with_own_key(pool, x5c=["bm8gY2VydGlmaWNhdGU="]),
    "jku of another type": lambda pool: with_own_key(pool, jku=5),
    # What must be understood, and is not.
    "crit": lambda pool: token(pool, {"crit": ["exp"], "exp": 1}),
    "crit of a header that is not there": lambda pool: token(pool, {"crit": ["x"]}),
    "crit that is no list": lambda pool: token(pool, {"crit": 5}),
    "crit that is empty": lambda pool: token(pool, {"crit": []}),
    "crit b64": lambda pool: token(pool, {"crit": ["b64"], "b64": True}),
    "crit b64, unencoded": lambda pool: token(pool, {"crit": ["b64"], "b64": False}),
    "a header that is no object": lambda pool: signed(["RS256"], claims(pool), private(pool)),
    "a header that is a number": lambda pool: signed(5, claims(pool), private(pool)),
    "a payload that is no object": lambda pool: signed({"alg": "RS256", "kid": "first"}, [1], private(pool)),
    "a payload that is no JSON": lambda pool: signed({"alg": "RS256", "kid": "first"}, b"\xff", private(pool)),
    "a payload that is too deep": lambda pool: signed(
        {"alg": "RS256", "kid": "first"}, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", private(pool)
    ),
    # Claims.
    "another pool": lambda pool: token(pool, iss=f"{ISSUER}2"),
    "another region": lambda pool: token(pool, iss=ISSUER.replace("us-east-1.", "eu-west-1.")),
    "the issuer with a slash": lambda pool: token(pool, iss=f"{ISSUER}/"),
    "the issuer in capitals": lambda pool: token(pool, iss=ISSUER.upper()),
    "the issuer in a list": lambda pool: token(pool, iss=[ISSUER]),
    "no issuer": lambda pool: token(pool, iss=...),
    "an id token": lambda pool: token(pool, token_use="id", aud="app", client_id=...),
    "an id token with a client": lambda pool: token(pool, token_use="id"),
    "no token_use": lambda pool: token(pool, token_use=...),
    "token_use of both": lambda pool: token(pool, token_use=["id", "access"]),
    "token_use in a list": lambda pool: token(pool, token_use=["access"]),
    "token_use in capitals": lambda pool: token(pool, token_use="Access"),
    "an expired one": lambda pool: token(pool, exp=int(pool.now) - 30),
    "one that expired long ago": lambda pool: token(pool, exp=1),
    "exp zero": lambda pool: token(pool, exp=0),
    "no exp": lambda pool: token(pool, exp=...),
    "exp null": lambda pool: token(pool, exp=None),
    "exp as a text": lambda pool: token(pool, exp="99999999999"),
    "exp true": lambda pool: token(pool, exp=True),
    "exp NaN": lambda pool: token(pool, exp=float("nan")),
    "exp endless": lambda pool: token(pool, exp=float("inf")),
    "one of tomorrow": lambda pool: token(pool, nbf=int(pool.now) + 86400),
    "nbf as a text": lambda pool: token(pool, nbf="now"),
    "issued tomorrow": lambda pool: token(pool, iat=int(pool.now) + 86400),
    "no sub": lambda pool: token(pool, sub=...),
    "an empty sub": lambda pool: token(pool, sub=""),
    "a sub that is a list": lambda pool: token(pool, sub=["ada"]),
    "no client": lambda pool: token(pool, client_id=...),
    "an empty client": lambda pool: token(pool, client_id=""),
    "a client that is a list": lambda pool: token(pool, client_id=["app"]),
    "a client that is a number": lambda pool: token(pool, client_id=5),
}

TAKEN: dict[str, Callable[[Pool], str]] = {
    "a plain one": token,
    "one with more scopes": lambda pool: token(pool, scope=f"a/b {READ} openid email"),
    "the scope alone": lambda pool: token(pool, scope=READ),
    "one that just expired": lambda pool: token(pool, exp=int(pool.now) - 29),
    "one of just now": lambda pool: token(pool, nbf=int(pool.now) + 30, iat=int(pool.now) + 30),
    "fractions of seconds": lambda pool: token(pool, exp=pool.now + 60.5),
    "jku beside our own signature": lambda pool: token(pool, {"jku": "https://evil.example/jwks.json"}),
    "x5u beside our own signature": lambda pool: token(pool, {"x5u": "https://evil.example/cert.pem"}),
    "jwk beside our own signature": lambda pool: token(pool, {"jwk": {"kty": "oct", "k": "eA"}}),
    "a type": lambda pool: token(pool, {"typ": "JWT"}),
    "many groups": lambda pool: token(pool, groups=["g" * 128] * 100),
    "an audience": lambda pool: token(pool, aud="https://elsewhere.example"),
}

WITHOUT_THE_SCOPE: dict[str, object] = {
    "no scope": ...,
    "null": None,
    "empty": "",
    "another": "a/b",
    "a part": READ[:-1],
    "more": f"{READ}x",
    "in capitals": READ.upper(),
    "short": "project.read",
    "with a comma": f"openid,{READ}",
    "a list": [READ],
    "an object": {READ: True},
    "a number": 5,
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_what_is_no_access_token_of_the_pool_is_401(pool: Pool, make: Callable[[Pool], str]) -> None:
    status, challenge, body = call(pool.tokens, f"Bearer {make(pool)}")
    assert status == 401
    assert 'error="invalid_token"' in challenge
    assert "ada" not in json.dumps(body)
    assert call(pool.tokens, f"Bearer {token(pool)}")[0] == 200  # and nothing of it stays


@pytest.mark.parametrize("make", TAKEN.values(), ids=TAKEN)
def test_an_access_token_of_the_pool_is_taken(pool: Pool, make: Callable[[Pool], str]) -> None:
    assert call(pool.tokens, f"Bearer {make(pool)}")[0] == 200
    assert pool.fetches == 1  # from the pool, and from nowhere that a token names


@pytest.mark.parametrize("scope", WITHOUT_THE_SCOPE.values(), ids=WITHOUT_THE_SCOPE)
def test_a_good_token_without_the_scope_is_403_and_names_it(pool: Pool, scope: object) -> None:
    status, challenge, _ = call(pool.tokens, f"Bearer {token(pool, scope=scope)}")
    assert status == 403
    assert f'error="insufficient_scope", scope="{READ}"' in challenge


@pytest.mark.parametrize(
    ("clients", "status"),
    [(None, 200), (["app"], 200), (["other", "app"], 200), ([], 401), (["other"], 401), (["ap", "p"], 401)],
)
def test_only_the_clients_of_the_list_may_call(pool: Pool, clients: list[str] | None, status: int) -> None:
    checked = AccessTokens(ISSUER, "", clients=clients, keys=pool.cache, clock=lambda: pool.now)
    assert call(checked, f"Bearer {token(pool)}")[0] == status


HEADERS: dict[str, tuple[str | None, int]] = {
    "as it should be": ("Bearer {good}", 200),
    "in small letters": ("bearer {good}", 200),
    "in capitals": ("BEARER {good}", 200),
    "more spaces": ("Bearer   {good} ", 200),
    "none": (None, 401),
    "empty": ("", 401),
    "the scheme alone": ("Bearer", 401),
    "the scheme and a space": ("Bearer ", 401),
    "the token alone": ("{good}", 401),
    "another scheme": ("Basic {good}", 401),
    "a scheme that begins alike": ("BearerX {good}", 401),
    "no space": ("Bearer{good}", 401),
    "a tab": ("Bearer\t{good}", 401),
    "a colon": ("Bearer: {good}", 401),
    "quotes": ('Bearer "{good}"', 401),
    "as a parameter": ("Bearer token={good}", 401),
    # How a WSGI server hands over a header that was sent twice.
    "twice the same": ("Bearer {good},Bearer {good}", 401),
    "a good one and a bad one": ("Bearer {good}, Bearer x.y.z", 401),
    "a bad one and a good one": ("Bearer x.y.z,Bearer {good}", 401),
    "another scheme first": ("Basic dTpw, Bearer {good}", 401),
    "another scheme last": ("Bearer {good}, Basic dTpw", 401),
    "two tokens": ("Bearer {good} {good}", 401),
    "letters of no token": ("Bearer \u00e9.\u00e9.\u00e9", 401),
    "a zero": ("Bearer {good}\0", 401),
    "endless": ("Bearer " + "a" * 500_000, 401),
}


@pytest.mark.parametrize(("header", "status"), HEADERS.values(), ids=HEADERS)
def test_the_header_is_taken_as_the_standard_has_it(pool: Pool, header: str | None, status: int) -> None:
    given = header and header.replace("{good}", token(pool))
    assert call(pool.tokens, given)[0] == status


@pytest.mark.parametrize(
    "extra",
    [
        {"QUERY_STRING": "access_token={good}"},
        {"HTTP_COOKIE": "access_token={good}"},
        {"HTTP_X_AUTHORIZATION": "Bearer {good}"},
        {"REMOTE_USER": "ada"},
    ],
)
def test_a_token_anywhere_else_is_none(pool: Pool, extra: dict[str, str]) -> None:
    given = {name: value.replace("{good}", token(pool)) for name, value in extra.items()}
    assert call(pool.tokens, None, more=given)[:2] == (401, 'Bearer realm="projects"')


def test_a_key_that_is_not_for_signing_signs_nothing(pool: Pool) -> None:
    for wrong in ({"use": "enc"}, {"alg": "RS384"}):
        shown = [dict(pool.keys[0].as_dict(private=False)) | wrong]
        checked = AccessTokens(ISSUER, "", keys=FixedKeys(shown), clock=lambda: pool.now)
        assert call(checked, f"Bearer {token(pool)}")[0] == 401


class FixedKeys(KeyCache):
    """A pool that shows these keys."""

    def __init__(self, keys: list[Any]) -> None:
        super().__init__("")
        self.shown = KeySet.import_key_set({"keys": keys})

    def keys(self, *, unknown_key: bool = False) -> KeySet:
        del unknown_key
        return self.shown
