"""Limits of a pool's attributes: names, numbers, and verification."""

from collections.abc import Mapping
from typing import Any

import pytest

from identity.config import check
from identity.errors import ConfigError, Problem
from identity.user_pool.attribute_names import STANDARD_ATTRIBUTES
from identity.user_pool.attributes import too_many_new
from tests.identity.test_guard import change
from tests.support.program import Deploy, config_of

PATH = "identity:userPool"


def told(**pool: Any) -> tuple[list[Problem], list[Problem]]:
    """Return the errors and the warnings for a pool."""
    found = check(config_of({"product": "acme", "userPool": pool}), "dev")[1]
    return [entry for entry in found if not entry.warning], [entry for entry in found if entry.warning]


@pytest.mark.parametrize("name", STANDARD_ATTRIBUTES)
@pytest.mark.parametrize("attribute", [{}, {"type": "Number"}, {"maxLength": 5}, {"mutable": False}])
def test_no_custom_attribute_takes_the_place_of_a_standard_one(name: str, attribute: dict[str, Any]) -> None:
    for written in (name, name.upper(), name.title()):
        problems, _ = told(customAttributes={written: attribute})
        assert [problem.path for problem in problems] == [f"{PATH}.customAttributes.{written}"]
        assert "Cognito's standard attributes" in problems[0].allowed
        assert name in problems[0].fix


@pytest.mark.parametrize("name", ["custom:tenant", "dev:custom:tenant"])
def test_a_name_that_has_cognitos_prefix_is_refused_with_the_name_to_write(name: str) -> None:
    problems, _ = told(customAttributes={name: {}})
    assert 'write "tenant"' in problems[0].fix


@pytest.mark.parametrize("name", ["sbx:client_id", "a", "e-mail", "my_email", "emails", "größe", "x" * 20, "a/b", "$"])
def test_a_name_that_aws_takes_is_taken(name: str) -> None:
    assert told(customAttributes={name: {}}) == ([], [])


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 21, "a\tb", "a\x00", "a\u200bb"])
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    problems, _ = told(customAttributes={name: {}})
    assert [problem.path for problem in problems] == [f"{PATH}.customAttributes.{name}"]


@pytest.mark.parametrize(("count", "refused"), [(49, False), (50, True), (51, True), (120, True)])
def test_a_pool_has_at_most_fifty_attributes_with_the_standard_one(count: int, refused: bool) -> None:
    problems, _ = told(customAttributes={f"a{n}": {} for n in range(count)})
    assert [problem.path for problem in problems] == [f"{PATH}.customAttributes"] * refused
    for problem in problems:
        assert f"{count} attributes" in problem.received
        assert "at most 49" in problem.allowed


@pytest.mark.parametrize(
    ("pool", "path"),
    [
        ({"autoVerifiedAttributes": ["phone_number"]}, "autoVerifiedAttributes[0]"),
        ({"autoVerifiedAttributes": ["email", "phone_number"]}, "autoVerifiedAttributes[1]"),
        (
            {"aliasAttributes": ["phone_number"], "autoVerifiedAttributes": ["email", "phone_number"]},
            "autoVerifiedAttributes[1]",
        ),
    ],
)
def test_what_nobody_could_ever_verify_is_refused(pool: dict[str, Any], path: str) -> None:
    problems, _ = told(**pool)
    assert [problem.path for problem in problems] == [f"{PATH}.{path}"]
    assert problems[0].fix


@pytest.mark.parametrize(
    "pool", [{}, {"aliasAttributes": ["email"]}, {"aliasAttributes": ["email", "preferred_username"]}]
)
def test_an_alias_that_gets_verified_is_taken_without_a_word(pool: dict[str, Any]) -> None:
    assert told(**pool) == ([], [])


def test_a_pool_that_verifies_nothing_is_warned_of() -> None:
    problems, warnings = told(autoVerifiedAttributes=[])
    assert not problems
    assert [warning.path for warning in warnings] == [f"{PATH}.autoVerifiedAttributes"]


@pytest.mark.parametrize("bounds", [{}, {"minValue": 1}, {"maxValue": 9}, {"minValue": 1, "maxValue": 9}])
def test_a_number_always_sends_its_block_of_bounds(deploy: Deploy, bounds: Mapping[str, int]) -> None:
    run = deploy({"product": "acme", "userPool": {"customAttributes": {"n": {"type": "Number", **bounds}}}})
    (schema,) = (attribute for attribute in run.one("UserPool").inputs["schemas"] if attribute["name"] == "n")
    assert schema["numberAttributeConstraints"] == {key: str(value) for key, value in bounds.items()}


def test_an_update_adds_at_most_twenty_five_attributes() -> None:
    new = [f"a{n:02}" for n in range(27)]
    assert too_many_new([], new[:25]) == []
    assert too_many_new([], new) == ["a25", "a26"]
    assert too_many_new(["email", "custom:a00", "custom:a01"], new) == []


def test_more_new_attributes_than_an_update_adds_are_refused_before_anything_is_made(deploy: Deploy) -> None:
    def attributes(count: int) -> dict[str, Any]:
        return {"userPool": {"customAttributes": {f"a{n:02}": {} for n in range(count)}}}

    with pytest.raises(ConfigError) as refused:
        change(deploy, attributes(4), attributes(30))
    (problem,) = refused.value.problems
    assert problem.path == f"{PATH}.customAttributes"
    assert "a29" in problem.fix
