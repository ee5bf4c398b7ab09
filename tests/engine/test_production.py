"""The production settings with the real engine on the emulator, with users in the pool."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.checkout import Checkout

pytestmark = pytest.mark.engine

CLIENTS: dict[str, Any] = {
    "postman": {
        "secret": True,
        "callbackUrls": ["https://{environment}-auth.{product}.app"],
        "authFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    },
    "windowscli": {
        "callbackUrls": ["http://localhost:9000"],
        "authFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    },
}

# The settings of `userPool` in the stack file, without the password policy.
POOL: dict[str, Any] = {
    "mfa": {"mode": "optional", "totp": True},
    "recovery": ["verified_email"],
    "verifyBeforeUpdate": ["email"],
}


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Yield a checkout with Pulumi.prod.yaml on the emulator. The stack is `local`, so `environment` is set."""
    with Checkout(tmp_path_factory.mktemp("prod")) as checkout:
        stack_file = checkout.root / "Pulumi.local.yaml"
        local = yaml.safe_load(stack_file.read_text())["config"]
        committed = yaml.safe_load((checkout.root / "Pulumi.prod.yaml").read_text())["config"]
        emulated = {key: value for key, value in local.items() if key.startswith("aws:")}
        stack_file.write_text(yaml.safe_dump({"config": {**committed, **emulated, "identity:environment": "prod"}}))
        assert checkout.run("up", policies=True) == {"create": 13}
        yield checkout


@pytest.fixture
def config(prod: Checkout) -> Iterator[Checkout]:
    """Yield the same checkout, and restore its stack file."""
    committed = prod.stack_file.read_text()
    yield prod
    prod.stack_file.write_text(committed)


def test_production_breaks_no_policy_but_by_named_exemptions(prod: Checkout) -> None:
    ran = prod.local("preview", policies=True)
    assert ran.status == 0
    assert "policy" not in ran.said


def test_production_has_no_environment_in_its_auth_domain_and_cognitos_own_protection(prod: Checkout) -> None:
    held = prod.inventory()
    assert held["certificates"] == ["auth.focusmark.app"]
    cognito = prod.aws("cognito-idp")
    pool_id = prod.outputs()["userPoolId"]
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 14


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"clients": {"postman": CLIENTS["postman"]}, "customDomain": True},
        ["identity:clients.windowscli", "identity:customDomain"],
    ),
    (
        {
            "apis": {"project": {"scopes": {"read": "Read existing Projects"}}},
            "clients": {**CLIENTS, "windowscli": {**CLIENTS["windowscli"], "secret": True}},
        },
        ["identity:apis.task", "identity:clients.windowscli.secret"],
    ),
]


@pytest.mark.parametrize(("edit", "paths"), REFUSED)
def test_what_shipped_apps_hold_on_to_is_refused_by_its_name(
    config: Checkout, edit: dict[str, Any], paths: list[str]
) -> None:
    held = config.inventory()
    config.config(**edit)
    ran = config.local("up")
    assert ran.status != 0
    assert [path for path in paths if f"{path} " not in ran.said] == []
    assert "identity:allowLoss: [" in ran.said
    assert "identity:allowLoss: []" not in ran.said
    assert config.inventory() == held


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        ({"protect": False}, "pool-protected"),
        ({"userPool": {**POOL, "passwordPolicy": {"minimumLength": 8}}}, "pool-password-length"),
        ({"clients": {**CLIENTS, "new": {"callbackUrls": ["https://new.example/*"]}}}, "client-exact-urls"),
        ({"clients": {**CLIENTS, "new": {"callbackUrls": ["https://new.example/"]}}}, "client-refresh-rotation"),
    ],
)
def test_a_policy_that_is_broken_stops_the_preview_and_names_its_fix(
    config: Checkout, edit: dict[str, Any], rule: str
) -> None:
    # Confirm the loss first: the guard also refuses a weaker password policy, before the policy pack runs.
    named = [f"{config.outputs()['userPoolId']}/passwordPolicy"] if "userPool" in edit else []
    config.config(**edit, allowLoss=named)
    ran = config.local("preview", policies=True)
    assert ran.status != 0
    assert f"policy {rule} (mandatory)" in ran.said
    assert "Fix:" in ran.said


def test_destroy_is_refused_with_the_way_to_do_it_on_purpose(prod: Checkout) -> None:
    held = prod.inventory()
    ran = prod.local("destroy")
    assert ran.status != 0
    assert "identity:protect: false" in ran.said
    assert prod.inventory() == held
