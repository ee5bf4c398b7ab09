"""The guard: refuse an update that would lose users, or ids and settings of apps, before a resource is registered."""

import json
import logging
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.support.program import ARNS, REGION, Deploy, Run

POOL_ID = f"{REGION}_Pool1"
# Without the default APIs and clients of Pulumi.yaml: they take half of a run, and few tests need them.
BASE: dict[str, Any] = {"product": "acme", "environment": "dev", "aws:region": REGION, "apis": {}, "clients": {}}
CLIENT = {"callbackUrls": ["https://app.example"]}
APIS = {"cart": {"scopes": {"read": "Read", "write": "Write"}}}
REGISTRY = {"apis": APIS, "clients": {"app": CLIENT}}
ATTRIBUTE = {"userPool": {"customAttributes": {"tenant": {"mutable": False}}}}


def state_of(run: Run) -> dict[str, Any]:
    """Return the state after an update with this run."""
    state = {
        urn: {"type": urn.split("::")[2].rpartition("$")[2], "outputs": outputs}
        for urn, outputs in run.of_components.items()
    }
    for name, resource in run.resources.items():
        computed: dict[str, Any] = {"id": f"{name}-id"}
        if resource.type.endswith(":UserPool"):
            computed = {"id": POOL_ID, "arn": f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/{POOL_ID}"}
        elif resource.type in ARNS:
            computed["arn"] = ARNS[resource.type].format(name)
        urn = f"urn:pulumi:dev::identity::{resource.type}::{name}"
        state[urn] = {"type": resource.type, "outputs": {**resource.inputs, **computed}}
    return state


BEFORE: dict[str, Run] = {}  # first updates, cached because many tests share them


def left_by(deploy: Deploy, before: dict[str, Any]) -> dict[str, Any]:
    """Return the state after a first update."""
    first = json.dumps(before)
    if first not in BEFORE:
        BEFORE[first] = deploy({**BASE, **before}, stack="dev")
    return state_of(BEFORE[first])


def change(deploy: Deploy, before: dict[str, Any], after: dict[str, Any]) -> Run:
    return deploy({**BASE, **before, **after}, stack="dev", state=left_by(deploy, before))


LOSSES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"userPool": {"aliasAttributes": ["email"]}}, "identity:userPool.aliasAttributes", POOL_ID),
    ({}, {"userPool": {"aliasAttributes": []}}, "identity:userPool.aliasAttributes", POOL_ID),
    ({}, {"userPool": {"caseSensitive": True}}, "identity:userPool.caseSensitive", POOL_ID),
    (REGISTRY, {"aws:region": "eu-west-1"}, "aws:region", POOL_ID),
    ({}, {"domainPrefix": "other"}, "identity:domainPrefix", "acme-dev"),
    ({}, {"signInDomain": False}, "identity:signInDomain", "acme-dev"),
    (
        {"zoneName": "focusmark.app", "authDomain": "a.focusmark.app", "customDomain": True},
        {"authDomain": "b.focusmark.app"},
        "identity:authDomain",
        "a.focusmark.app",
    ),
    ({**REGISTRY, "protect": True}, {"apis": {}}, "identity:apis.cart", "app.acme.api.cart"),
    (
        {**REGISTRY, "protect": True},
        {"apis": {"cart": {**APIS["cart"], "identifier": "other"}}},
        "identity:apis.cart.identifier",
        "app.acme.api.cart",
    ),
    (
        {**REGISTRY, "protect": True},
        {"apis": {"cart": {"scopes": {"read": "Read"}}}},
        "identity:apis.cart.scopes.write",
        "app.acme.api.cart/cart.write",
    ),
    ({**REGISTRY, "protect": True}, {"clients": {}}, "identity:clients.app", "access-client-app-id"),
    (
        {**REGISTRY, "protect": True},
        {"clients": {"app": {**CLIENT, "secret": True}}},
        "identity:clients.app.secret",
        "access-client-app-id",
    ),
    (REGISTRY, {"clients": {"renamed": CLIENT}}, "identity:clients.renamed", "access-client-app-id"),
    (REGISTRY, {"apis": {"basket": APIS["cart"]}}, "identity:apis.basket", "app.acme.api.cart"),
    (
        REGISTRY,
        {"apis": {"basket": {"scopes": {"pay": "Pay"}, "identifier": "app.acme.api.cart"}}},
        "identity:apis.basket",
        "app.acme.api.cart",
    ),
    (
        {**REGISTRY, "apis": {"cart": {**APIS["cart"], "identifier": "old"}}},
        {"apis": APIS},
        "identity:apis.cart.identifier",
        "old",
    ),
    (
        {"protect": True, "cloudFormationExports": True},
        {"cloudFormationExports": False},
        "identity:cloudFormationExports",
        "acme-dev-auth-exports",
    ),
    (
        {**REGISTRY, "identityPool": {"clients": ["app"]}},
        {"identityPool": {"clients": ["app"], "name": "other"}},
        "identity:identityPool.name",
        "identity-pool-id",
    ),
    (
        {"protect": True, "zoneName": "focusmark.app", "authDomain": "a.focusmark.app"},
        {"customDomain": True},
        "identity:customDomain",
        "acme-dev",
    ),
]


