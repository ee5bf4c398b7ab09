"""Refresh tokens: their owner, expiry and rotation."""

import base64
import time
from collections.abc import Callable
from typing import Any

import httpx2
import jwt
import pytest
from botocore.exceptions import ClientError

from local.gateway import tokens
from tests.support import http
from tests.support.sign_up_pool import Pool, make_pool

ROTATING = {
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
}
SECRET = {"GenerateSecret": True}
# https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
ENDPOINTS = {
    "authorization_endpoint": "/oauth2/authorize",
    "end_session_endpoint": "/logout",
    "jwks_uri": "",
    "revocation_endpoint": "/oauth2/revoke",
    "token_endpoint": "/oauth2/token",
    "userinfo_endpoint": "/oauth2/userInfo",
}


@pytest.fixture(scope="module")
def pool(shared_emulator: str) -> Pool:
    made = make_pool(shared_emulator)
    made.person()
    return made


@pytest.fixture(scope="module")
def confidential(pool: Pool) -> Pool:
    return pool.another_client(**SECRET)


def basic(client: Pool, secret: str | None = None) -> dict[str, str]:
    pair = f"{client.client_id}:{client.client.get('ClientSecret') if secret is None else secret}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def renew(client: Pool, token: str, **form: str) -> httpx2.Response:
    known = {"client_id": client.client_id} if "client_id" not in form else {}
    if secret := client.client.get("ClientSecret"):
        known["client_secret"] = secret
    return client.post("/oauth2/token", {"grant_type": "refresh_token", "refresh_token": token, **known, **form})


# --- owner ------------------------------------------------------------------------------------------------------------


