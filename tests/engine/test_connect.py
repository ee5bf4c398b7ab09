"""Each library of docs/connect.md, set up as on the page, signs in to the local stack or checks its tokens."""

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
import yaml
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from local.emulator import free_port
from tests.support import http, npm, servers, web_apps
from tests.support.checkout import ORIGIN, Checkout
from tests.support.chromium import chromium
from tests.support.emulated_sign_in import log_in
from tests.test_docs import BLOCKS

pytestmark = pytest.mark.engine
READ = "app.focusmark.api.project/project.read"
PERSON = "ada"
TIMEOUT = 60.0
PORTS = {name: free_port() for name in ("oauth2-proxy", "Spring", "Amplify", "HTTPS")}  # the page's may be in use
REDIRECT = f"http://localhost:{PORTS['Amplify']}/redirect.html"


@dataclass(frozen=True)
class Connected:
    """A stack with the clients of the page, and the files written by `make export`."""

    files: Path
    values: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.values}

    def node(self, name: str, *arguments: str) -> Any:
        """Run an example with Node, sign in if it prints a URL, and return the JSON of its last line."""
        process = subprocess.Popen(
            ["node", str(npm.installed() / name), *arguments],
            cwd=self.files,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        try:
            first = process.stdout.readline().strip()
            answer = f"{back_from(first)}\n" if first.startswith("http") else ""
            printed, said = process.communicate(answer, timeout=TIMEOUT)
        finally:
            process.kill()
        assert process.returncode == 0, f"{first}\n{printed}\n{said}"
        return json.loads((printed or first).splitlines()[-1])

    def machine_token(self) -> str:
        return str(self._token(grant_type="client_credentials")["access_token"])

    def _token(self, **request: str) -> Any:
        who = (self.values["IDENTITY_CLIENT_NIGHTLY_ID"], self.values["IDENTITY_CLIENT_NIGHTLY_SECRET"])
        answer = http.post(self.values["IDENTITY_TOKEN_URL"], data=request, auth=who)
        return answer.raise_for_status().json()


def back_from(url: str) -> str:
    """Sign in as PERSON and return the callback URL that the browser is redirected to."""
    answer = log_in(url, PERSON, password())
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def password() -> str:
    people = yaml.safe_load((ORIGIN / "local" / "people.yaml").read_text())
    return str(people[PERSON]["password"])


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory, default_stack: Path) -> Iterator[Connected]:
    page = next(block for block in BLOCKS if block.page == "docs/connect.md" and block.kind == "yaml local")
    shown = page.text.replace(":4180/", f":{PORTS['oauth2-proxy']}/").replace(":8080/", f":{PORTS['Spring']}/")
    with Checkout(tmp_path_factory.mktemp("connect"), default_stack) as checkout:
        clients = yaml.safe_load(shown)["config"]["identity:clients"]
        clients["web"]["callbackUrls"].append(REDIRECT)
        checkout.config(clients=clients)
        assert checkout.local("https", "--tls-port", str(PORTS["HTTPS"])).status == 0
        checkout.run("up")
        exported = checkout.ran("-m", "cli", "export")
        assert exported.status == 0, exported.stderr
        files = checkout.root / ".local/export/local"
        lines = shlex.split((files / "identity.env").read_text())
        yield Connected(files, dict(line.split("=", 1) for line in lines))


@pytest.fixture(scope="module")
def tokens(connected: Connected) -> Mapping[str, str]:
    """Return the tokens from openid-client after a sign-in and one refresh."""
    given: Mapping[str, str] = connected.node("openid-client.mjs")
    return given


@pytest.fixture(scope="module")
def token(tokens: Mapping[str, str]) -> str:
    """Return the refreshed access token."""
    return tokens["accessToken"]


def subject_of(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})["sub"]


def test_openid_client_signs_in_and_renews(token: str) -> None:
    assert subject_of(token)


def test_oidc_client_ts_signs_in(connected: Connected, token: str) -> None:
    assert connected.node("oidc-client-ts.mjs")["subject"] == subject_of(token)


def test_amplify_signs_in_by_its_own_file(connected: Connected, token: str) -> None:
    assert connected.node("amplify.mjs", PERSON, password())["subject"] == subject_of(token)


