"""The policy pack under the real engine, by the path of its executable file: what stops, and what only warns."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pulumi_aws as aws
import pytest
import yaml
from pulumi import automation

from local import pulumi_cli
from local.aws_provider import install
from local.emulator import free_port

pytestmark = pytest.mark.engine
PACK = Path(__file__).parent.parent / "policy" / "run"
TAGS = {
    "environment": "dev",
    "orchestration": "pulumi",
    "product": "focusmark",
    "service": "auth",
    "service-type": "aws-managed",
}
PROJECT = """
name: identity
runtime: python
config:
  identity:departures:
    type: object
    default: {}
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "hypercorn", "ministack.app:app", "--bind", f"127.0.0.1:{port}"],
        env=os.environ | {"GATEWAY_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            assert process.poll() is None, f"the emulator ended with status {process.returncode}"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail(f"the emulator is not healthy on port {port} after 10 seconds")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cli = shutil.which(pulumi_cli.find().command) or ""
    root = tmp_path_factory.mktemp("engine")
    (root / "bin").mkdir()
    (root / "bin" / "pulumi").symlink_to(cli)
    install(root / "home" / "plugins")
    return root


class Deployment:
    """A pool and a client under the policy pack; a test changes the client, the config or the stack's name."""

    def __init__(self, engine: Path, url: str, work: Path, apart: Executor) -> None:
        self.engine, self.url, self.work, self.apart = engine, url, work, apart
        (work / "Pulumi.yaml").write_text(PROJECT)

    def preview(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """What the engine prints in a preview that goes through."""
        return self._run("preview", stack, client, config, passes=True)

    def refused_preview(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """What the engine prints in a preview that the pack stops."""
        return self._run("preview", stack, client, config, passes=False)

    def refused(self, stack: str = "dev", client: dict[str, Any] | None = None, **config: Any) -> str:
        """What the engine prints in an update that the pack stops."""
        return self._run("up", stack, client, config, passes=False)

    def _run(self, verb: str, stack: str, client: dict[str, Any] | None, config: dict[str, Any], passes: bool) -> str:
        services = ("acm", "cloudformation", "cognitoidp", "route53", "sts")
        file = {
            "aws:region": "us-east-1",
            "aws:accessKey": "test",
            "aws:secretKey": "test",
            "aws:skipCredentialsValidation": True,
            "aws:endpoints": [dict.fromkeys(services, self.url)],
        } | {f"identity:{key}": value for key, value in config.items()}
        (self.work / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": file}))
        passed, printed = self.apart.submit(_deploy, verb, stack, client or {}, self.engine, self.work).result(120)
        assert passed is passes, printed
        return printed


def _deploy(verb: str, stack: str, client: dict[str, Any], engine: Path, work: Path) -> tuple[bool, str]:
    """Whether the engine goes through with it, and what it prints."""
    chosen = automation.create_or_select_stack(
        stack,
        project_name="identity",
        program=lambda: _program(client),
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(work),
            pulumi_home=str(engine / "home"),
            pulumi_command=automation.PulumiCommand(root=str(engine)),
            env_vars={
                "PULUMI_BACKEND_URL": f"file://{work}",
                "PULUMI_CONFIG_PASSPHRASE": "a passphrase of these tests",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            },
        ),
    )
    printed: list[str] = []
    run = chosen.preview if verb == "preview" else chosen.up
    try:
        run(policy_packs=[str(PACK)], on_output=printed.append, color="never")
    except automation.CommandError as error:
        return False, "\n".join(printed) or str(error)
    return True, "\n".join(printed)


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


@pytest.fixture(scope="module")
def apart() -> Iterator[Executor]:
    """A process of its own: the SDK leaves the event loop of a refused inline program open."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def deploy(emulator: str, engine: Path, tmp_path: Path, apart: Executor) -> Deployment:
    return Deployment(engine, emulator, tmp_path, apart)


def _cognito(url: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("cognito-idp", region_name="us-east-1", endpoint_url=url, **keys)  # type: ignore[call-overload]


def _pools(url: str) -> list[str]:
    return [pool["Id"] for pool in _cognito(url).list_user_pools(MaxResults=60)["UserPools"]]


def _clients(url: str) -> list[str]:
    cognito = _cognito(url)
    return [
        client["ClientId"]
        for pool in _pools(url)
        for client in cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    ]


PASSWORD_FLOW = {"explicit_auth_flows": ["ALLOW_USER_PASSWORD_AUTH"]}
PUBLIC = {"generate_secret": False}


def test_a_good_stack_passes_without_a_word(deploy: Deployment) -> None:
    assert "[mandatory]" not in (printed := deploy.preview()), printed
    assert "[advisory]" not in printed


def test_a_mandatory_breach_stops_an_update_before_the_resource_is_made(deploy: Deployment) -> None:
    printed = deploy.refused(client={"callback_urls": ["https://app.example/*"]})

    assert "[mandatory]  client-exact-urls" in printed
    assert "identity:clients -> cli -> callbackUrls, in Pulumi.dev.yaml" in printed
    assert _clients(deploy.url) == []


def test_a_refused_preview_makes_nothing(deploy: Deployment) -> None:
    before = _pools(deploy.url)
    printed = deploy.refused_preview(client={"callback_urls": ["http://app.example"]})
    assert "[mandatory]  client-https-urls" in printed
    assert _pools(deploy.url) == before


def test_an_advisory_warns_and_lets_pass(deploy: Deployment) -> None:
    assert "[advisory]  client-refresh-rotation" in deploy.preview(client=PUBLIC)


def test_the_same_breach_is_mandatory_in_production(deploy: Deployment) -> None:
    assert "[mandatory]  client-refresh-rotation" in deploy.refused_preview("prod", client=PUBLIC)


def test_the_environment_and_not_the_stacks_name_says_what_production_is(deploy: Deployment) -> None:
    assert "[mandatory]  pool-mfa" in deploy.refused("live", environment="prod")


def test_a_departure_with_a_reason_lets_a_breach_pass(deploy: Deployment) -> None:
    printed = deploy.preview(client=PASSWORD_FLOW, departures={"client-no-password-flow": {"cli": "It is old."}})
    assert "client-no-password-flow" not in printed


def test_the_projects_default_departures_reach_the_pack(deploy: Deployment) -> None:
    departures = '{client-no-password-flow: {cli: "It is old."}}'
    (deploy.work / "Pulumi.yaml").write_text(PROJECT.replace("{}", departures))
    assert "client-no-password-flow" not in deploy.preview(client=PASSWORD_FLOW)


def test_an_unused_departure_is_reported(deploy: Deployment) -> None:
    printed = deploy.preview(departures={"client-no-password-flow": {"cli": "It was old."}})
    assert "[advisory]  departures-used" in printed
    assert "identity:departures -> client-no-password-flow -> cli" in printed


@pytest.mark.parametrize(
    ("departures", "message"),
    [
        ({"client-no-pasword-flow": {"cli": "Old."}}, "there is no such rule; the nearest is client-no-password-flow"),
        ({"tags": {"customers": " "}}, "identity:departures -> tags -> customers: a reason is wanted"),
    ],
)
def test_a_bad_departure_stops_the_stack(deploy: Deployment, departures: dict[str, Any], message: str) -> None:
    printed = deploy.refused(departures=departures)
    assert "[mandatory]  departures-valid" in printed
    assert message in printed


def test_a_scope_that_no_api_declares_stops_a_preview(deploy: Deployment) -> None:
    scopes = ["openid", "app.focusmark.api.task/task.red"]
    assert "[mandatory]  client-declared-scopes" in deploy.refused_preview(client={"allowed_oauth_scopes": scopes})
