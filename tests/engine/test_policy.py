"""The policy pack with the real engine, started by its executable: which violations stop a run, which only warn."""

import gc
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

import local.emulator
from tests.support.deployment import LEFT_BEHIND, Deployment

pytestmark = [pytest.mark.engine, LEFT_BEHIND]
PACK = Path(__file__).parents[2] / "local" / "policy-pack"
TAGS = {
    "environment": "dev",
    "orchestration": "pulumi",
    "product": "focusmark",
    "service": "auth",
    "service-type": "aws-managed",
}
Reason = Mapping[str, Mapping[str, str]]


@dataclass
class Guarded:
    """A pool and a client under the policy pack. A test changes the client, the config, or the stack name."""

    home: Path
    url: str
    work: Path
    default_exemptions: Reason = field(default_factory=dict)

    def preview(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """Return the engine's output of a preview that succeeds."""
        deployment = self._deployment(stack, config)
        deployment.preview(lambda: _program(client or {}), [str(PACK)])
        return deployment.said

    def refused_preview(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """Return the engine's output of a preview that the pack stops."""
        deployment = self._deployment(stack, config)
        with pytest.raises(automation.CommandError) as refusal:
            deployment.preview(lambda: _program(client or {}), [str(PACK)])
        return str(refusal.value)

    def refused(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """Return the engine's output of an update that the pack stops."""
        deployment = self._deployment(stack, config)
        with pytest.raises(automation.CommandError) as refusal:
            deployment.up(lambda: _program(client or {}), [str(PACK)])
        return str(refusal.value)

    def _deployment(self, stack: str, config: dict[str, Any]) -> Deployment:
        exemptions = {"identity:exemptions": {"type": "object", "default": self.default_exemptions}}
        return Deployment(
            self.home,
            self.url,
            self.work,
            stack,
            config={f"identity:{key}": value for key, value in config.items()},
            project={"config": exemptions},
        )


def _program(changed: dict[str, Any]) -> None:
    pool = aws.cognito.UserPool(
        "customers",
        name="focusmark-dev-userpool-customers",
        password_policy={"minimum_length": 8, "require_lowercase": True, "require_uppercase": True},
        tags=TAGS,
    )
    client = {
        "allowed_oauth_flows": ["code"],
        "allowed_oauth_flows_user_pool_client": True,
        "allowed_oauth_scopes": ["openid"],
        "callback_urls": ["https://app.example"],
        "generate_secret": True,
        "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "prevent_user_existence_errors": "ENABLED",
        "enable_token_revocation": True,
        "supported_identity_providers": ["COGNITO"],
    }
    aws.cognito.UserPoolClient("access-client-cli", name="cli", user_pool_id=pool.id, **(client | changed))
    pulumi.export("poolId", pool.id)


@pytest.fixture
def deploy(emulator: str, pulumi_home: Path, tmp_path: Path) -> Iterator[Guarded]:
    yield Guarded(pulumi_home, emulator, tmp_path)
    gc.collect()


def _pools(url: str) -> list[str]:
    cognito = local.emulator.client("cognito-idp", int(url.rpartition(":")[2]))
    return [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]


def _clients(url: str) -> list[str]:
    cognito = local.emulator.client("cognito-idp", int(url.rpartition(":")[2]))
    return [
        client["ClientId"]
        for pool in _pools(url)
        for client in cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    ]


def _says(level: str, rule: str, printed: str) -> bool:
    return bool(re.search(rf"\[{level}\] \[severity: [a-z]+\]  {rule}\b", printed))


PASSWORD_FLOW = {"explicit_auth_flows": ["ALLOW_USER_PASSWORD_AUTH"]}
PUBLIC = {"generate_secret": False}


def test_a_good_stack_passes_without_a_word(deploy: Guarded) -> None:
    assert "[mandatory]" not in (printed := deploy.preview()), printed
    assert "[advisory]" not in printed


def test_a_mandatory_violation_stops_an_update_before_the_resource_is_made(deploy: Guarded) -> None:
    printed = deploy.refused(client={"callback_urls": ["https://app.example/*"]})

    assert _says("mandatory", "client-exact-urls", printed)
    assert "identity:clients -> cli -> callbackUrls, in Pulumi.dev.yaml" in printed
    assert _clients(deploy.url) == []


def test_an_advisory_warns_and_lets_pass(deploy: Guarded) -> None:
    assert _says("advisory", "client-refresh-rotation", deploy.preview(client=PUBLIC))


def test_the_same_violation_is_mandatory_in_production(deploy: Guarded) -> None:
    assert _says("mandatory", "client-refresh-rotation", deploy.refused_preview("prod", client=PUBLIC))


def test_the_environment_and_not_the_stacks_name_says_what_production_is(deploy: Guarded) -> None:
    assert _says("mandatory", "pool-mfa", deploy.refused("live", environment="prod"))


def test_production_says_outright_which_rules_hold(deploy: Guarded) -> None:
    assert _says("mandatory", "pool-mfa", deploy.refused_preview("dev", production="true"))


def test_an_exemption_with_a_reason_lets_a_violation_pass(deploy: Guarded) -> None:
    printed = deploy.preview(client=PASSWORD_FLOW, exemptions={"client-no-password-flow": {"cli": "It is old."}})
    assert "client-no-password-flow" not in printed


def test_the_projects_default_exemptions_reach_the_pack(deploy: Guarded) -> None:
    deploy.default_exemptions = {"client-no-password-flow": {"cli": "It is old."}}
    assert "client-no-password-flow" not in deploy.preview(client=PASSWORD_FLOW)


def test_an_unused_exemption_is_reported(deploy: Guarded) -> None:
    printed = deploy.preview(exemptions={"client-no-password-flow": {"cli": "It was old."}})
    assert "[advisory]  exemptions-used" in printed
    assert "identity:exemptions -> client-no-password-flow -> cli" in printed


def test_a_bad_exemption_stops_the_stack(deploy: Guarded) -> None:
    exemptions = {"client-no-pasword-flow": {"cli": "Old."}, "tags": {"customers": " "}}
    printed = deploy.refused(exemptions=exemptions)
    assert "[mandatory]  exemptions-valid" in printed
    assert "there is no such rule; the nearest is client-no-password-flow" in printed
    assert "identity:exemptions -> tags -> customers: a reason is expected" in printed


def test_a_scope_that_no_api_declares_stops_a_preview(deploy: Guarded) -> None:
    scopes = ["openid", "app.focusmark.api.task/task.red"]
    assert _says("mandatory", "client-declared-scopes", deploy.refused_preview(client={"allowed_oauth_scopes": scopes}))