def test_amplify_signs_in_by_the_pages_over_https(connected: Connected, token: str, tmp_path: Path) -> None:
    bundler = [str(npm.installed() / "node_modules/.bin/esbuild"), "--bundle", "--format=esm", "--log-level=warning"]
    source = str(npm.FOLDER / "amplify-redirect.mjs")
    subprocess.run([*bundler, source, f"--outfile={tmp_path / 'app.js'}"], check=True, timeout=TIMEOUT)
    shutil.copy(connected.files / "amplify_outputs.json", tmp_path)
    (tmp_path / "redirect.html").write_text('<!doctype html><script type="module" src="/app.js"></script>')
    serve = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with (
        servers.running([*serve, str(PORTS["Amplify"])], REDIRECT, tmp_path / "log", os.environ),
        chromium(tmp_path / "profile", any_certificate=True) as browser,
    ):
        browser.implicitly_wait(TIMEOUT)
        browser.get(REDIRECT)
        browser.find_element(By.ID, "username").send_keys(PERSON)
        browser.find_element(By.ID, "password").send_keys(password())
        browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        WebDriverWait(browser, TIMEOUT).until(lambda page: page.title == subject_of(token))


AMPLIFY = "@aws-amplify/client-config@1.11.1"
AMPLIFY_HASH = "sha512-p5Vw8SVlPq/zNKpXdmq6lb5sqLagUAQJ1ULv816JAFm7CRm28GEQeEmrvIhmve5sHrEkkb+DkBwBjwPtCZLMSQ=="


