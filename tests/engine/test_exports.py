"""CloudFormation exports on the emulator: the template of another repository imports them by the old names."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.support.checkout import Checkout

pytestmark = pytest.mark.engine

# A template of another repository after the SAM transform: an API Gateway authorizer for the imported pool.
IMPORTER = {
    "Parameters": {"ProductName": {"Type": "String"}, "TargetEnvironment": {"Type": "String"}},
    "Resources": {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "projects"}},
        "Authorizer": {
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {
                "Name": "customers",
                "Type": "COGNITO_USER_POOLS",
                "IdentitySource": "method.request.header.Authorization",
                "RestApiId": {"Ref": "Api"},
                "ProviderARNs": [
                    {"Fn::ImportValue": {"Fn::Sub": "${ProductName}-${TargetEnvironment}-customeruserpoolarn"}}
                ],
            },
        },
    },
    "Outputs": {"Api": {"Value": {"Ref": "Api"}}},
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, default_stack: Path) -> Iterator[Checkout]:
    with Checkout(tmp_path_factory.mktemp("exports"), default_stack) as made:
        made.config(cloudFormationExports=True)
        assert made.run("up")["create"] == 2
        yield made


@pytest.fixture
def importer(checkout: Checkout) -> Iterator[str]:
    """Deploy a stack that imports the pool's ARN, and yield the id of its API."""
    cloudformation = checkout.aws("cloudformation")
    parameters = {"ProductName": "focusmark", "TargetEnvironment": "local"}
    cloudformation.create_stack(
        StackName="projects-api",
        TemplateBody=json.dumps(IMPORTER),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="projects-api", WaiterConfig={"Delay": 0.2})
    yield cloudformation.describe_stacks(StackName="projects-api")["Stacks"][0]["Outputs"][0]["OutputValue"]
    remove_importer(checkout)


def remove_importer(checkout: Checkout) -> None:
    checkout.aws("cloudformation").delete_stack(StackName="projects-api")
    checkout.aws("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName="projects-api", WaiterConfig={"Delay": 0.2}
    )


def exports(checkout: Checkout) -> dict[str, str]:
    return {export["Name"]: export["Value"] for export in checkout.aws("cloudformation").list_exports()["Exports"]}


def test_the_old_names_have_the_stacks_values(checkout: Checkout) -> None:
    found = checkout.outputs()
    assert exports(checkout) == {
        "focusmark-local-customeruserpoolid": found["userPoolId"],
        "focusmark-local-customeruserpoolarn": found["userPoolArn"],
        "focusmark-local-certificate-auth": found["certificateArn"],
    }


def test_a_template_that_imports_the_pool_deploys(checkout: Checkout, importer: str) -> None:
    authorizers = checkout.aws("apigateway").get_authorizers(restApiId=importer)["items"]
    assert [authorizer["providerARNs"] for authorizer in authorizers] == [[checkout.outputs()["userPoolArn"]]]


def test_exports_cannot_be_turned_off_while_they_are_imported(checkout: Checkout, importer: str) -> None:
    assert importer
    before = exports(checkout)
    checkout.config(cloudFormationExports=False)
    try:
        ran = checkout.local("up")
    finally:
        checkout.config(cloudFormationExports=True)
    assert ran.status == 1
    assert "focusmark-local-customeruserpoolarn is imported by stack projects-api" in ran.said
    assert "Traceback" not in ran.stderr
    assert exports(checkout) == before
    assert set(checkout.run("up")) == {"same"}


def test_a_refused_destroy_leaves_everything(checkout: Checkout, importer: str) -> None:
    assert importer
    before = checkout.inventory()
    ran = checkout.local("destroy")
    assert ran.status == 1
    assert "imported by stack projects-api" in ran.said
    assert checkout.inventory() == before
    assert set(checkout.run("up")) == {"same"}


def test_without_importers_exports_go_and_nothing_else_does(checkout: Checkout) -> None:
    before = checkout.inventory()
    checkout.config(cloudFormationExports=False)
    counted = checkout.run("up")
    assert counted.pop("delete") == 2  # the component and its CloudFormation stack
    assert set(counted) <= {"same", "update"}
    assert not exports(checkout)
    assert checkout.inventory() == before
    with pytest.raises(ClientError, match="does not exist"):
        checkout.aws("cloudformation").describe_stacks(StackName="focusmark-local-auth-exports")
    checkout.config(cloudFormationExports=True)
    assert checkout.run("up")["create"] == 2
    assert len(exports(checkout)) == 3


def test_a_name_that_is_imported_stays_while_others_get_names_of_their_own(checkout: Checkout, importer: str) -> None:
    assert importer
    names = {"userPoolArn": "focusmark-local-customeruserpoolarn", "clients": {"postman": "{product}:postman"}}
    checkout.config(cloudFormationExports=names)
    assert checkout.run("up")["update"] == 1
    found, there = checkout.outputs(), exports(checkout)
    assert there["focusmark-local-customeruserpoolarn"] == found["userPoolArn"]
    assert there["focusmark:postman"] == found["clients"]["postman"]["clientId"]
