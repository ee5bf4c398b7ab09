"""`linkAccounts`: the function has only the permissions that it needs, and its removal is a loss."""

import json
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.identity.test_guard import POOL_ID, change
from tests.identity.test_identity_providers import ALL, OIDC
from tests.support.program import Deploy, config_errors

GIVEN: dict[str, Any] = {
    "identityProviders": {"okta": {**OIDC, "name": "Okta"}, "google": ALL["google"]},
    "clients": {},
    "linkAccounts": "verifiedEmail",
}
MAPPED = {"email": "email", "email_verified": "email_verified", "custom:id": "sub"}


def test_the_function_knows_the_providers_and_may_link_in_this_pool_alone(deploy: Deploy) -> None:
    okta = {**OIDC, "name": "Okta", "attributes": MAPPED}
    given = {"identityProviders": {"okta": okta, "google": ALL["google"]}}
    run = deploy({"product": "acme", **GIVEN, **given, "userPool": {"customAttributes": {"id": {}}}})
    function = run.resources["customers-preSignUp"]
    assert function.inputs["environment"] == {
        "variables": {"IDENTITY_PROVIDERS": '{"Google": "", "Okta": "custom:id"}'}
    }
    (statement,) = json.loads(run.resources["customers-preSignUp-links"].inputs["policy"])["Statement"]
    assert statement["Action"] == ["cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListUsers"]
    assert statement["Resource"].endswith(f"userpool/{POOL_ID}")
    assert "preSignUp" in run.one("UserPool").inputs["lambdaConfig"]
    assert run.one("Permission").inputs["sourceArn"] == statement["Resource"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"linkAccounts": "email"}, "identity:linkAccounts"),
        ({"identityProviders": {}}, "identity:linkAccounts"),
        (
            {"userPool": {"triggers": {"preSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:f"}}},
            "identity:linkAccounts",
        ),
        (
            {
                "identityProviders": {"okta": {**OIDC, "attributes": {"name": "name"}}},
                "userPool": {"standardAttributes": {}},
            },
            "identity:identityProviders.okta.attributes",
        ),
    ],
)
def test_what_could_never_link_is_refused(more: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in config_errors({"product": "acme", **GIVEN, **more})] == [path]


@pytest.mark.parametrize(
    ("pool", "okta", "warned"),
    [({}, {}, True), ({"caseSensitive": True}, {}, False), ({}, {"attributes": MAPPED}, False)],
)
def test_an_id_whose_capitals_would_be_lost_is_warned_of(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, pool: dict[str, Any], okta: dict[str, Any], warned: bool
) -> None:
    given = {**GIVEN, "identityProviders": {"okta": {**OIDC, **okta}}}
    deploy({"product": "acme", **given, "userPool": {"customAttributes": {"id": {}}, **pool}})
    assert ("add `custom:<name>: sub`" in caplog.text) is warned


def test_under_protect_it_does_not_go_unsaid(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**GIVEN, "protect": True}, {"linkAccounts": "none"})
    (problem,) = refused.value.problems
    assert problem.path == "identity:linkAccounts"
    assert f"[{POOL_ID}/linkAccounts]" in problem.fix


def test_what_stays_and_one_provider_more_lose_nothing(deploy: Deploy) -> None:
    more = {**GIVEN["identityProviders"], "corp": ALL["corp"]}
    run = change(deploy, {**GIVEN, "protect": True}, {"identityProviders": more})
    variables = run.resources["customers-preSignUp"].inputs["environment"]["variables"]
    assert json.loads(variables["IDENTITY_PROVIDERS"]) == {"Google": "", "Okta": "", "corp": ""}
