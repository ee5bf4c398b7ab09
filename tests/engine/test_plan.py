"""A saved plan, as the deployment of prod passes it from the preview job to the update job."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

import local.emulator
from tests.support.deployment import LEFT_BEHIND, Deployment

pytestmark = [pytest.mark.engine, LEFT_BEHIND]
SAID_ONCE = "a value that only the stack may know"
BEFORE, APPROVED, SMUGGLED = ("https://app.example/before", "https://app.example/after", "https://evil.example/after")


def program(callback: str = BEFORE, **more: Any) -> Callable[[], None]:
    def run() -> None:
        pool = aws.cognito.UserPool("customers", name=pulumi.Output.secret(SAID_ONCE))
        client = aws.cognito.UserPoolClient(
            "shop",
            name="shop",
            user_pool_id=pool.id,
            generate_secret=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_scopes=["openid"],
            callback_urls=[callback],
            **more,
        )
        pulumi.export("clientSecret", client.client_secret)
        pulumi.export("clientId", client.id)
        pulumi.export("poolId", pool.id)

    return run


class Planned:
    """A deployed stack, and a saved plan for a change to it."""

    def __init__(self, deployment: Deployment, directory: Path) -> None:
        deployment.up(program())
        self.deployment, self.file = deployment, directory / "plan.json"
        self.outputs = deployment.outputs()
        self._cognito = local.emulator.client("cognito-idp", int(deployment.url.rpartition(":")[2]))
        deployment.preview(program(APPROVED), plan=self.file)

    def up(self, changed: Callable[[], None]) -> None:
        self.deployment.up(changed, plan=self.file)

    @property
    def client(self) -> dict[str, Any]:
        """Return the client as AWS describes it."""
        found = self._cognito.describe_user_pool_client(
            UserPoolId=self.outputs["poolId"], ClientId=self.outputs["clientId"]
        )
        return dict(found["UserPoolClient"])

    def change_in_aws(self) -> None:
        self._cognito.delete_user_pool_client(UserPoolId=self.outputs["poolId"], ClientId=self.outputs["clientId"])


@pytest.fixture
def planned(emulator: str, pulumi_home: Path, tmp_path: Path) -> Planned:
    (tmp_path / "work").mkdir()
    return Planned(Deployment(pulumi_home, emulator, tmp_path / "work"), tmp_path)


def test_a_plan_holds_no_secret_in_clear_and_what_was_planned_is_carried_out(planned: Planned) -> None:
    written = planned.file.read_text(encoding="utf-8")
    assert APPROVED in written  # the file is the plan
    assert "ciphertext" in written
    assert SAID_ONCE not in written
    assert planned.deployment.in_clear("clientSecret") not in written
    planned.up(program(APPROVED))
    assert planned.client["CallbackURLs"] == [APPROVED]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(program(SMUGGLED), id="another-value"),
        pytest.param(program(APPROVED, logout_urls=[SMUGGLED]), id="one-more-value"),
        pytest.param(program(APPROVED, enable_token_revocation=False), id="another-field"),
    ],
)
def test_what_was_not_planned_is_not_carried_out(planned: Planned, changed: Callable[[], None]) -> None:
    with pytest.raises(automation.CommandError, match="violates plan"):
        planned.up(changed)
    assert planned.client["CallbackURLs"] == [BEFORE]
    assert not planned.client.get("LogoutURLs")


def test_what_has_changed_in_aws_since_the_plan_stops_the_update(planned: Planned) -> None:
    planned.change_in_aws()
    with pytest.raises(automation.CommandError, match=r"violates plan|not allowed by the plan"):
        planned.up(program(APPROVED))
