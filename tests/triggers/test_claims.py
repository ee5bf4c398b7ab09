"""Groups as claims of the access token."""

from typing import Any

import pytest

from triggers.claims.main import handler


def event(groups: list[str] | None) -> dict[str, Any]:
    return {
        "request": {"groupConfiguration": {"groupsToOverride": groups}},
        "response": {"claimsAndScopeOverrideDetails": None},
    }


def test_the_groups_are_a_claim_of_the_access_token_alone() -> None:
    details = handler(event(["support", "staff"]), None)["response"]["claimsAndScopeOverrideDetails"]
    assert details == {"accessTokenGeneration": {"claimsToAddOrOverride": {"roles": ["support", "staff"]}}}


@pytest.mark.parametrize("groups", [[], None])
def test_who_is_in_no_group_has_no_such_claim(groups: list[str] | None) -> None:
    assert handler(event(groups), None) == event(groups)
