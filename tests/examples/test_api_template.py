"""The templates of docs/adding-an-api.md, deployed as they are printed and called with real tokens."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest

from local import emulator, keys
from tests.support import http
from tests.support.program import REGION, ROOT
from tests.test_docs import BLOCKS

HEADER = "x-of-this-test"
SCOPES = ("project.read", "project.write")
API = "app.focusmark.api.project"
(TEMPLATE,) = (
    block.text for block in BLOCKS if block.kind == "yaml template" and block.page.endswith("adding-an-api.md")
)
(SAM,) = (block.text for block in BLOCKS if block.kind == "yaml sam")
# What AWS does to a SAM template, by its own library, in an environment apart: it wants another pydantic than we have.
TRANSLATOR = ("aws-sam-translator==1.115.0", "pyyaml==6.0.3")
EXPAND = """
import json, sys, boto3
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
template = yaml_parse(sys.stdin.read())
given = {name: one["Default"] for name, one in template["Parameters"].items()}
print(json.dumps(transform(template, given, ManagedPolicyLoader(boto3.client("iam")))))
"""
EXPORT = """
Parameters: {Pool: {Type: String}}
Resources: {Nothing: {Type: AWS::CloudFormation::WaitConditionHandle}}
Outputs:
  Arn: {Value: !Ref Pool, Export: {Name: focusmark-local-customeruserpoolarn}}
"""


@dataclass(frozen=True)
class Whole:
    """The emulator with all its services, for this test alone."""

    url: str
    key: str

    def client(self, service: str) -> Any:
        made = boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=keys.own().id,
            aws_secret_access_key=keys.own().secret,
        )
        made.meta.events.register("before-sign", lambda request, **_: request.headers.add_header(HEADER, self.key))
        return made

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {HEADER: self.key, **more.pop("headers", {})}
        return http.request(method, f"{self.url}{path}", headers=headers, timeout=30, **more)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    port, key = emulator.free_port(), secrets.token_hex(16)
    log = tmp_path_factory.mktemp("whole") / "log"
    command, environment = emulator.served(port, keys.own(), log.parent)
    command = ["tests.support.whole_emulator:app" if word == "local.gateway:app" else word for word in command]
    environment |= {"TEST_KEY": key}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    there = Whole(f"http://127.0.0.1:{port}", key)
    try:
        _wait(there, process, log)
        yield there
    finally:
        process.terminate()
        process.wait(30)


def _wait(there: Whole, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.TransportError):
            if there.request("GET", "/_ministack/health").is_success:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


@dataclass(frozen=True)
class Deployed:
    """The template's stack, and a machine's token for each scope."""

    whole: Whole
    outputs: dict[str, str]
    tokens: dict[str, str]

    def call(self, token: str | None) -> httpx2.Response:
        """Call the output `Url`, by the path that the emulator has for it."""
        host, stage, path = self.outputs["Url"].removeprefix("https://").split("/", 2)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        api = host.partition(".")[0]
        return self.whole.request("GET", f"/restapis/{api}/{stage}/_user_request_/{path}", headers=headers)


@pytest.fixture(scope="module")
def pool_id(whole: Whole) -> str:
    """A pool that is exported as the identity stack does it."""
    cognito = whole.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]
    server = {
        "Identifier": API,
        "Name": API,
        "Scopes": [{"ScopeName": item, "ScopeDescription": item} for item in SCOPES],
    }
    cognito.create_resource_server(UserPoolId=pool["Id"], **server)
    _outputs(whole, "identity", EXPORT, Pool=pool["Arn"])
    return str(pool["Id"])


@pytest.fixture(scope="module", params=["plain", "sam"])
def deployed(whole: Whole, pool_id: str, request: pytest.FixtureRequest) -> Deployed:
    outputs = _outputs(whole, request.param, TEMPLATE if request.param == "plain" else _expanded())
    cognito = whole.client("cognito-idp")
    return Deployed(whole, outputs, {scope: _token(whole, cognito, pool_id, scope) for scope in SCOPES})


def _expanded() -> str:
    """The SAM template as AWS makes it a plain one."""
    packages = [word for package in TRANSLATOR for word in ("--with", package)]
    uv = [str(Path(sys.executable).parent / "uv"), "run", "--quiet", "--no-project", "--isolated"]
    command = [*uv, "--python", sys.executable, *packages, "python", "-c", EXPAND]
    settings = {**os.environ, "AWS_DEFAULT_REGION": REGION}
    ran = subprocess.run(command, input=SAM, env=settings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _outputs(whole: Whole, name: str, template: str, **given: str) -> dict[str, str]:
    """Those of a CloudFormation stack that is made."""
    cloudformation = whole.client("cloudformation")
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    may = ["CAPABILITY_IAM"]
    cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=parameters, Capabilities=may)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2})
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _token(whole: Whole, cognito: Any, pool_id: str, scope: str) -> str:
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=scope,
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"{API}/{scope}"],
        AllowedOAuthFlowsUserPoolClient=True,
    )["UserPoolClient"]
    answer = whole.request(
        "POST",
        "/oauth2/token",
        data={"grant_type": "client_credentials", "scope": f"{API}/{scope}"},
        auth=(client["ClientId"], client["ClientSecret"]),
    )
    return str(answer.raise_for_status().json()["access_token"])


def test_the_api_answers_who_has_the_scope(deployed: Deployed) -> None:
    answer = deployed.call(deployed.tokens["project.read"])
    assert (answer.status_code, answer.text.strip()) == (200, "[]")


@pytest.mark.parametrize("token", [None, "", "no.token.atall", "project.write"])
def test_nobody_else_gets_an_answer(deployed: Deployed, token: str | None) -> None:
    assert deployed.call(deployed.tokens.get(token or "", token)).status_code == 401


def test_a_request_without_the_tests_own_header_is_refused(whole: Whole) -> None:
    assert http.get(f"{whole.url}/_ministack/health").status_code == 403
