"""The settings of the user pool, one by one."""

from typing import Any

import pytest

from identity.errors import ConfigError
from identity.facts import USER_POOL
from tests.support.program import Deploy

PASSWORD_POLICY = {
    "minimumLength": 8,
    "requireLowercase": True,
    "requireUppercase": True,
    "requireNumbers": False,
    "requireSymbols": False,
    "temporaryPasswordValidityDays": 14,
    "passwordHistorySize": 0,
}
EMAIL = {
    "name": "email",
    "attributeDataType": "String",
    "mutable": True,
    "required": True,
    "stringAttributeConstraints": {"minLength": "0", "maxLength": "2048"},
}


def pool(deploy: Deploy, **settings: Any) -> dict[str, Any]:
    return deploy({"product": "acme", "userPool": settings}).one("UserPool").inputs


def test_the_pool_is_the_deployed_one(deploy: Deploy) -> None:
    inputs = pool(deploy)
    assert inputs["aliasAttributes"] == ["preferred_username"]
    assert inputs["autoVerifiedAttributes"] == ["email"]
    assert inputs["usernameConfiguration"] == {"caseSensitive": False}
    assert inputs["verificationMessageTemplate"] == {"defaultEmailOption": "CONFIRM_WITH_LINK"}
    assert inputs["passwordPolicy"] == PASSWORD_POLICY
    assert inputs["schemas"] == [EMAIL]


def test_one_exemption_leaves_the_rest_as_it_was(deploy: Deploy) -> None:
    assert pool(deploy, passwordPolicy={"minimumLength": 12})["passwordPolicy"] == {
        **PASSWORD_POLICY,
        "minimumLength": 12,
    }


@pytest.mark.parametrize(
    ("attribute", "schema"),
    [
        ({}, {"attributeDataType": "String", "stringAttributeConstraints": {"minLength": "0", "maxLength": "2048"}}),
        (
            {"minLength": 1, "maxLength": 9},
            {"attributeDataType": "String", "stringAttributeConstraints": {"minLength": "1", "maxLength": "9"}},
        ),
        ({"bounded": False}, {"attributeDataType": "String", "stringAttributeConstraints": {}}),
        ({"type": "Number"}, {"attributeDataType": "Number", "numberAttributeConstraints": {}}),
        (
            {"type": "Number", "minValue": 0, "maxValue": 9},
            {"attributeDataType": "Number", "numberAttributeConstraints": {"minValue": "0", "maxValue": "9"}},
        ),
        ({"type": "Boolean", "mutable": False}, {"attributeDataType": "Boolean", "mutable": False}),
        ({"type": "DateTime"}, {"attributeDataType": "DateTime"}),
    ],
)
def test_a_custom_attribute_is_added_behind_email(
    deploy: Deploy, attribute: dict[str, Any], schema: dict[str, Any]
) -> None:
    expected = {"name": "tenant", "mutable": True, "required": False, **schema}
    assert pool(deploy, customAttributes={"tenant": attribute})["schemas"] == [EMAIL, expected]


def test_a_new_domain_of_the_same_kind_comes_after_the_old_one_has_gone(deploy: Deploy) -> None:
    assert deploy({"product": "acme"}).one("UserPoolDomain").delete_before_replace


@pytest.mark.parametrize(
    ("there", "sensitive", "said"),
    [
        ({}, True, None),
        ({"usernameConfiguration": {"caseSensitive": True}}, True, {"caseSensitive": True}),
        ({"usernameConfiguration": {"caseSensitive": False}}, False, {"caseSensitive": False}),
        (None, True, {"caseSensitive": True}),
        (None, False, {"caseSensitive": False}),
    ],
)
def test_a_pool_that_says_nothing_of_the_case_stays_so_and_is_case_sensitive(
    deploy: Deploy, there: dict[str, Any] | None, sensitive: bool, said: dict[str, Any] | None
) -> None:
    """The provider would treat an explicit value as a change, and replace the pool."""
    outputs = {
        "aliasAttributes": ["preferred_username"],
        "arn": "arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_A",
    }
    known = {} if there is None else {"urn::customers": {"type": USER_POOL, "outputs": outputs | there}}
    run = deploy({"product": "acme", "userPool": {"caseSensitive": sensitive}}, state=known)
    assert run.one("UserPool").inputs.get("usernameConfiguration") == said


def test_a_pool_that_says_nothing_of_the_case_is_not_taken_for_one_that_ignores_it(deploy: Deploy) -> None:
    outputs = {
        "aliasAttributes": ["preferred_username"],
        "arn": "arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_A",
    }
    with pytest.raises(ConfigError, match=r"identity:userPool\.caseSensitive"):
        deploy({"product": "acme"}, state={"urn::customers": {"type": USER_POOL, "outputs": outputs}})
