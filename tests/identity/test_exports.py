"""CloudFormation exports and their names for other repositories."""

import json
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.identity.test_guard import change, state_of
from tests.identity.test_settings import settled
from tests.support.program import Deploy, Run

CONFIG: dict[str, Any] = {"product": "focusmark", "zoneName": "focusmark.app", "cloudFormationExports": True}


def exported(run: Run) -> dict[str, str]:
    template = json.loads(run.resources["exports"].inputs["templateBody"])
    return {output["Export"]["Name"]: output["Value"] for output in template["Outputs"].values()}


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_the_exports_have_the_names_that_templates_import(deploy: Deploy, stack: str) -> None:
    run = deploy(CONFIG, stack=stack)
    assert exported(run) == {
        f"focusmark-{stack}-customeruserpoolid": run.outputs["userPoolId"],
        f"focusmark-{stack}-customeruserpoolarn": run.outputs["userPoolArn"],
        f"focusmark-{stack}-certificate-auth": run.outputs["certificateArn"],
    }


def test_without_a_certificate_none_is_exported(deploy: Deploy) -> None:
    run = deploy(CONFIG | {"zoneName": "none"})
    assert sorted(exported(run)) == ["focusmark-local-customeruserpoolarn", "focusmark-local-customeruserpoolid"]


def test_nothing_is_exported_unless_asked_for(deploy: Deploy) -> None:
    assert "exports" not in deploy({"product": "focusmark", "zoneName": "focusmark.app"}).resources


def test_the_stack_makes_nothing_and_is_named_and_tagged_as_the_rest(deploy: Deploy) -> None:
    run = deploy(CONFIG)
    made = run.resources["exports"]
    resources = json.loads(made.inputs["templateBody"])["Resources"]
    assert [resource["Type"] for resource in resources.values()] == ["AWS::CloudFormation::WaitConditionHandle"]
    assert made.inputs["name"] == "focusmark-local-auth-exports"
    assert made.inputs["tags"] == run.one("UserPool").inputs["tags"]


def test_the_certificate_is_exported_once_it_is_issued(deploy: Deploy) -> None:
    assert {"customers", "certificate-validation"} <= deploy(CONFIG).resources["exports"].waits_for


def test_the_description_stays_for_cloudformation_refuses_an_update_of_it_alone(deploy: Deploy) -> None:
    template = json.loads(deploy(CONFIG).resources["exports"].inputs["templateBody"])
    assert template["Description"] == "The sign-in of this environment, for templates that import it."


@pytest.mark.parametrize("protect", [True, False])
def test_the_exports_are_protected_as_the_pool_is(deploy: Deploy, protect: bool) -> None:
    run = deploy(CONFIG | {"protect": protect})
    assert run.resources["exports"].protect is run.one("UserPool").protect is protect


def test_the_order_of_the_values_changes_nothing(deploy: Deploy) -> None:
    names = [("postman", "old-postman"), ("windowscli", "old-windowscli")]
    first, second = (
        deploy({"product": "focusmark", "cloudFormationExports": {"clients": dict(order)}}).resources["exports"]
        for order in (names, reversed(names))
    )
    assert first.inputs["templateBody"] == second.inputs["templateBody"]


@pytest.mark.parametrize(
    "config",
    [
        {"cloudFormationExports": "yes"},
        {"cloudFormationExports": True, "product": "1acme"},
        {"cloudFormationExports": True, "product": "a" * 63, "environment": "b" * 63, "domainPrefix": "short"},
    ],
    ids=["no flag", "a digit first", "too long"],
)
def test_a_stack_name_that_cloudformation_refuses_is_told_beforehand(config: dict[str, Any]) -> None:
    assert "identity:cloudFormationExports" in [problem.path for problem in settled(config)[1]]


def test_the_same_names_are_no_problem_without_exports() -> None:
    assert not settled({"product": "1acme"})[1]


ENTRY = {"callbackUrls": ["https://app.example"]}
USUAL = {"userPoolId": "focusmark-dev-customeruserpoolid", "userPoolArn": "focusmark-dev-customeruserpoolarn"}


def test_names_of_ones_own_are_exported_and_nothing_else(deploy: Deploy) -> None:
    names = {"userPoolArn": "Old:{product}-{environment}", "clients": {"app": "old-app"}}
    run = deploy({"product": "focusmark", "clients": {"app": ENTRY}, "cloudFormationExports": names}, stack="dev")
    assert exported(run) == {
        "Old:focusmark-dev": run.outputs["userPoolArn"],
        "old-app": run.outputs["clients"]["app"]["clientId"],
    }


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ({"userPool": "x"}, "userPool"),
        ({"userPoolArn": "under_score"}, "userPoolArn"),
        ({"userPoolArn": ""}, "userPoolArn"),
        ({"userPoolArn": "-:"}, "userPoolArn"),
        ({"userPoolArn": "{product}" * 30}, "userPoolArn"),
        ({"userPoolId": "x", "userPoolArn": "x"}, "userPoolArn"),
        ({"userPoolId": "a-b", "userPoolArn": "A:b"}, "userPoolArn"),
        ({"clients": {"ap": "x"}}, "clients.ap"),
    ],
)
def test_an_export_that_cannot_be_is_told_beforehand(names: dict[str, Any], path: str) -> None:
    config = {"product": "focusmark", "clients": {"app": ENTRY}, "cloudFormationExports": names}
    assert [problem.path for problem in settled(config)[1]] == [f"identity:cloudFormationExports.{path}"]


@pytest.mark.parametrize(
    ("after", "key", "named"),
    [
        ({**USUAL, "userPoolArn": "new"}, ".userPoolArn", "customeruserpoolarn"),
        ({"userPoolArn": USUAL["userPoolArn"]}, ".userPoolId", "customeruserpoolid"),
        (
            {"userPoolId": USUAL["userPoolArn"], "userPoolArn": USUAL["userPoolId"]},
            ".userPoolId",
            "customeruserpoolarn",
        ),
    ],
    ids=["renamed", "taken out", "exchanged"],
)
def test_an_export_that_others_may_import_keeps_name_and_value(
    deploy: Deploy, after: dict[str, str], key: str, named: str
) -> None:
    before = {"product": "focusmark", "protect": True, "cloudFormationExports": True}
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, {"cloudFormationExports": after})
    fixes = {problem.path: problem.fix for problem in refused.value.problems}
    assert f"[focusmark-dev-auth-exports/focusmark-dev-{named}]" in fixes[f"identity:cloudFormationExports{key}"]


def test_the_usual_names_written_out_are_the_same_template(deploy: Deploy) -> None:
    before = {"product": "focusmark", "protect": True, "cloudFormationExports": True}
    state = state_of(deploy(before, stack="dev"))
    run = deploy({**before, "cloudFormationExports": USUAL}, stack="dev", state=state)
    template = state["urn:pulumi:dev::identity::aws:cloudformation/stack:Stack::exports"]["outputs"]["templateBody"]
    assert run.resources["exports"].inputs["templateBody"] == template