@pytest.mark.parametrize(("before", "after", "path", "named"), LOSSES)
def test_a_loss_is_refused_with_its_field_and_the_way_to_do_it_on_purpose(
    deploy: Deploy, before: dict[str, Any], after: dict[str, Any], path: str, named: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, after)
    (problem,) = [problem for problem in refused.value.problems if problem.path == path]
    assert f"identity:allowLoss: [{named}]" in problem.fix


@pytest.mark.parametrize(("before", "after", "_path", "named"), LOSSES)
def test_a_loss_that_the_config_names_is_allowed(
    deploy: Deploy, before: dict[str, Any], after: dict[str, Any], _path: str, named: str
) -> None:
    assert change(deploy, before, {**after, "allowLoss": [named]}).of_type("UserPool")


@pytest.mark.parametrize("key", ["product", "environment"])
def test_a_slip_in_a_name_is_refused_on_a_stack_that_exists(deploy: Deploy, key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {}, {key: "acne"})
    problems = {problem.path: problem for problem in refused.value.problems}
    assert problems[f"identity:{key}"].allowed.startswith(BASE[key])


@pytest.mark.parametrize(
    "after",
    [
        {"userPool": {}},
        {"userPool": {"customAttributes": {"tenant": {"mutable": True}}}},
        {"userPool": {"customAttributes": {"tenant": {"mutable": False, "type": "Number"}}}},
    ],
)
def test_an_attribute_can_never_be_changed_or_taken_out(deploy: Deploy, after: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, ATTRIBUTE, {**after, "allowLoss": [POOL_ID]})
    assert [problem.path for problem in refused.value.problems] == ["identity:userPool.customAttributes.tenant"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (REGISTRY, {}),
        ({**REGISTRY, "protect": True}, {}),
        ({}, ATTRIBUTE),
        ({}, {"userPool": {"passwordPolicy": {"minimumLength": 12}}}),
        ({}, {"tags": {"team": "login"}}),
        (REGISTRY, {"protect": True}),
        ({**REGISTRY, "protect": True}, {"protect": False}),
        (REGISTRY, {"clients": {}, "apis": {}}),
        (REGISTRY, {"clients": {"renamed": {**CLIENT, "renamedFrom": "app"}}}),
        ({**REGISTRY, "protect": True}, {"clients": {"renamed": {**CLIENT, "renamedFrom": "app"}}}),
        (REGISTRY, {"apis": {"basket": {**APIS["cart"], "renamedFrom": "cart"}}}),
        (REGISTRY, {"apis": {"other": {"scopes": {"read": "Read another thing"}}}}),
        (REGISTRY, {"clients": {"other": {"callbackUrls": ["https://other.example"]}}}),
        ({**REGISTRY, "protect": True}, {"apis": {**APIS, "pay": {"scopes": {"read": "Read"}}}}),
        ({**REGISTRY, "protect": True}, {"clients": {"app": CLIENT, "more": CLIENT}}),
        (REGISTRY, {"zoneName": "focusmark.app", "authDomain": "a.focusmark.app"}),
    ],
)
def test_what_loses_nothing_is_not_in_the_way(deploy: Deploy, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert change(deploy, before, after).of_type("UserPool")


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize("secret", [True, False])
def test_a_client_that_was_imported_without_its_secret_is_not_replaced(
    deploy: Deploy, protect: bool, secret: bool
) -> None:
    config = {**BASE, **REGISTRY, "clients": {"app": {**CLIENT, "secret": secret}}, "protect": protect}
    state = state_of(deploy(config, stack="dev"))
    for resource in state.values():
        resource["outputs"].pop("generateSecret", None)
    with pytest.raises(ConfigError) as refused:
        deploy(config, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert problem.path == "identity:clients.app.secret"
    assert "python -m cli adopt --stack dev --import" in problem.fix


def test_the_custom_domain_key_is_a_say_so_of_its_own_and_warns(
    deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    zone = {"zoneName": "focusmark.app", "authDomain": "a.focusmark.app"}
    with caplog.at_level(logging.WARNING):
        run = change(deploy, zone, {"customDomain": True})
    assert run.one("UserPoolDomain").inputs["domain"] == "a.focusmark.app"
    assert "moves sign-in from acme-dev to a.focusmark.app" in caplog.text


def test_a_permission_that_is_not_used_is_reported(deploy: Deploy, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        change(deploy, {}, {"allowLoss": ["acme-dev"]})
    assert "received: acme-dev" in caplog.text
    assert "a loss of this update, which is nothing" in caplog.text


@pytest.mark.parametrize("named", ["acme-dev", POOL_ID, f"{POOL_ID}/mfa", "access-client-app-id/callbackUrls"])
def test_under_protect_a_permission_that_is_not_used_is_refused(deploy: Deploy, named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**REGISTRY, "protect": True}, {"allowLoss": [named]})
    (problem,) = refused.value.problems
    assert (problem.path, problem.received) == ("identity:allowLoss", named)


def test_a_permission_on_a_stack_that_has_nothing_yet_is_in_nobodys_way(deploy: Deploy) -> None:
    """Adoption runs the program on an empty stack, and `allowLoss` is for the resources that it then imports."""
    assert deploy({**BASE, "protect": True, "allowLoss": [f"{POOL_ID}/mfa"]}, stack="dev").of_type("UserPool")


def test_a_permission_for_one_loss_permits_no_other(deploy: Deploy) -> None:
    before = {**REGISTRY, "protect": True}
    after = {
        "clients": {"app": {**CLIENT, "callbackUrls": ["https://b.example"], "authFlows": ["ALLOW_USER_SRP_AUTH"]}}
    }
    for what, other in (("callbackUrls", "authFlows"), ("authFlows", "callbackUrls")):
        with pytest.raises(ConfigError) as refused:
            change(deploy, before, {**after, "allowLoss": [f"access-client-app-id/{what}"]})
        assert [problem.path for problem in refused.value.problems] == [f"identity:clients.app.{other}"]
    with pytest.raises(ConfigError):
        change(deploy, before, {**after, "allowLoss": ["access-client-app-id"]})


def test_protect_and_a_deletion_are_two_updates_and_the_order_is_told(deploy: Deploy) -> None:
    """The engine refuses to delete a resource that the last update protected, even if this update does not."""
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**REGISTRY, "protect": True}, {"protect": False, "clients": {}})
    (problem,) = refused.value.problems
    assert problem.path == "identity:protect"
    assert "only sets `identity:protect: false`" in problem.fix
    assert "identity:clients.app" in problem.fix
    assert change(deploy, {**REGISTRY, "protect": True}, {"protect": False}).of_type("UserPool")
    assert change(deploy, {**REGISTRY, "protect": False}, {"clients": {}}).of_type("UserPool")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (REGISTRY, {"clients": {"app": {**CLIENT, "secret": True}}}, "access-client-app-id"),
        (REGISTRY, {"clients": {}}, "access-client-app-id"),
        ({"zoneName": "focusmark.app", "authDomain": "a.focusmark.app"}, {"customDomain": True}, "acme-dev"),
    ],
)
def test_a_permission_that_is_used_without_protect_is_not_called_unused(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, before: dict[str, Any], after: dict[str, Any], named: str
) -> None:
    with caplog.at_level(logging.WARNING):
        change(deploy, before, {**after, "allowLoss": [named]})
    assert "allowLoss" not in caplog.text


