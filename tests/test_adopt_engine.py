"""Adoption with the real engine: the four old stacks are taken over on the emulator, with everybody in the pool."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests import old_deployment as old
from tests.checkout import Checkout, Ran, finished

pytestmark = pytest.mark.engine
PEOPLE = [f"person{number:04d}" for number in range(1000)]
STACKS = list(old.STACKS)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout whose emulator runs and is empty, and whose stack takes the zone from the export, protected."""
    with Checkout(tmp_path) as made:
        start = f"from local import emulator; emulator.ensure({made.port})"
        run(made, [sys.executable, "-c", start])
        made.config(zoneName=None, zoneExport=old.ZONE_EXPORT, protect=True)
        yield made


def run(checkout: Checkout, command: list[str]) -> Ran:
    environment = {**os.environ, "PORT": str(checkout.port)}
    return finished(
        subprocess.Popen(
            command,
            cwd=checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )


def adopt(checkout: Checkout, *arguments: str, status: int = 0) -> Ran:
    ran = run(checkout, [sys.executable, "-m", "adopt", *arguments])
    assert ran.status == status, ran.stdout + ran.stderr
    return ran


def local(checkout: Checkout, command: str) -> dict[str, int]:
    """Run `python -m local ... --json`, and give back what it counted."""
    ran = checkout.local(command, "--json")
    assert ran.status == 0, ran.stderr
    changes: dict[str, int] = json.loads(ran.stdout.splitlines()[-1])["changes"]
    return changes


def outputs(checkout: Checkout) -> dict[str, Any]:
    ran = checkout.local("outputs", "--show-secrets")
    values: dict[str, Any] = json.loads(ran.stdout)
    return values


def test_the_old_deployment_is_taken_over_with_every_person_and_id(checkout: Checkout) -> None:
    aws = checkout.aws
    old.deploy(aws)
    pool = old.only_pool(aws)
    old.sign_up(aws, pool, PEOPLE)
    before = old.ids(aws, pool)
    for name in STACKS:
        old.update(aws, name, old.retained(old.STACKS[name]))

    # Looking changes nothing; importing changes the state alone.
    assert "found in AWS, not in the state" in adopt(checkout).stdout
    adopt(checkout, "--import")
    assert old.ids(aws, pool) == before
    assert "Already adopted" in adopt(checkout).stdout

    shown = local(checkout, "preview")
    assert not {"replace", "delete"} & shown.keys()
    assert shown["create"] == 2  # the validation record, which is nobody's yet, and the wait for the certificate
    local(checkout, "up")
    assert set(local(checkout, "up")) == {"same"}
    assert old.ids(aws, pool) == before
    out = outputs(checkout)
    assert out["userPoolId"] == pool
    assert out["certificateArn"] == before.certificate
    stem = f"{old.STEM}-userpoolclient-"
    assert {stem + key: client["clientId"] for key, client in out["clients"].items()} == before.clients
    assert {stem + key: secret for key, secret in out["clientSecrets"].items()} == before.secrets
    public = out["clients"]["windowscli"]["clientId"]
    assert old.who_can_sign_in(aws, public, PEOPLE) == set(PEOPLE)

    # The old stacks go, newest to oldest; an import by another stack holds the one that exports.
    old.delete(aws, STACKS[3])
    old.delete(aws, STACKS[2])
    with pytest.raises(ClientError, match="imported by stack consumer"):
        old.delete(aws, STACKS[1])
    old.update(aws, "consumer", old.consumer_of(out["userPoolArn"]))
    old.delete(aws, STACKS[1])
    old.delete(aws, STACKS[0])
    assert old.ids(aws, pool) == before
    assert set(local(checkout, "refresh")) == {"same"}
    assert set(local(checkout, "up")) == {"same"}
    assert old.who_can_sign_in(aws, public, PEOPLE) == set(PEOPLE)
