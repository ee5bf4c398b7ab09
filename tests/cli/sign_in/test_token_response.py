"""A response of the token endpoint is accepted only if it is complete, and about one user and this client."""

from typing import Any

import pytest

from cli.sign_in import flow
from cli.sign_in.errors import InvalidResponseError
from cli.sign_in.session import Session
from local.console import Failure
from tests.support.false_sign_in import CLIENT, ISSUER, FalseServer


def sign_in(server: FalseServer, **client: object) -> Session:
    return flow.sign_in(server.target(**client), [], browser=False, paste=False, timeout=10)


def kept(server: FalseServer) -> Session | None:
    target = server.target()
    return target.session_file.read(target.outputs, target.client)


def test_a_right_answer_is_a_session(server: FalseServer) -> None:
    made = sign_in(server)
    assert (made.subject, made.name, made.refresh_token) == ("ada", "ada", "the-refresh-token")
    assert kept(server) == made
    assert flow.refresh(server.target()).subject == "ada"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no id token": ({"id_token": None}, "`openid` was asked for"),
    "an id token that is none": ({"id_token": 5}, "one that is no text"),
    "an empty id token": ({"id_token": ""}, "id token failed verification"),
    "an unsigned id token": ({"id_token": "eyJhbGciOiJub25lIn0.e30."}, "id token failed verification"),
    "another person in the id token": ({"id_token": {"sub": "eve"}}, "another user's"),
    "another person in the access token": ({"access_token": {"sub": "eve"}}, "another user's"),
    "nobody in the id token": ({"id_token": {"sub": None}}, "`sub`"),
    "nobody in the access token": ({"access_token": {"sub": None}}, "`sub`"),
    "an id token for another client": ({"id_token": {"aud": "other"}}, "`aud`"),
    "an id token for others too": ({"id_token": {"aud": [CLIENT, "other"]}}, "`aud`"),
    "an id token made for another": ({"id_token": {"azp": "other"}}, "`azp`"),
    "an id token of another pool": ({"id_token": {"iss": f"{ISSUER}x"}}, "`iss`"),
    "an access token for another client": ({"access_token": {"client_id": "other"}}, "`client_id`"),
    "an access token for others too": ({"access_token": {"client_id": [CLIENT, "other"]}}, "`client_id`"),
    "an access token of another pool": ({"access_token": {"iss": f"{ISSUER}x"}}, "`iss`"),
    "an access token as id token": ({"id_token": {"token_use": "access"}}, "`token_use`"),
    "an id token of both uses": ({"id_token": {"token_use": ["id", "access"]}}, "`token_use`"),
    "an id token as access token": ({"access_token": {"token_use": "id"}}, "`token_use`"),
    "an expired id token": ({"id_token": {"exp": 1}}, "expired"),
    "no access token": ({"access_token": None}, "without an access token"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_an_answer_with_anything_wrong_is_no_sign_in(server: FalseServer, changes: dict[str, Any], said: str) -> None:
    server.changes = changes
    with pytest.raises(Failure) as raised:
        sign_in(server)
    assert said in str(raised.value)
    assert "the-refresh-token" not in str(raised.value)
    assert kept(server) is None


@pytest.mark.parametrize("answer", [[], ["access_token"], "x", 5, None])
def test_an_answer_that_is_no_object_is_no_sign_in(
    server: FalseServer, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    right = server.answer
    monkeypatch.setattr(
        server, "answer", lambda path, *more: (200, answer) if path == "/oauth2/token" else right(path, *more)
    )
    with pytest.raises(Failure, match=r"did not answer with a JSON object|without an access token"):
        sign_in(server)


@pytest.mark.parametrize("nonce", [None, "", "another"])
def test_an_id_token_without_this_sign_ins_nonce_is_no_sign_in(server: FalseServer, nonce: str | None) -> None:
    server.changes = {"id_token": {"nonce": nonce}}
    with pytest.raises(InvalidResponseError, match="nonce"):
        sign_in(server)


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_an_answer_with_anything_wrong_is_no_refresh(server: FalseServer, changes: dict[str, Any], said: str) -> None:
    before = sign_in(server)
    server.changes = changes
    with pytest.raises(Failure) as raised:
        flow.refresh(server.target())
    assert said in str(raised.value)
    assert kept(server) == before


def test_a_refresh_of_another_person_altogether_is_refused(server: FalseServer) -> None:
    sign_in(server)
    server.changes = {"access_token": {"sub": "eve"}, "id_token": {"sub": "eve"}}
    with pytest.raises(InvalidResponseError, match="another user's"):
        flow.refresh(server.target())


def test_without_openid_there_is_no_id_token_and_a_refresh_must_be_the_same_persons_all_the_same(
    server: FalseServer,
) -> None:
    client = {"scopes": ["a/read"]}
    server.changes = {"id_token": None, "access_token": {"scope": "a/read"}}
    assert sign_in(server, **client).id_token is None
    assert flow.refresh(server.target(**client)).subject == "ada"
    server.changes["access_token"] = {"scope": "a/read", "sub": "eve"}
    with pytest.raises(InvalidResponseError, match="another user's"):
        flow.refresh(server.target(**client))