def test_the_first_update_of_a_stack_is_never_refused(deploy: Deploy) -> None:
    assert deploy({**BASE, "protect": True, "userPool": {"aliasAttributes": ["email"]}}, stack="dev").resources


PREFIX = {"zoneName": "focusmark.app", "authDomain": "a.focusmark.app"}
BOTH = {**PREFIX, "customDomain": True, "keepPrefixDomain": True}


@pytest.mark.parametrize("protect", [True, False])
def test_a_move_to_a_custom_domain_that_keeps_the_prefix_loses_nothing(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, protect: bool
) -> None:
    run = change(deploy, {"domainPrefix": "acme-dev", "protect": protect}, BOTH)
    assert {resource.inputs["domain"] for resource in run.of_type("UserPoolDomain")} == {"acme-dev", "a.focusmark.app"}
    assert "Sign-in on" not in caplog.text


def test_a_prefix_that_was_kept_goes_by_its_name(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**BOTH, "protect": True}, {"keepPrefixDomain": False})
    (problem,) = refused.value.problems
    assert problem.path == "identity:keepPrefixDomain"
    assert "identity:allowLoss: [acme-dev]" in problem.fix
    assert change(deploy, {**BOTH, "protect": True}, {"keepPrefixDomain": False, "allowLoss": ["acme-dev"]}).resources
    assert change(deploy, {**BOTH, "protect": True}, {}).resources


def test_another_prefix_beside_a_custom_domain_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, BOTH, {"domainPrefix": "other"})
    (problem,) = refused.value.problems
    assert (problem.path, problem.received) == ("identity:domainPrefix", '"other"')