def test_a_refresh_token_is_its_clients_alone(pool: Pool, confidential: Pool) -> None:
    token = pool.tokens()["RefreshToken"]
    assert renew(pool, token).status_code == 200
    for other in (confidential, pool.another_client()):
        answer = renew(other, token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_client_with_a_secret_shows_it(confidential: Pool, secret: str) -> None:
    token = confidential.tokens()["RefreshToken"]
    answer = renew(confidential, token, client_secret=secret)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    form = {"grant_type": "refresh_token", "refresh_token": token}
    answer = confidential.post("/oauth2/token", form, **basic(confidential, secret))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    assert confidential.post("/oauth2/token", form, **basic(confidential)).status_code == 200
    with pytest.raises(ClientError, match="NotAuthorized"):
        confidential.app.get_tokens_from_refresh_token(
            ClientId=confidential.client_id, RefreshToken=token, ClientSecret="x" * 24
        )


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.e30.c", "a.W10.c"])
def test_what_is_no_refresh_token_is_refused(pool: Pool, token: str) -> None:
    assert renew(pool, token).json()["error"] == "invalid_grant"


def test_a_client_that_is_not_there_is_refused(pool: Pool) -> None:
    for path in ("/oauth2/token", "/oauth2/revoke"):
        form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x", "client_id": "nobody"}
        assert pool.post(path, form).json() == {"error": "invalid_client"}
        assert pool.post(path, form, Authorization="Basic !").json() == {"error": "invalid_client"}


# --- expiry and revocation --------------------------------------------------------------------------------------------


def test_a_revoked_token_and_what_came_of_it_end(pool: Pool) -> None:
    signed_in, other = pool.tokens(), pool.tokens()
    answer = pool.post("/oauth2/revoke", {"token": signed_in["RefreshToken"], "client_id": pool.client_id})
    assert (answer.status_code, answer.content, answer.headers["Access-Control-Allow-Origin"]) == (200, b"", "*")
    assert renew(pool, signed_in["RefreshToken"]).json()["error"] == "invalid_grant"
    with pytest.raises(ClientError, match="revoked"):
        pool.app.get_user(AccessToken=signed_in["AccessToken"])
    assert renew(pool, other["RefreshToken"]).status_code == 200


def test_a_client_with_a_secret_revokes_with_it(confidential: Pool) -> None:
    token = confidential.tokens()["RefreshToken"]
    assert confidential.post("/oauth2/revoke", {"token": token}, **basic(confidential)).status_code == 200
    assert renew(confidential, token).json()["error"] == "invalid_grant"


REFUSED: dict[str, tuple[Callable[[Any], str], int, str]] = {
    "nothing": (lambda _: "", 400, "invalid_request"),
    "an access token": (lambda given: str(given["AccessToken"]), 400, "unsupported_token_type"),
    "an ID token": (lambda given: str(given["IdToken"]), 400, "unsupported_token_type"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_only_a_refresh_token_is_revoked(pool: Pool, what: str) -> None:
    chosen, status, error = REFUSED[what]
    answer = pool.post("/oauth2/revoke", {"token": chosen(pool.tokens()), "client_id": pool.client_id})
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_nobody_revokes_anothers_token(pool: Pool, confidential: Pool) -> None:
    token = pool.tokens()["RefreshToken"]
    answer = confidential.post("/oauth2/revoke", {"token": token}, **basic(confidential))
    assert (answer.status_code, answer.json()) == (400, {"error": "unauthorized_client"})
    answer = confidential.post("/oauth2/revoke", {"token": token}, **basic(confidential, "wrong"))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    with pytest.raises(ClientError, match="Unauthorized"):
        confidential.app.revoke_token(
            Token=token, ClientId=confidential.client_id, ClientSecret=confidential.client["ClientSecret"]
        )
    assert renew(pool, token).status_code == 200


def test_a_client_that_has_revocation_off_revokes_nothing(pool: Pool) -> None:
    client = pool.another_client(EnableTokenRevocation=False)
    token = client.tokens()["RefreshToken"]
    answer = client.post("/oauth2/revoke", {"token": token, "client_id": client.client_id})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


# --- rotation ---------------------------------------------------------------------------------------------------------


def by_endpoint(client: Pool, token: str) -> str:
    answer = renew(client, token)
    if answer.status_code != 200:
        raise PermissionError(answer.text)
    return str(answer.json()["refresh_token"])


def by_operation(client: Pool, token: str) -> str:
    try:
        answer = client.app.get_tokens_from_refresh_token(ClientId=client.client_id, RefreshToken=token)
    except ClientError as error:
        raise PermissionError from error
    return str(answer["AuthenticationResult"]["RefreshToken"])


@pytest.mark.parametrize("again", [by_endpoint, by_operation])
def test_a_rotated_token_is_good_once(pool: Pool, again: Callable[[Pool, str], str]) -> None:
    client = pool.another_client(**ROTATING)
    first = client.tokens()["RefreshToken"]
    second = again(client, first)
    assert second != first
    with pytest.raises(PermissionError):
        again(client, first)
    third = again(client, second)
    with pytest.raises(PermissionError):
        again(client, second)
    assert again(client, third) not in {first, second, third}


def test_a_used_token_is_good_for_its_time_of_grace(pool: Pool) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    client = pool.another_client(**ROTATING | {"RefreshTokenRotation": rotation})
    first = client.tokens()["RefreshToken"]
    assert by_endpoint(client, first) != by_endpoint(client, first)


def test_the_time_of_grace_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    new = tokens.rotated("a.b.c", 10)
    tokens.rotated("a.b.c", 10)  # a second use does not extend the grace period
    assert not tokens.is_used_up("a.b.c")
    later = time.monotonic() + 11
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert tokens.is_used_up("a.b.c")
    assert tokens.is_used_up("a.b.c.guessed")
    assert not tokens.is_used_up(new)
    assert not tokens.is_used_up("another.b.c.after-a-restart")


@pytest.mark.parametrize("settings", [{}, ROTATING], ids=["kept", "rotated"])
def test_renewed_tokens_say_when_the_person_signed_in(pool: Pool, settings: dict[str, Any]) -> None:
    client = pool.another_client(**settings)
    keys = jwt.PyJWKClient(f"{pool.url}/{pool.id}/.well-known/jwks.json")

    def said(token: str, audience: str | None = None) -> int:
        claims = jwt.decode(token, keys.get_signing_key_from_jwt(token), ["RS256"], audience=audience)
        return int(claims["auth_time"])

    first = client.tokens()
    began = said(first["IdToken"], client.client_id)
    time.sleep(1.1)  # so that the time differs by a second
    by_form = renew(client, first["RefreshToken"]).json()
    last = by_form.get("refresh_token", first["RefreshToken"])
    by_call = client.app.get_tokens_from_refresh_token(ClientId=client.client_id, RefreshToken=last)
    renewed = by_call["AuthenticationResult"]
    assert {said(by_form["id_token"], client.client_id), said(renewed["IdToken"], client.client_id)} == {began}
    assert {said(by_form["access_token"]), said(renewed["AccessToken"])} == {began}
    assert client.app.get_user(AccessToken=renewed["AccessToken"])["Username"] == "ada"


def test_discovery_says_all_that_aws_says(pool: Pool) -> None:
    found = http.get(f"{pool.url}/{pool.id}/.well-known/openid-configuration")
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.json()["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    paths = {name: value.removeprefix(pool.url) for name, value in found.json().items() if name in ENDPOINTS}
    assert paths == ENDPOINTS | {"jwks_uri": f"/{pool.id}/.well-known/jwks.json"}
    assert http.get(f"{pool.url}/us-east-1_none/.well-known/openid-configuration").status_code != 200


def test_revoking_one_ends_the_whole_family(pool: Pool) -> None:
    client = pool.another_client(**ROTATING)
    second = by_endpoint(client, client.tokens()["RefreshToken"])
    assert client.post("/oauth2/revoke", {"token": second, "client_id": client.client_id}).status_code == 200
    with pytest.raises(PermissionError):
        by_endpoint(client, second)


def test_a_client_that_rotates_has_no_other_way_to_renew(pool: Pool) -> None:
    client = pool.another_client(**ROTATING)
    asked = {"REFRESH_TOKEN": client.tokens()["RefreshToken"]}
    with pytest.raises(ClientError, match="InvalidParameter"):
        client.app.initiate_auth(ClientId=client.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=asked)


def test_a_client_says_whether_it_rotates(pool: Pool) -> None:
    client = pool.another_client(**ROTATING)

    def told() -> Any:
        named = {"UserPoolId": client.id, "ClientId": client.client_id}
        return client.admin.describe_user_pool_client(**named)["UserPoolClient"].get("RefreshTokenRotation")

    assert client.client["RefreshTokenRotation"] == told() == ROTATING["RefreshTokenRotation"]
    off = {"Feature": "DISABLED"}
    client.admin.update_user_pool_client(UserPoolId=client.id, ClientId=client.client_id, RefreshTokenRotation=off)
    assert told() == {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}
    client.admin.update_user_pool_client(UserPoolId=client.id, ClientId=client.client_id, ClientName="app")
    assert told() is None


def test_the_analytics_of_a_client_are_told_beside_its_rotation(pool: Pool) -> None:
    analytics = {"ApplicationArn": "arn:aws:mobiletargeting:us-east-1:000000000000:apps/x"}
    for settings in (ROTATING, {}):
        client = pool.another_client(AnalyticsConfiguration=analytics, **settings).client
        assert client["AnalyticsConfiguration"] == analytics
        assert client.get("RefreshTokenRotation") == settings.get("RefreshTokenRotation")
    assert "AnalyticsConfiguration" not in pool.another_client(**ROTATING).client
