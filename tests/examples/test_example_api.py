"""The example API, with real tokens of the emulator's pools."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from examples.api.app import make_app
from examples.api.tokens import AccessTokens, KeyCache, KeysUnavailableError
from tests.support import http
from tests.support.emulated_sign_in import CHECKOUT, EmulatedStack, emulator, make_stack
from tests.support.false_sign_in import false_server

PROJECT = "app.acme.api.project"
READ = f"{PROJECT}/project.read"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc"


def call(
    tokens: AccessTokens,
    token: str | None,
    method: str = "GET",
    path: str = "/projects",
    more: dict[str, str] | None = None,
) -> tuple[int, str, object]:
    """Status, WWW-Authenticate and body of a request to the API."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path} | (more or {})
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = token
    seen: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        seen.append((status, dict(headers)))
        return lambda _: None

    body = b"".join(make_app(tokens, PROJECT)(environ, start_response))
    status, headers = seen[0]
    return int(status.split()[0]), headers.get("WWW-Authenticate", ""), json.loads(body)


# --- with real tokens -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmulatedStack, EmulatedStack]]:
    home = tmp_path_factory.mktemp("api")
    with emulator(home / "emulator.log") as url:
        yield make_stack(url, home, 9000), make_stack(url, home, 9000, environment="other")


def own_token(stack: EmulatedStack, scope: str) -> str:
    outputs: Any = stack.outputs
    answer = http.post(
        outputs["tokenUrl"],
        auth=(outputs["clients"]["nightly"]["clientId"], outputs["clientSecrets"]["nightly"]),
        data={"grant_type": "client_credentials", "scope": scope},
    )
    return str(answer.raise_for_status().json()["access_token"])


def api_of(stack: EmulatedStack, **options: Any) -> AccessTokens:
    outputs: Any = stack.outputs
    return AccessTokens(outputs["issuer"], outputs["jwksUri"], **options)


