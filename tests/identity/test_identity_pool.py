"""The identity pool: validation, roles without permissions, and losses of its users."""

import json
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.identity.test_guard import change
from tests.support.program import Deploy, config_errors

WEB = {"callbackUrls": ["https://app.example/back"]}
ROLE = "arn:aws:iam::123456789012:role/people"
CLIENTS = {"clients": {"web": WEB, "phone": WEB}}
IDENTITY_POOL_ID = "identity-pool-id"


def config(**pool: Any) -> dict[str, Any]:
    return {"product": "acme", **CLIENTS, "identityPool": {"clients": ["web"], **pool}}


@pytest.mark.parametrize(
    ("pool", "path"),
    [
        ({"clients": []}, "clients"),
        ({"clients": ["webb"]}, "clients[0]"),
        ({"clients": ["web", "web"]}, "clients"),
        ({"authenticatedRoleArn": "people"}, "authenticatedRoleArn"),
        ({"unauthenticatedRoleArn": ROLE}, "unauthenticatedRoleArn"),
        ({"roleMappings": {"phone": {}}}, "roleMappings.phone"),
        ({"roleMappings": {"web": {"type": "rules"}}}, "roleMappings.web.rules"),
        (
            {"roleMappings": {"web": {"rules": [{"claim": "a", "value": "b", "roleArn": ROLE}]}}},
            "roleMappings.web.rules",
        ),
        ({"roleMappings": {"web": {"otherwise": "allow"}}}, "roleMappings.web.otherwise"),
    ],
)
def test_what_aws_refuses_is_told_with_its_path(pool: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in config_errors(config(**pool))] == [f"identity:identityPool.{path}"]


def test_without_the_key_there_is_none(deploy: Deploy) -> None:
    run = deploy({"product": "acme", **CLIENTS})
    assert not run.of_type("IdentityPool")
    assert "identityPoolId" not in run.outputs


def test_a_role_that_is_made_is_for_this_pool_alone_and_permits_nothing(deploy: Deploy) -> None:
    run = deploy(config())
    pool, role = run.one("IdentityPool"), run.one("Role")
    assert pool.inputs["allowUnauthenticatedIdentities"] is False
    assert pool.inputs["allowClassicFlow"] is False
    (provider,) = pool.inputs["cognitoIdentityProviders"]
    assert provider["providerName"] == "cognito-idp.us-west-2.amazonaws.com/us-west-2_Pool1"
    assert provider["serverSideTokenCheck"] is True
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": IDENTITY_POOL_ID},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }
    assert not run.of_type("RolePolicy")
    assert not {"inlinePolicies", "managedPolicyArns"} & role.inputs.keys()
    assert run.one("IdentityPoolRoleAttachment").inputs["roles"].keys() == {"authenticated"}
    assert run.outputs["identityPoolId"] == IDENTITY_POOL_ID


def test_guests_and_rules_are_there_where_they_are_asked_for(deploy: Deploy) -> None:
    rules = [{"claim": "custom:tenant", "value": "a", "roleArn": ROLE}]
    run = deploy(
        config(unauthenticated=True, authenticatedRoleArn=ROLE, roleMappings={"web": {"type": "rules", "rules": rules}})
    )
    assert [resource.name for resource in run.of_type("Role")] == ["identity-pool-unauthenticated"]
    attachment = run.one("IdentityPoolRoleAttachment").inputs
    assert attachment["roles"]["authenticated"] == ROLE
    (mapping,) = attachment["roleMappings"]
    assert mapping["type"] == "Rules"
    assert mapping["ambiguousRoleResolution"] == "Deny"
    assert mapping["identityProvider"].endswith("us-west-2_Pool1:access-client-web-id")


RULES: dict[str, Any] = {"type": "rules", "rules": [{"claim": "custom:tenant", "value": "a", "roleArn": ROLE}]}
BY_GROUP = {"type": "token", "otherwise": "authenticated"}
LOST: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"identityPool": "none"}, "identity:identityPool", IDENTITY_POOL_ID),
    (
        {"clients": ["web", "phone"]},
        config(),
        "identity:identityPool.clients",
        f"{IDENTITY_POOL_ID}/clients",
    ),
    (
        {"unauthenticated": True},
        config(),
        "identity:identityPool.unauthenticated",
        f"{IDENTITY_POOL_ID}/unauthenticated",
    ),
    (
        {"authenticatedRoleArn": ROLE},
        config(),
        "identity:identityPool.authenticatedRoleArn",
        f"{IDENTITY_POOL_ID}/authenticatedRoleArn",
    ),
    *(
        (
            {"roleMappings": {"web": before}},
            config(**after),
            "identity:identityPool.roleMappings",
            f"{IDENTITY_POOL_ID}/roleMappings",
        )
        for before, after in (
            (BY_GROUP, {}),
            (RULES, {}),
            (BY_GROUP, {"roleMappings": {"web": RULES}}),
            (BY_GROUP, {"roleMappings": {"web": {}}}),
            (RULES, {"roleMappings": {"web": {**RULES, "otherwise": "authenticated"}}}),
            (RULES, {"roleMappings": {"web": {**RULES, "rules": [{**RULES["rules"][0], "value": "b"}]}}}),
            (RULES, {"roleMappings": {"web": {**RULES, "rules": [{**RULES["rules"][0], "match": "Contains"}]}}}),
        )
    ),
]


@pytest.mark.parametrize(("before", "after", "path", "named"), LOST)
def test_under_protect_what_people_would_lose_is_refused(
    deploy: Deploy, before: dict[str, Any], after: dict[str, Any], path: str, named: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**config(**before), "protect": True}, after)
    (problem,) = refused.value.problems
    assert problem.path == path
    assert f"[{named}]" in problem.fix
    assert "match=" not in str(problem)  # values have the form of the stack file


def test_a_client_under_another_key_is_the_same_client_here_too(deploy: Deploy) -> None:
    before = {**config(roleMappings={"web": RULES}), "protect": True}
    clients = {"site": {**WEB, "renamedFrom": "web"}, "phone": WEB}
    after = {"clients": clients, "identityPool": {"clients": ["site"], "roleMappings": {"site": RULES}}}
    assert change(deploy, before, after).resources


def test_what_stays_and_a_client_more_lose_nothing(deploy: Deploy) -> None:
    before = {**config(authenticatedRoleArn=ROLE), "protect": True}
    assert change(
        deploy, before, {"identityPool": {"clients": ["web", "phone"], "authenticatedRoleArn": ROLE}}
    ).resources
    assert change(deploy, {**config(unauthenticated=True), "protect": True}, {}).resources
    both = {"clients": ["web", "phone"], "roleMappings": {"web": RULES}}
    more = {**both, "roleMappings": {"phone": BY_GROUP, "web": RULES}}
    assert change(deploy, {**config(**both), "protect": True}, {"identityPool": more}).resources
