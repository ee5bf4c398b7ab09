"""A token is accepted only if all its claims are valid."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from cli.sign_in.errors import InvalidResponseError
from cli.sign_in.tokens import TokenVerifier
from local.console import Failure

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"
NOW = 1_000_000
KEY = RSAKey.generate_key(2048, {"kid": "a"})
OTHER = RSAKey.generate_key(2048, {"kid": "a"})


def verifier(now: float = NOW) -> TokenVerifier:
    return TokenVerifier(ISSUER, "app", KeySet([KEY]), lambda: now)


def token(use: str, key: RSAKey = KEY, kid: str = "a", **changes: Any) -> str:
    claims = {"iss": ISSUER, "sub": "ada", "iat": NOW, "exp": NOW + 3600, "token_use": use}
    claims |= {"aud": "app", "nonce": "n"} if use == "id" else {"client_id": "app", "scope": "openid"}
    claims |= changes
    return jwt.encode({"alg": "RS256", "kid": kid}, {k: v for k, v in claims.items() if v is not None}, key)


def test_good_tokens_are_believed() -> None:
    assert verifier().id_token(token("id"), nonce="n", subject="ada")["sub"] == "ada"
    assert verifier().access_token(token("access"))["scope"] == "openid"


@pytest.mark.parametrize("use", ["id", "access"])
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"iss": f"{ISSUER}x"},
        {"sub": None},
        {"exp": None},
        {"exp": NOW - 60},
        {"exp": "soon"},
        {"iat": None},
        {"iat": "now"},
        {"token_use": None},
        {"token_use": "refresh"},
        {"aud": "another", "client_id": "another"},
        {"aud": None, "client_id": None},
        {"key": OTHER},
        {"kid": "unknown"},
    ],
)
def test_a_token_with_anything_wrong_is_refused_and_not_shown(use: str, changes: dict[str, Any]) -> None:
    made = token(use, **changes)
    verify = verifier().id_token if use == "id" else verifier().access_token
    with pytest.raises(InvalidResponseError, match=f"The {use} token failed verification") as raised:
        verify(made)
    assert made.split(".")[2] not in str(raised.value)


def test_one_kind_of_token_is_not_taken_for_the_other() -> None:
    with pytest.raises(InvalidResponseError):
        verifier().id_token(token("access", aud="app"))
    with pytest.raises(InvalidResponseError):
        verifier().access_token(token("id", client_id="app"))


@pytest.mark.parametrize("made", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_signed_token_is_refused(made: str) -> None:
    with pytest.raises(InvalidResponseError):
        verifier().access_token(made)


@pytest.mark.parametrize("nonce", [None, "another", ""])
def test_an_id_token_without_this_sign_ins_nonce_is_refused(nonce: str | None) -> None:
    with pytest.raises(InvalidResponseError, match="nonce"):
        verifier().id_token(token("id", nonce=nonce), nonce="n")


def test_a_refresh_that_changes_the_person_is_refused() -> None:
    with pytest.raises(InvalidResponseError, match="another user's"):
        verifier().id_token(token("id"), subject="grace")


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (-61, "1 min 1 s behind"),
        (61, "1 min 1 s ahead of"),
        (4000, "1 h 6 min ahead of"),
        (-90000, "25 h 0 min behind"),
    ],
)
def test_a_clock_that_is_off_is_told_by_how_much(off: int, said: str) -> None:
    with pytest.raises(Failure, match=said):
        verifier(NOW + off).id_token(token("id"))


@pytest.mark.parametrize("off", [-60, 0, 60])
def test_a_clock_that_is_off_by_little_is_made_up_for(off: int) -> None:
    verifier(NOW + off).id_token(token("id"))


def unencoded(header: object, payload: bytes = b"{}") -> str:
    """Return a token with any header, signed with the pool's key. Libraries would refuse to make it."""
    text = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in (json.dumps(header).encode(), payload))
    key: Any = KEY.private_key
    signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    return (text + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "a"},
        {"alg": "HS256", "kid": "a"},
        {"alg": "RS384", "kid": "a"},
        {"alg": ["RS256"], "kid": "a"},
        {"kid": "a"},
        {"alg": "RS256"},
        {"alg": "RS256", "kid": ""},
        {"alg": "RS256", "kid": ["a"]},
        {"alg": "RS256", "kid": "a", "crit": 5},
        {"alg": "RS256", "kid": "a", "crit": []},
        {"alg": "RS256", "kid": "a", "crit": ["x"]},
        {"alg": "RS256", "kid": "a", "crit": ["b64"], "b64": True},
        {"alg": "RS256", "kid": "a", "x5u": 5},
        [],
        5,
    ],
)
def test_a_header_that_cognito_does_not_make_is_refused(header: object) -> None:
    claims = {"iss": ISSUER, "sub": "ada", "iat": NOW, "exp": NOW + 60, "token_use": "id", "aud": "app"}
    good = unencoded({"alg": "RS256", "kid": "a"}, json.dumps(claims).encode())
    assert verifier().id_token(good)["sub"] == "ada"
    made = unencoded(header, json.dumps(claims).encode())
    with pytest.raises(InvalidResponseError, match="failed verification"):
        verifier().id_token(made)


@pytest.mark.parametrize("payload", [b"", b"[]", b"5", b"\xff", b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"])
def test_a_payload_that_is_no_set_of_claims_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidResponseError, match="failed verification"):
        verifier().access_token(unencoded({"alg": "RS256", "kid": "a"}, payload))
