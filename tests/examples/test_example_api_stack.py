"""The example program of an API, run against the outputs an identity stack has by its contract."""

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
import pytest

from tests.support.event_loop import own_event_loop

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "api_stack" / "__main__.py"
POOL_ARN = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Abc"
PROJECT_SCOPES = [f"app.acme.api.project/project.{verb}" for verb in ("delete", "read", "write")]


class Mocks(pulumi.runtime.Mocks):
    """Keeps what is registered; the stack reference has the identity stack's outputs."""

    def __init__(self) -> None:
        self.made: list[pulumi.runtime.MockResourceArgs] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args)
        if args.typ == "pulumi:pulumi:StackReference":
            apis = {"project": {"identifier": "app.acme.api.project", "scopes": PROJECT_SCOPES}}
            outputs = {"userPoolArn": POOL_ARN, "apis": apis}
            return args.name, {**args.inputs, "outputs": outputs, "secretOutputNames": []}
        return f"{args.name}-id", {**args.inputs, "rootResourceId": "root", "invokeUrl": "https://api.example/dev"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"The program asks AWS: {args.token}")

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """What was registered of a type: inputs by name."""
        return {args.name: args.inputs for args in self.made if args.typ == f"aws:apigateway/{kind}"}


@pytest.fixture
def mocks() -> Mocks:
    made = Mocks()

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi gives it no types
    def run() -> None:
        runpy.run_path(str(PROGRAM), run_name="__main__")

    with own_event_loop():
        pulumi.runtime.set_mocks(made, project="project-api", stack="dev", preview=False)
        pulumi.runtime.set_all_config({"project-api:identity": "acme/identity/dev"})
        run()
    return made


def test_the_authorizer_trusts_the_identity_stacks_pool(mocks: Mocks) -> None:
    assert [args.name for args in mocks.made if args.typ == "pulumi:pulumi:StackReference"] == ["acme/identity/dev"]
    authorizers = mocks.of_type("authorizer:Authorizer")
    assert authorizers["projects"]["providerArns"] == [POOL_ARN]
    assert authorizers["projects"]["type"] == "COGNITO_USER_POOLS"


@pytest.mark.parametrize(("verb", "method"), [("read", "GET"), ("write", "POST"), ("delete", "DELETE")])
def test_each_method_asks_for_its_own_scope(mocks: Mocks, verb: str, method: str) -> None:
    made = mocks.of_type("method:Method")[f"projects-{verb}"]
    assert made["authorizationScopes"] == [f"app.acme.api.project/project.{verb}"]
    assert (made["httpMethod"], made["authorization"]) == (method, "COGNITO_USER_POOLS")
    assert made["authorizerId"] == "projects-id"


def test_each_method_answers_and_is_deployed(mocks: Mocks) -> None:
    verbs = {f"projects-{verb}" for verb in ("read", "write", "delete")}
    integrations = mocks.of_type("integration:Integration")
    assert set(integrations) == verbs
    for inputs in integrations.values():
        assert json.loads(inputs["requestTemplates"]["application/json"]) == {"statusCode": 200}
    for kind in ("methodResponse:MethodResponse", "integrationResponse:IntegrationResponse"):
        assert {name: inputs["statusCode"] for name, inputs in mocks.of_type(kind).items()} == dict.fromkeys(
            verbs, "200"
        )
    (deployment,) = mocks.of_type("deployment:Deployment").values()
    assert deployment["triggers"]["program"]
    (stage,) = mocks.of_type("stage:Stage").values()
    assert (stage["deployment"], stage["stageName"]) == ("projects-id", "dev")


def test_the_deployment_is_the_last_of_what_it_deploys(mocks: Mocks) -> None:
    made = [args.typ for args in mocks.made]
    assert made.index("aws:apigateway/deployment:Deployment") > max(
        index
        for index, kind in enumerate(made)
        if kind.startswith(("aws:apigateway/integration", "aws:apigateway/method"))
    )
