"""The templates of docs/adding-an-api.md: the plain one deployed as it is printed and called with real tokens."""

import contextlib
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest
import yaml

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
def deployed(whole: Whole) -> Deployed:
    cognito, cloudformation = whole.client("cognito-idp"), whole.client("cloudformation")
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]
    server = {
        "Identifier": API,
        "Name": API,
        "Scopes": [{"ScopeName": item, "ScopeDescription": item} for item in SCOPES],
    }
    cognito.create_resource_server(UserPoolId=pool["Id"], **server)
    for name, template, given in (("identity", EXPORT, {"Pool": pool["Arn"]}), ("api", TEMPLATE, {})):
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=parameters)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2})
    (stack,) = cloudformation.describe_stacks(StackName="api")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Deployed(whole, outputs, {scope: _token(whole, cognito, pool["Id"], scope) for scope in SCOPES})


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


def parsed(template: str) -> dict[str, Any]:
    """With CloudFormation's own tags as plain values."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda _loader, _tag, node: node.value)
    content: dict[str, Any] = yaml.load(template, Loader)  # noqa: S506 - a SafeLoader, with tags that make plain values
    return content


def test_the_sam_template_asks_for_the_same_pool_and_scope() -> None:
    plain, sam = parsed(TEMPLATE), parsed(SAM)
    assert sam["Transform"] == "AWS::Serverless-2016-10-31"
    assert sam["Parameters"] == plain["Parameters"]
    (api,) = (
        resource["Properties"] for resource in sam["Resources"].values() if resource["Type"] == "AWS::Serverless::Api"
    )
    authorizer = api["Auth"]["Authorizers"][api["Auth"]["DefaultAuthorizer"]]
    resources = plain["Resources"]
    assert [authorizer["UserPoolArn"]] == resources["Customers"]["Properties"]["ProviderARNs"]
    assert authorizer["AuthorizationScopes"] == resources["ListProjects"]["Properties"]["AuthorizationScopes"]
    (function,) = (
        resource["Properties"]
        for resource in sam["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    )
    compile(function["InlineCode"], "InlineCode", "exec")
    assert [event["Type"] for event in function["Events"].values()] == ["Api"]
