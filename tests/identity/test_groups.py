"""Groups: validation, resources, and losses of their members."""

from typing import Any

import pytest

from identity.errors import ConfigError
from local.aws_plugin.emulator import model
from tests.identity.test_guard import change
from tests.support.program import Deploy, config_errors

ROLE = "arn:aws:iam::123456789012:role/support"
POOL = "us-west-2_Pool1"
GROUPS = {"support": {"description": "Helps people", "precedence": 10, "roleArn": ROLE}}


@pytest.mark.parametrize(
    ("groups", "path"),
    [
        ({"a b": {}}, "a b"),
        ({"": {}}, ""),
        ({"x" * 129: {}}, "x" * 129),
        ({"a": {"precedence": -1}}, "a.precedence"),
        ({"a": {"precedence": 2**31}}, "a.precedence"),
        ({"a": {"roleArn": "support"}}, "a.roleArn"),
        ({"a": {"description": "x" * 2049}}, "a.description"),
        ({"a": {"role": ROLE}}, "a.role"),
    ],
)
def test_what_aws_refuses_is_told_with_its_path(groups: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in config_errors({"product": "acme", "groups": groups})] == [
        f"identity:groups.{path}"
    ]


def test_a_group_has_its_key_for_a_name(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "groups": {**GROUPS, "team:über": None}})
    made = {resource.inputs["name"]: resource.inputs for resource in run.of_type("UserGroup")}
    assert made["support"].items() >= {"description": "Helps people", "precedence": 10, "roleArn": ROLE}.items()
    assert made.keys() == {"support", "team:über"}


def test_a_description_is_bounded_as_in_awss_model() -> None:
    shape = model("cognito-idp").operation_model("CreateGroup").input_shape
    assert shape
    assert shape.members["Description"].metadata["max"] == 2048
    assert shape.members["GroupName"].metadata["max"] == 128


@pytest.mark.parametrize(
    ("after", "path", "named"),
    [
        ({}, "support", f"{POOL}/support"),
        ({"support": {**GROUPS["support"], "precedence": 20}}, "support.precedence", f"{POOL}/support/precedence"),
        ({"support": {"description": "Helps people"}}, "support.roleArn", f"{POOL}/support/roleArn"),
    ],
)
def test_under_protect_what_members_would_lose_is_refused(
    deploy: Deploy, after: dict[str, Any], path: str, named: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"groups": GROUPS, "protect": True}, {"groups": after})
    problems = {problem.path: problem for problem in refused.value.problems}
    assert f"identity:allowLoss: [{named}]" in problems[f"identity:groups.{path}"].fix


def test_without_protect_a_group_goes_with_a_warning(deploy: Deploy, caplog: pytest.LogCaptureFixture) -> None:
    assert not change(deploy, {"groups": GROUPS}, {"groups": {}}).of_type("UserGroup")
    assert "All members of support would lose the group" in caplog.text


def test_another_description_and_one_more_group_lose_nothing(deploy: Deploy) -> None:
    after = {"support": {**GROUPS["support"], "description": "Other"}, "more": {}}
    assert change(deploy, {"groups": GROUPS, "protect": True}, {"groups": after}).of_type("UserPool")
