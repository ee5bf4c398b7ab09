"""The IAM policies for APIs: each allows only to read, one kind of resource, of this stack."""

import json
from typing import Any

from local.aws_plugin.emulator import model
from tests.support.program import Deploy


def statement(document: str) -> dict[str, Any]:
    (only,) = json.loads(document)["Statement"]
    assert only["Effect"] == "Allow"
    return dict(only)


def operations(allowed: dict[str, Any], service: str) -> set[str]:
    named = {action.removeprefix(f"{service}:") for action in allowed["Action"]}
    assert named <= set(model(service).operation_names)
    return named


def test_to_read_the_pool_is_to_see_its_people_and_groups_and_no_secret(deploy: Deploy) -> None:
    run = deploy({"product": "acme"})
    allowed = statement(run.outputs["policyDocuments"]["readPool"])
    assert allowed["Resource"] == [run.outputs["userPoolArn"]]
    read = operations(allowed, "cognito-idp")
    assert {"AdminGetUser", "AdminListGroupsForUser", "ListUsers"} <= read
    assert "DescribeUserPoolClient" not in read
    for operation in read:
        assert operation.startswith(("AdminGet", "AdminList", "Get", "List")), operation


def test_to_verify_tokens_is_to_read_the_parameters_of_this_stack(deploy: Deploy) -> None:
    assert "verifyTokens" not in deploy({"product": "acme"}).outputs["policyDocuments"]
    assert "verifyTokens" not in deploy({"product": "acme", "publish": {"secrets": True}}).outputs["policyDocuments"]
    run = deploy({"product": "acme", "environment": "dev", "publish": {"ssm": "/{product}/{environment}/auth"}})
    allowed = statement(run.outputs["policyDocuments"]["verifyTokens"])
    path = (
        ":".join(run.outputs["userPoolArn"].replace("cognito-idp", "ssm").split(":")[:5]) + ":parameter/acme/dev/auth"
    )
    assert allowed["Resource"] == [path, f"{path}/*"]
    assert all(operation.startswith("GetParameter") for operation in operations(allowed, "ssm"))
