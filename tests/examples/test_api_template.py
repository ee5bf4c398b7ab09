"""The templates of docs/adding-an-api.md, deployed as they are printed and called with real tokens."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx2
import pytest

from local import keys
from local.environment import REGION
from tests.support import http
from tests.test_docs import BLOCKS

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
class Deployed:
    """The template's stack, and a machine's token for each scope."""

    url: str
    outputs: dict[str, str]
    tokens: dict[str, str]

    def call(self, token: str | None) -> httpx2.Response:
        """Call the output `Url`, by the path that the emulator has for it."""
        host, stage, path = self.outputs["Url"].removeprefix("https://").split("/", 2)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        api = host.partition(".")[0]
        return http.get(f"{self.url}/restapis/{api}/{stage}/_user_request_/{path}", headers=headers, timeout=30)


def client(url: str, service: str) -> Any:
    key = keys.own()
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=key.id, aws_secret_access_key=key.secret
    )


@pytest.fixture(scope="session")
def pool_id(shared_emulator: str) -> str:
    """A pool that is exported as the identity stack does it."""
    cognito = client(shared_emulator, "cognito-idp")
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]
    server = {
        "Identifier": API,
        "Name": API,
        "Scopes": [{"ScopeName": item, "ScopeDescription": item} for item in SCOPES],
    }
    cognito.create_resource_server(UserPoolId=pool["Id"], **server)
    _outputs(shared_emulator, "identity", EXPORT, Pool=pool["Arn"])
    return str(pool["Id"])


@pytest.fixture(scope="session", params=["plain", pytest.param("sam", marks=pytest.mark.engine)])
def deployed(shared_emulator: str, pool_id: str, request: pytest.FixtureRequest) -> Deployed:
    # Another name each time: pytest makes it anew where it comes back to a template.
    name, template = f"{request.param}-{secrets.token_hex(4)}", TEMPLATE if request.param == "plain" else _expanded()
    outputs = _outputs(shared_emulator, name, template)
    return Deployed(shared_emulator, outputs, {scope: _token(shared_emulator, pool_id, scope) for scope in SCOPES})


def _expanded() -> str:
    """The SAM template as AWS makes it a plain one."""
    packages = [word for package in TRANSLATOR for word in ("--with", package)]
    uv = [str(Path(sys.executable).parent / "uv"), "run", "--quiet", "--no-project", "--isolated"]
    command = [*uv, "--python", sys.executable, *packages, "python", "-c", EXPAND]
    settings = {**os.environ, "AWS_DEFAULT_REGION": REGION}
    ran = subprocess.run(command, input=SAM, env=settings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _outputs(url: str, name: str, template: str, **given: str) -> dict[str, str]:
    """Those of a CloudFormation stack that is made."""
    cloudformation = client(url, "cloudformation")
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    may = ["CAPABILITY_IAM"]
    cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=parameters, Capabilities=may)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.2})
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _token(url: str, pool_id: str, scope: str) -> str:
    made = client(url, "cognito-idp").create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=scope,
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"{API}/{scope}"],
        AllowedOAuthFlowsUserPoolClient=True,
    )["UserPoolClient"]
    form = {"grant_type": "client_credentials", "scope": f"{API}/{scope}"}
    answer = http.post(f"{url}/oauth2/token", data=form, auth=(made["ClientId"], made["ClientSecret"]))
    return str(answer.raise_for_status().json()["access_token"])


def test_the_api_answers_who_has_the_scope(deployed: Deployed) -> None:
    answer = deployed.call(deployed.tokens["project.read"])
    assert (answer.status_code, answer.text.strip()) == (200, "[]")


@pytest.mark.parametrize("token", [None, "", "no.token.atall", "project.write"])
def test_nobody_else_gets_an_answer(deployed: Deployed, token: str | None) -> None:
    assert deployed.call(deployed.tokens.get(token or "", token)).status_code == 401
