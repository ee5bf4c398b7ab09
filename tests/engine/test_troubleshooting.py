"""External failures with the real engine: the message explains each one, and the next `up` succeeds."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from botocore.exceptions import ConnectionClosedError
from pulumi import automation

from local.aws_plugin.emulator import code_of
from tests.support.checkout import WHOLE, Checkout, Ran
from tests.support.deployment import LEFT_BEHIND, Deployment

pytestmark = pytest.mark.engine
STEM = "focusmark-local"
POOL_NAME = f"{STEM}-userpool-customers"


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    with Checkout(tmp_path) as made:
        yield made


def told(ran: Ran) -> str:
    """Return the output of a run that failed."""
    ran.refused()
    assert ran.status == 1
    return " ".join(ran.stderr.split())


def test_a_lost_connection_has_no_code_of_aws() -> None:
    assert code_of(ConnectionClosedError(endpoint_url="http://127.0.0.1:4566")) == ""


# --- changes outside Pulumi -------------------------------------------------------------------------------------------


def test_what_was_deleted_and_edited_by_hand_is_shown_and_fixed(own: Checkout) -> None:
    before, cognito = own.outputs(), own.aws("cognito-idp")
    pool, windows = before["userPoolId"], before["clients"]["windowscli"]["clientId"]
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=windows)
    cognito.update_resource_server(
        UserPoolId=pool, Identifier="app.focusmark.api.task", Name="renamed by hand", Scopes=[]
    )
    refreshed = own.local("refresh", "--json")
    assert "access-client-windowscli" in refreshed.stderr
    assert "access-server-task" in refreshed.stderr
    seen = refreshed.changes
    assert (seen["delete"], seen["update"]) == (1, 1)
    done = own.run("up")
    assert done["create"] == 1
    assert not {"replace", "delete"} & done.keys()
    own.assert_complete()
    after = own.outputs()
    assert after["userPoolId"] == pool
    assert after["clients"]["postman"]["clientId"] == before["clients"]["postman"]["clientId"]
    servers = cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"]
    assert {server["Name"] for server in servers} == {f"{STEM}-resourceserver-project", f"{STEM}-resourceserver-task"}
    assert {len(server["Scopes"]) for server in servers} == {3}


# --- a create fails half-way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fix", ["the other pool lets go", "the config names another"])
def test_a_domain_prefix_that_is_taken_fails_clearly_and_is_fixed(checkout: Checkout, fix: str) -> None:
    checkout.start_emulator()
    cognito = checkout.aws("cognito-idp")
    other = cognito.create_user_pool(PoolName="somebody-else")["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=other, Domain=STEM)
    said = told(checkout.local("up", "--json"))
    assert "customers-prefix-domain" in said
    assert STEM in said
    pools = {pool["Name"]: pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}
    assert set(pools) == {"somebody-else", POOL_NAME}
    if fix == "the config names another":
        checkout.config(domainPrefix="focusmark-free")
        checkout.run("up")
        assert checkout.inventory()["domains"] == ["focusmark-free", STEM]
        assert set(checkout.run("preview")) == {"same"}
    cognito.delete_user_pool_domain(UserPoolId=other, Domain=STEM)
    cognito.delete_user_pool(UserPoolId=other)
    if fix == "the other pool lets go":
        checkout.run("up")
        checkout.assert_complete()
    assert checkout.outputs()["userPoolId"] == pools[POOL_NAME]


# --- the state --------------------------------------------------------------------------------------------------------


def run_pulumi(checkout: Checkout, *arguments: str) -> str:
    """Run the Pulumi CLI on the checkout's local stack, as `local` does, and return its output."""
    code = (
        "import sys; from local import engine, environment, paths, pulumi_cli\n"
        "cli = engine.Cli(pulumi_cli.find(), None)\n"
        "print(cli.run(sys.argv[1:], str(paths.PROJECT), environment.of_the_engine()).stdout)"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=checkout.root,
        env={**os.environ, "PORT": str(checkout.port)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_a_state_exported_and_imported_is_the_same(own: Checkout, tmp_path: Path) -> None:
    before = own.local("outputs", "--show-secrets").stdout
    file = tmp_path / "state.json"
    run_pulumi(own, "stack", "export", "--stack", "local", "--file", str(file))
    (own.root / ".local/state").rename(tmp_path / "gone")
    (own.root / ".local/state").mkdir()
    run_pulumi(own, "stack", "init", "local")
    run_pulumi(own, "stack", "import", "--stack", "local", "--file", str(file))
    assert own.local("outputs", "--show-secrets").stdout == before
    for command in ("preview", "up", "refresh"):
        assert set(own.run(command)) == {"same"}
    assert own.inventory() == WHOLE


# --- import -----------------------------------------------------------------------------------------------------------


def imported_types(zone: str, ids: dict[str, str]) -> None:
    """Declare the types whose import no other test covers. The resources in `ids` are imported."""

    def options(name: str) -> pulumi.ResourceOptions | None:
        return pulumi.ResourceOptions(import_=ids[name]) if name in ids else None

    aws.acm.Certificate(
        "certificate",
        domain_name="auth.example.app",
        validation_method="DNS",
        tags={"service": "auth"},
        opts=options("certificate"),
    )
    aws.route53.Record(
        "record", zone_id=zone, name="www.example.app", type="CNAME", ttl=60, records=["a.b"], opts=options("record")
    )
    target = {"name": "d1.cloudfront.net", "zone_id": "Z2FDTNDATAQYW2", "evaluate_target_health": False}
    aws.route53.Record(
        "alias", zone_id=zone, name="auth.example.app", type="A", aliases=[target], opts=options("alias")
    )
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {"Zone": {"Value": zone, "Export": {"Name": "a-zone"}}},
    }
    aws.cloudformation.Stack(
        "exports", name="exports", template_body=json.dumps(template), tags={"service": "auth"}, opts=options("exports")
    )


@LEFT_BEHIND
def test_certificates_records_and_stacks_come_back_by_import(
    checkout: Checkout, pulumi_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    checkout.start_emulator()
    route53 = checkout.aws("route53")
    made = route53.create_hosted_zone(Name="example.app", CallerReference="test")["HostedZone"]["Id"]
    zone = made.removeprefix("/hostedzone/")
    url, work = f"http://127.0.0.1:{checkout.port}", tmp_path_factory.mktemp("work")
    deployment = Deployment(pulumi_home, url, work, key=checkout.key)
    deployment.up(lambda: imported_types(zone, {}))
    before = checkout.inventory()
    state = deployment.state()
    ids = {
        resource["urn"].rpartition("::")[2]: resource["id"]
        for resource in state["resources"]
        if resource["type"].startswith("aws:")
    }
    state["resources"] = [resource for resource in state["resources"] if not resource["type"].startswith("aws:")]
    deployment.stack.import_stack(automation.Deployment(version=3, deployment=state))
    assert deployment.up(lambda: imported_types(zone, ids))["import"] == len(ids) == 4
    assert set(deployment.preview(lambda: imported_types(zone, {}))) == {"same"}
    assert set(deployment.refresh(lambda: imported_types(zone, {}))) == {"same"}
    assert checkout.inventory() == before
    gc.collect()