def test_amplifys_file_is_what_amplifys_schema_takes_and_no_other(connected: Connected, tmp_path: Path) -> None:
    """Check against Amplify's TypeScript types, which are generated from its JSON schema 1.5."""
    made = json.loads((connected.files / "amplify_outputs.json").read_text())
    on_aws = {name: part for name, part in made.items() if name != "custom"}
    no_client = {"auth": {"aws_region": "x", "user_pool_id": "x"}}
    good = {"local": made, "on_aws": on_aws}
    bad = {"key": made | {"endpoint": "x"}, "client": made | no_client, "version": made | {"version": "2"}}
    types = npm.file_of(AMPLIFY, AMPLIFY_HASH, "package/lib/client-config-schema/client_config_v1.5.d.ts")
    (tmp_path / "schema.d.ts").write_bytes(types)
    for name, outputs in (good | bad).items():
        typed = f"import('./schema').AWSAmplifyBackendOutputs = {json.dumps(outputs)}"
        (tmp_path / f"{name}.ts").write_text(f"export const outputs: {typed};")
    compiler = [str(npm.installed() / "node_modules/.bin/tsc"), "--strict", "--noEmit"]
    command = [*compiler, *(f"{name}.ts" for name in good | bad)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert set(re.findall(r"^(\w+)\.ts\(", ran.stdout, re.MULTILINE)) == {*bad}, ran.stdout


def test_auth_js_signs_in_by_its_own_file(connected: Connected) -> None:
    assert connected.node("authjs.mjs")["user"]["email"] == "ada@example.com"


def test_aws_jwt_verify_takes_a_token_of_the_client(connected: Connected, token: str) -> None:
    assert connected.node("aws-jwt-verify.mjs", token)["subject"] == subject_of(token)


def test_aws_jwt_verify_refuses_a_token_of_another_client(connected: Connected) -> None:
    with pytest.raises(AssertionError, match="Client ID not allowed"):
        connected.node("aws-jwt-verify.mjs", connected.machine_token())


def test_newman_runs_the_collection_green_with_a_token(connected: Connected, token: str) -> None:
    command = [str(npm.installed() / "node_modules/.bin/newman"), "run", "identity.postman_collection.json"]
    command += ["-e", "identity.postman_environment.json", "--env-var", f"web.accessToken={token}"]
    ran = subprocess.run(command, cwd=connected.files, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("The access token is accepted") == 2  # once for each client with user sign-in
    assert "The keys are there" in ran.stdout


def test_newman_is_red_with_a_token_that_is_none(connected: Connected) -> None:
    command = [str(npm.installed() / "node_modules/.bin/newman"), "run", "identity.postman_collection.json"]
    command += ["-e", "identity.postman_environment.json", "--env-var", "web.accessToken=e30.e30.e30"]
    ran = subprocess.run(command, cwd=connected.files, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert ran.returncode != 0, ran.stdout


@pytest.fixture
def variables(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in connected.values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("variables")
def test_pyjwt_takes_a_token_with_the_scope_and_no_other(connected: Connected, token: str) -> None:
    from examples.connect import pyjwt_api

    api = importlib.reload(pyjwt_api)  # the module reads its environment variables at import
    assert api.checked(token, READ)["sub"] == subject_of(token)
    assert api.checked(connected.machine_token(), READ)["client_id"]
    for bad, scope in ((token, "project.read"), (f"{token[:-8]}AAAAAAAA", READ)):
        with pytest.raises(jwt.InvalidTokenError):
            api.checked(bad, scope)


@pytest.mark.usefixtures("variables")
def test_authlib_signs_in(token: str) -> None:
    from examples.connect import authlib_client

    url, kept = authlib_client.begin()
    tokens = authlib_client.end(back_from(url), kept)
    assert subject_of(tokens["access_token"]) == subject_of(token)


def test_the_aws_cli_speaks_to_the_local_stack(connected: Connected) -> None:
    lines = next(block for block in BLOCKS if block.page == "docs/connect.md" and "aws cognito-idp" in block.text).text
    root, tools = connected.files.parents[2], Path(sys.executable).parent
    script = lines.replace("$(make env)", f"$({sys.executable} -m local env)").replace("aws cog", f"{tools}/aws cog")
    ran = subprocess.run(
        ["bash", "-euc", script], cwd=root, env=connected.environment, capture_output=True, text=True, check=False
    )
    assert [user["Username"] for user in json.loads(ran.stdout)["Users"]] == ["ada", "grace"], ran.stderr


@pytest.fixture(scope="module")
def spring(connected: Connected, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("spring") / "log"
    with web_apps.spring(PORTS["Spring"], connected.files / "application.yaml", log) as url:
        yield url


def test_spring_takes_access_tokens_with_the_scope_and_no_others(
    connected: Connected, spring: str, tokens: Mapping[str, str]
) -> None:
    token = tokens["accessToken"]

    def asked(bearer: str) -> httpx2.Response:
        return http.get(f"{spring}/projects", headers={"Authorization": f"Bearer {bearer}"})

    assert asked(token).text == subject_of(token)
    assert asked(connected.machine_token()).status_code == 200
    assert asked(tokens["idToken"]).status_code == 403
    assert asked(f"{token[:-8]}AAAAAAAA").status_code == 401
    assert http.get(f"{spring}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 403


def test_spring_signs_in(spring: str, token: str) -> None:
    with web_apps.signed_in(f"{spring}/oauth2/authorization/cognito", back_from) as browser:
        assert browser.get(f"{spring}/me").text == subject_of(token)
        assert browser.get(f"{spring}/projects").status_code == 403  # the user's token response has no scopes


def test_oauth2_proxy_signs_in(connected: Connected, tmp_path: Path) -> None:
    """A shell reads the page's environment variables."""
    script = (npm.EXAMPLES / "oauth2_proxy.sh").read_text() + "\nenv -0\n"
    root = connected.files.parents[2]
    shell = subprocess.run(["bash", "-euc", script], cwd=root, capture_output=True, text=True, check=True)
    found = dict(line.split("=", 1) for line in shell.stdout.split("\0") if line)
    given = {name: value for name, value in found.items() if name.startswith("OAUTH2_PROXY_")}
    assert given["OAUTH2_PROXY_COOKIE_SECURE"] == "false"  # only Chrome sends secure cookies to localhost
    with web_apps.oauth2_proxy(PORTS["oauth2-proxy"], given, tmp_path / "log") as url:
        assert http.get(url).status_code == 403
        with web_apps.signed_in(f"{url}/oauth2/start", back_from) as browser:
            assert browser.get(url).status_code == 202
            assert browser.get(f"{url}/oauth2/userinfo").json()["email"] == f"{PERSON}@example.com"
