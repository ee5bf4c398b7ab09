"""The guard and attributes: Cognito can only add them to a pool, so any other change is refused before AWS fails."""

from typing import Any

import pytest

from identity import facts
from identity.errors import ConfigError
from tests.identity.test_guard import BASE, POOL_ID, change, state_of
from tests.support.program import Deploy

TEXT = {"minLength": 1, "maxLength": 64}
NUMBER = {"type": "Number", "minValue": 0, "maxValue": 10}


def attributes(**given: Any) -> dict[str, Any]:
    return {"userPool": {"customAttributes": given}}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (TEXT, {**TEXT, "maxLength": 128}, "maxLength 128"),
        (TEXT, {**TEXT, "minLength": 0}, "minLength 0"),
        (TEXT, {}, "maxLength 2048"),
        (TEXT, {"bounded": False}, "maxLength null"),
        ({"bounded": False}, {}, "minLength 0"),
        (NUMBER, {**NUMBER, "maxValue": 11}, "maxValue 11"),
        (NUMBER, {"type": "Number"}, "maxValue null"),
        (NUMBER, TEXT, 'type "String"'),
        ({"mutable": False}, {"mutable": True}, "mutable true"),
    ],
)
def test_no_part_of_an_attribute_changes(
    deploy: Deploy, before: dict[str, Any], after: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, attributes(tenant=before), {**attributes(tenant=after), "allowLoss": [POOL_ID]})
    (problem,) = [item for item in refused.value.problems if item.path.endswith("customAttributes.tenant")]
    assert told in problem.received


@pytest.mark.parametrize("same", [{}, TEXT, NUMBER, {"bounded": False}, {"type": "Number"}, {"minLength": 0}])
def test_an_attribute_that_stays_as_it_is_is_not_in_the_way(deploy: Deploy, same: dict[str, Any]) -> None:
    assert change(deploy, attributes(tenant=same), attributes(tenant=same, more={})).of_type("UserPool")


def standard(name: str, **changed: Any) -> dict[str, Any]:
    return {"name": name, "attributeDataType": "String", "mutable": True, "required": False, **changed}


def with_schemas(deploy: Deploy, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    state = state_of(deploy(BASE, stack="dev"))
    for resource in state.values():
        if resource["type"] == facts.USER_POOL:
            resource["outputs"]["schemas"] = schemas
    return state


EMAIL = standard("email", required=True, stringAttributeConstraints={"minLength": "0", "maxLength": "2048"})


@pytest.mark.parametrize(
    "more",
    [
        [],
        [standard("birthdate", stringAttributeConstraints={"minLength": "10", "maxLength": "10"})],
        [standard("given_name"), standard("updated_at", attributeDataType="Number")],
        [standard("sub", required=True, mutable=False)],
        [standard("email_verified", attributeDataType="Boolean"), standard("birthdate", developerOnlyAttribute=False)],
    ],
)
def test_a_standard_attribute_that_aws_answers_with_is_no_loss(deploy: Deploy, more: list[dict[str, Any]]) -> None:
    assert deploy(BASE, stack="dev", state=with_schemas(deploy, [EMAIL, *more])).of_type("UserPool")


@pytest.mark.parametrize(
    ("schemas", "told"),
    [
        ([{**EMAIL, "required": False}], "required false"),
        ([{**EMAIL, "mutable": False}], "mutable false"),
        ([{**EMAIL, "stringAttributeConstraints": {"minLength": "0", "maxLength": "100"}}], "maxLength 100"),
        ([EMAIL, standard("given_name", required=True)], "required true"),
        ([EMAIL, standard("phone_number", mutable=False)], "mutable false"),
        ([standard("given_name")], "required false"),
        ([], "required false"),
    ],
)
def test_a_standard_attribute_that_is_otherwise_is_refused_and_never_called_custom(
    deploy: Deploy, schemas: list[dict[str, Any]], told: str
) -> None:
    state = with_schemas(deploy, schemas)
    with pytest.raises(ConfigError) as refused:
        deploy({**BASE, "allowLoss": [POOL_ID]}, stack="dev", state=state)
    told_of = [problem for problem in refused.value.problems if told in problem.allowed]
    assert told_of
    assert not any("customAttributes" in problem.path for problem in told_of)


@pytest.mark.parametrize(
    "attribute",
    [
        standard("custom:email", attributeDataType="String"),
        standard("custom:" + "x" * 21, attributeDataType="String"),
    ],
)
@pytest.mark.parametrize("written", [{}, {"level": {}}])
def test_an_attribute_that_the_config_has_no_word_for_is_none_to_put_back(
    deploy: Deploy, attribute: dict[str, Any], written: dict[str, Any]
) -> None:
    state = with_schemas(deploy, [EMAIL, attribute])
    with pytest.raises(ConfigError) as refused:
        deploy({**BASE, "userPool": {"customAttributes": written}}, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert problem.fix.startswith("do not update")
    assert "restore it" not in problem.fix


@pytest.mark.parametrize("name", ["dev:custom:level", "level"])
def test_an_attribute_of_developers_is_said_like_any_other(deploy: Deploy, name: str) -> None:
    state = with_schemas(deploy, [EMAIL, standard(name, developerOnlyAttribute=True)])
    level = {"developerOnly": True, "bounded": False}
    assert deploy({**BASE, **attributes(level=level)}, stack="dev", state=state).of_type("UserPool")
    with pytest.raises(ConfigError):
        deploy({**BASE, **attributes(level={"bounded": False})}, stack="dev", state=state)


def test_a_pool_of_email_addresses_for_user_names_is_not_replaced(deploy: Deploy) -> None:
    config = {**BASE, "userPool": {"aliasAttributes": []}}
    state = state_of(deploy(config, stack="dev"))
    for resource in state.values():
        if resource["type"] == facts.USER_POOL:
            resource["outputs"]["usernameAttributes"] = ["email"]
    with pytest.raises(ConfigError, match="usernameAttributes"):
        deploy(config, stack="dev", state=state)
