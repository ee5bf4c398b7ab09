"""Adoption with the real engine on the emulator: pools of many shapes, and the four old stacks."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.support import live_pool, pool_people
from tests.support import old_deployment as old
from tests.support.checkout import ORIGIN, Checkout, Ran

pytestmark = pytest.mark.engine
PEOPLE = [f"person{number:04d}" for number in range(200)]
STACKS = list(old.STACKS)
# The pools with the most settings. tests/cli/adopt covers all pools, without the engine.
WITH_THE_ENGINE = ("academy", "bank", "choir", "empty", "guild", "plant", "theatre")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """Yield a checkout with an empty running emulator, whose stack has no zone. Its path has a space."""
    with Checkout(tmp_path, name="my checkout") as made:
        made.start_emulator()
        made.config(zoneName=None)
        yield made


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Yield one checkout and emulator, shared by all adopted pools."""
    with Checkout(tmp_path_factory.mktemp("adopt")) as made:
        made.start_emulator()
        yield made


@pytest.fixture
def new_stack(emulated: Checkout) -> Checkout:
    """Return the same emulator with a new stack that has no state."""
    shutil.rmtree(emulated.root / ".local" / "state", ignore_errors=True)
    shutil.copy(ORIGIN / emulated.stack_file.name, emulated.stack_file)
    emulated.config(zoneName=None)
    return emulated


def adopt(checkout: Checkout, *arguments: str, status: int = 0) -> Ran:
    ran = checkout.ran("-m", "cli", "adopt", *arguments)
    assert ran.status == status, ran.stdout + ran.stderr
    return ran


def written(checkout: Checkout) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(checkout.stack_file.read_text())["config"]
    return config


