"""The Cognito plan that a config requires, and the key that requires it."""

import logging
from typing import Any

import pytest

from identity.config import check
from identity.config.keys import Config
from identity.plan import needs, plan_line
from identity.setting import Plan
from tests.support.program import Deploy, config_errors, config_of

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
LINES: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"mfa": {"mode": "optional", "totp": True}}, None),
    ({"firstFactors": ["password"], "passwordPolicy": {"passwordHistorySize": 0}}, None),
    ({"logs": {"notifications": "90d"}}, None),
    ({"triggers": {"preTokenGeneration": ARN}}, None),
    ({"firstFactors": ["password", "emailOtp"]}, "essentials: userPool.firstFactors[1] emailOtp"),
    ({"passwordPolicy": {"passwordHistorySize": 3}}, "essentials: userPool.passwordPolicy.passwordHistorySize 3"),
    (
        {"triggers": {"preTokenGeneration": {"arn": ARN, "version": "V2_0"}}},
        "essentials: userPool.triggers.preTokenGeneration.version V2_0",
    ),
    ({"threatProtection": {"mode": "audit"}}, "plus: userPool.threatProtection"),
    ({"firstFactors": ["password", "passkey"], "logs": {"signIns": "90d"}}, "plus: userPool.logs.signIns 90d"),
]


def config(pool: dict[str, Any]) -> Config:
    return check(config_of({"product": "acme", "userPool": pool}), "dev")[0].config


@pytest.mark.parametrize(("pool", "line"), LINES)
def test_one_line_says_the_plan_and_the_first_key_that_needs_it(pool: dict[str, Any], line: str | None) -> None:
    assert plan_line(config(pool)) == line


@pytest.mark.parametrize(("pool", "line"), LINES)
def test_a_preview_says_it_where_it_is_above_lite(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, pool: dict[str, Any], line: str | None
) -> None:
    with caplog.at_level(logging.INFO):
        deploy({"product": "acme", "userPool": pool})
    assert ("The Cognito plan" in caplog.text) is (line is not None)
    assert (line or "") in caplog.text


@pytest.mark.parametrize("pool", [pool for pool, line in LINES if line])
def test_with_a_tier_each_key_above_it_is_refused_and_names_it(pool: dict[str, Any]) -> None:
    found = list(needs(config(pool)))
    for tier, above in (("lite", [Plan.ESSENTIALS, Plan.PLUS]), ("essentials", [Plan.PLUS]), ("plus", [])):
        problems = config_errors({"product": "acme", "userPool": {**pool, "tier": tier}})
        assert [item.path for item in problems] == [f"identity:{need.path}" for need in found if need.plan in above]
        assert all(f"the {tier} plan" in problem.allowed for problem in problems)