@pytest.mark.engine
def test_an_access_token_with_the_scope_passes(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    assert call(api_of(stacks[0]), f"Bearer {own_token(stacks[0], READ)}") == (200, "", [])


@pytest.mark.engine
def test_without_the_scope_it_is_403_and_names_the_scope(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    status, challenge, _ = call(api_of(stacks[0]), f"Bearer {own_token(stacks[0], READ)}", "DELETE")
    assert status == 403
    assert challenge == f'Bearer realm="projects", error="insufficient_scope", scope="{PROJECT}/project.delete"'


@pytest.mark.engine
def test_an_expired_token_is_401(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    later = api_of(stacks[0], clock=lambda: time.time() + 3600 + 31)
    status, challenge, _ = call(later, f"Bearer {own_token(stacks[0], READ)}")
    assert status == 401
    assert "expired" in challenge


@pytest.mark.engine
def test_a_token_of_another_pool_is_401(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    status, challenge, _ = call(api_of(stacks[0]), f"Bearer {own_token(stacks[1], READ)}")
    assert status == 401
    assert 'error="invalid_token"' in challenge


@pytest.mark.engine
def test_an_id_token_is_401(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    stack = stacks[0]
    stack.make_user("grace", "Correct-Horse-7")
    outputs: Any = stack.outputs
    given = stack.cognito.initiate_auth(
        ClientId=outputs["clients"]["windowscli"]["clientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "grace", "PASSWORD": "Correct-Horse-7"},
    )["AuthenticationResult"]
    status, challenge, _ = call(api_of(stack), f"Bearer {given['IdToken']}")
    assert status == 401
    assert "not an access token" in challenge


@pytest.mark.engine
def test_a_client_that_is_not_on_the_list_is_401(stacks: tuple[EmulatedStack, EmulatedStack]) -> None:
    status, _, _ = call(api_of(stacks[0], clients=["another"]), f"Bearer {own_token(stacks[0], READ)}")
    assert status == 401


# --- with keys of the tests' own --------------------------------------------------------------------------------------


FIRST = RSAKey.generate_key(2048, {"kid": "first"})


class Pool:
    """A pool's keys, behind an HTTP transport that counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys = [FIRST]
        self.fetches = 0
        self.down = False
        self.now = 1000.0
        monkeypatch.setattr(httpx2, "get", self._get)
        self.cache = KeyCache("https://keys.example/jwks.json", clock=lambda: self.now)
        self.tokens = AccessTokens(ISSUER, "", keys=self.cache, clock=lambda: self.now)

    def _get(self, url: str, timeout: float, trust_env: bool) -> httpx2.Response:
        assert timeout <= 10
        assert trust_env  # a proxy leads to AWS
        self.fetches += 1
        if self.down:
            raise httpx2.ConnectError("down")
        return httpx2.Response(
            200, json=KeySet([*self.keys]).as_dict(private=False), request=httpx2.Request("GET", url)
        )

    def token(self, kid: str = "first", **claims: object) -> str:
        key = next((key for key in self.keys if key.kid == kid), self.keys[0])
        given = {
            "iss": ISSUER,
            "exp": int(self.now) + 60,
            "sub": "someone",
            "token_use": "access",
            "client_id": "app",
            "scope": f"openid {READ}",
        } | claims
        return jwt.encode({"alg": "RS256", "kid": kid}, {k: v for k, v in given.items() if v is not None}, key)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    return Pool(monkeypatch)


def test_a_good_token_passes_and_the_keys_are_fetched_once(pool: Pool) -> None:
    assert [call(pool.tokens, f"Bearer {pool.token()}")[0] for _ in range(3)] == [200] * 3
    assert pool.fetches == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"},
        {"iss": None},
        {"exp": 900},
        {"exp": None},
        {"exp": "tomorrow"},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": None},
        {"sub": None},
        {"sub": 7},
        {"nbf": 2000},
    ],
)
def test_a_token_with_a_wrong_claim_is_401(pool: Pool, claims: dict[str, Any]) -> None:
    status, challenge, _ = call(pool.tokens, f"Bearer {pool.token(**claims)}")
    assert status == 401
    assert 'error="invalid_token"' in challenge


@pytest.mark.parametrize("scope", [None, "", "openid", f"{READ}x", f"x{READ}", READ.upper()])
def test_only_the_whole_scope_counts(pool: Pool, scope: str | None) -> None:
    assert call(pool.tokens, f"Bearer {pool.token(scope=scope)}")[0] == 403


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic dTpw"])
def test_a_request_without_a_token_is_401_without_an_error_code(pool: Pool, header: str | None) -> None:
    assert call(pool.tokens, header)[:2] == (401, 'Bearer realm="projects"')


def test_unsigned_and_wrongly_signed_tokens_are_401(pool: Pool) -> None:
    good = pool.token()
    head, body, signature = good.split(".")
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for token in ("x", "a.b.c", f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", f"{none}.{body}."):
        assert call(pool.tokens, f"Bearer {token}")[0] == 401


def test_a_new_key_is_fetched_but_made_up_keys_are_not_asked_for_again_and_again(pool: Pool) -> None:
    call(pool.tokens, f"Bearer {pool.token()}")
    pool.keys.append(RSAKey.generate_key(2048, {"kid": "second"}))
    assert call(pool.tokens, f"Bearer {pool.token('second')}")[0] == 401  # too soon after the last fetch
    pool.now += 30
    assert call(pool.tokens, f"Bearer {pool.token('second')}")[0] == 200
    for _ in range(5):
        assert call(pool.tokens, f"Bearer {pool.token('made-up')}")[0] == 401
    assert pool.fetches == 2


def test_old_keys_go_on_while_the_pool_cannot_be_reached(pool: Pool) -> None:
    call(pool.tokens, f"Bearer {pool.token()}")
    pool.down = True
    pool.now += 4000
    assert call(pool.tokens, f"Bearer {pool.token()}")[0] == 200
    assert pool.fetches == 2


def test_without_any_keys_it_is_503_and_not_the_callers_fault(pool: Pool) -> None:
    pool.down = True
    assert call(pool.tokens, f"Bearer {pool.token()}")[0] == 503
    with pytest.raises(KeysUnavailableError):
        pool.cache.keys()
    assert pool.fetches == 1  # and it is not asked again at once


def test_an_unknown_path_is_404(pool: Pool) -> None:
    assert call(pool.tokens, None, path="/tasks")[0] == 404


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "ftp://x", "http://[::"])
@pytest.mark.parametrize(("uri", "status"), [("{local}/jwks.json", 200), ("https://keys.example.invalid/", 503)])
def test_a_proxy_is_not_asked_for_the_local_stack_and_a_bad_one_is_no_crash(
    monkeypatch: pytest.MonkeyPatch, proxy: str, uri: str, status: int
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    with false_server() as server:
        given = str(server.tokens()["access_token"])
        issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"
        tokens = AccessTokens(issuer, uri.format(local=server.url))
        assert call(tokens, f"Bearer {given}")[0] == (403 if status == 200 else status)


@pytest.mark.parametrize("given", [{}, {"IDENTITY_ISSUER": "https://x"}])
def test_without_the_stacks_values_it_says_how_to_get_them(given: dict[str, str]) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_")}
    ran = subprocess.run(
        [sys.executable, "-m", "examples.api"],
        cwd=CHECKOUT,
        env=known | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "is not set" in ran.stderr
    assert "make export" in ran.stderr
    assert "Traceback" not in ran.stderr