def give_secrets(checkout: Checkout, spec: live_pool.Spec) -> None:
    """Set the identity providers' secrets, as a user does with `pulumi config set --secret`, but in plain text."""
    providers = written(checkout).get("identity:identityProviders", {})
    for provider in spec.get("identityProviders", []):
        kind, name = provider["ProviderType"], provider["ProviderName"]
        own = {"SignInWithApple": "apple", "LoginWithAmazon": "amazon"}.get(kind, kind.lower())
        (key,) = [key for key, one in providers.items() if one["type"] == own and one.get("name", name) in (name, key)]
        for detail, ours in (("client_secret", "clientSecret"), ("private_key", "privateKey")):
            if detail in provider["ProviderDetails"]:
                providers[key][ours] = provider["ProviderDetails"][detail]
    if providers:
        checkout.config(identityProviders=providers)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize with the pools of --pools if set, else with those of WITH_THE_ENGINE."""
    if "spec" in metafunc.fixturenames:
        given = metafunc.config.getoption("--pools")
        pools = live_pool.read_pools(given) if given else {name: live_pool.POOLS[name] for name in WITH_THE_ENGINE}
        metafunc.parametrize("spec", pools.values(), ids=pools)


def test_a_pool_as_others_run_it_is_adopted_everybody_signs_in_and_nothing_differs_but_tags_and_protection(
    new_stack: Checkout, spec: live_pool.Spec
) -> None:
    checkout = new_stack
    pool = live_pool.make(checkout.aws, spec)
    people = pool_people.create_people(checkout.url, checkout.aws, pool, spec.get("nobody", ()))
    before = live_pool.snapshot(checkout.aws, pool)

    adopt(checkout, "--pool", pool, "--write")
    give_secrets(checkout, spec)
    adopt(checkout, "--pool", pool, "--import")
    assert live_pool.snapshot(checkout.aws, pool) == before
    done = checkout.run("up")
    assert (set(done), done["update"]) == ({"same", "update"}, 1)
    differing = live_pool.changed(before, live_pool.snapshot(checkout.aws, pool))
    assert differing == set()
    checkout.assert_nothing_to_do()
    adopt(checkout, "--check")
    for person in people:
        person.sign_in_again()
    ways = Counter(person.way + (" with TOTP" if person.app else "") for person in people)
    told = ", ".join(f"{way} {number}" for way, number in sorted(ways.items())) or "none here"
    print(f"| {spec['pool']['PoolName']} | {sum(done.values())} | {len(people)} | {told} | {len(differing)} |")


def test_the_old_deployment_is_taken_over_with_every_person_and_id(checkout: Checkout) -> None:
    aws = checkout.aws
    old.deploy(aws)
    pool = old.only_pool(aws)
    old.sign_up(aws, pool, PEOPLE)
    before = old.ids(aws, pool)
    for name in STACKS:
        old.update(aws, name, old.retained(old.STACKS[name]))
    checkout.config(zoneExport=old.ZONE_EXPORT)

    adopt(checkout, "--write")
    adopt(checkout, "--import")
    assert old.ids(aws, pool) == before
    assert "Already adopted" in adopt(checkout, "--import").said
    done = checkout.run("up")
    assert not {"replace", "delete"} & done.keys()
    assert done["create"] == 2  # the validation record, which does not exist yet, and the wait for the certificate
    assert set(checkout.run("up")) == {"same"}
    assert old.ids(aws, pool) == before
    out = checkout.outputs("--show-secrets")
    assert (out["userPoolId"], out["certificateArn"]) == (pool, before.certificate)
    stem = f"{old.STEM}-userpoolclient-"
    assert {stem + key: client["clientId"] for key, client in out["clients"].items()} == before.clients
    assert {stem + key: secret for key, secret in out["clientSecrets"].items()} == before.secrets

    # Delete the old stacks, newest first: CloudFormation keeps a stack while another one imports its exports.
    for name in (STACKS[3], STACKS[2]):
        old.delete(aws, name)
    with pytest.raises(ClientError, match="imported by stack consumer"):
        old.delete(aws, STACKS[1])
    old.update(aws, "consumer", old.consumer_of(out["userPoolArn"]))
    for name in (STACKS[1], STACKS[0]):
        old.delete(aws, name)
    assert old.ids(aws, pool) == before

    # The export names are free now, and the old importers import them again.
    checkout.config(cloudFormationExports=True)
    checkout.run("up")
    exports = {export["Name"]: export["Value"] for export in aws("cloudformation").list_exports()["Exports"]}
    assert (exports[old.POOL_EXPORT], exports[old.ARN_EXPORT]) == (pool, out["userPoolArn"])
    old.update(aws, "consumer", old.CONSUMER)
    assert set(checkout.run("up")) == {"same"}
    public = out["clients"]["windowscli"]["clientId"]
    assert old.who_can_sign_in(aws, public, PEOPLE) == set(PEOPLE)


def test_a_drifted_half_adopted_pool_beside_one_of_its_name_is_adopted_one_resource_at_a_time(
    checkout: Checkout,
) -> None:
    cognito, spec = checkout.aws("cognito-idp"), live_pool.POOLS["archive"]
    pool = live_pool.make(checkout.aws, spec)
    cognito.create_user_pool(PoolName=spec["pool"]["PoolName"])
    adopt(checkout, "--pool", pool, "--write")
    assert "Give --pool ID" in adopt(checkout, "--import", status=1).said
    checkout.config(protect=None)
    assert "identity:protect is false" in adopt(checkout, "--pool", pool, "--import", status=1).said
    checkout.config(protect=True)
    wrong = adopt(checkout, "--pool", pool, "--import", "--only", "custmers", status=1).said
    assert "No such resource to import: custmers. Resources to import: " in wrong
    adopt(checkout, "--pool", pool, "--import", "--only", "customers")

    # Drift: the state contains the pool, AWS and the stack file differ, and the user must choose one of them.
    name = spec["clients"][0]["ClientName"]
    (client,) = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    cognito.update_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"], ClientName=f"{name} 2")
    stranger = cognito.create_user_pool_client(UserPoolId=pool, ClientName="stranger")["UserPoolClient"]["ClientId"]
    before = written(checkout)
    refused = adopt(checkout, "--write", status=1).said
    assert "--take live or --take file" in refused
    assert written(checkout) == before
    adopt(checkout, "--write", "--take", "live")
    clients = written(checkout)["identity:clients"]
    assert {item["name"] for item in clients.values()} == {f"{name} 2", "stranger"}
    backup = f"pulumi stack import --file '{checkout.root}/.local/adopt/local/state-"
    assert backup in adopt(checkout, "--import").said
    assert not {"create", "replace", "delete"} & checkout.run("up").keys()
    cognito.create_group(UserPoolId=pool, GroupName="by-hand")
    found = adopt(checkout, "--check", status=1).said
    assert "`group:by-hand`" in found
    assert stranger not in found
    adopt(checkout, "--check", "--leave", "group:by-hand")


def test_an_import_by_hand_is_completed_before_it_can_replace_a_client(checkout: Checkout) -> None:
    pool = live_pool.make(checkout.aws, live_pool.POOLS["archive"])
    before = live_pool.snapshot(checkout.aws, pool)
    adopt(checkout, "--pool", pool, "--write")
    bare = "from cli.adopt import bring_in; bring_in.complete = lambda *_: 0; import cli.__main__"
    ran = checkout.ran("-c", bare, "adopt", "--pool", pool, "--import")
    assert ran.status == 0, ran.stderr
    assert ".secret" in checkout.local("preview").stderr
    assert "Clients completed: 1" in adopt(checkout, "--import").said
    assert not {"replace", "delete"} & checkout.run("preview").keys()
    assert live_pool.snapshot(checkout.aws, pool) == before
