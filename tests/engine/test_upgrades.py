"""Upgrades from earlier commits with users in the pool: no resource is replaced or deleted, and every user signs in."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from cli.diff.changes import compare
from cli.diff.copies import Revision, Sandbox, commit_of
from local import emulator, keys, pulumi_cli
from tests.support import building, forked
from tests.support import old_deployment as old
from tests.support.checkout import ORIGIN, TIMEOUT

pytestmark = pytest.mark.engine
PEOPLE = ("barbara", "mary")
# The last commit before each change of resources or their inputs, with a description of the change.
PARENT = "HEAD~1"
BEFORE = {
    PARENT: "what this commit changes",
    "e4e7a2af869b": "clients without OAuth, with old error messages, without revocation",
    "18e4a25e2668": "providers and groups",
    "eed088fdbd50": "what a pool needs beside it, and the safe settings of production",
    "15928444bb69": "the permission of a function",
    "e8bfffdce7bb": "the sender of mail",
}


class Warmed(Sandbox):
    """A sandbox whose commands fork from a process with imported packages. `up` skips policies: preview ran them."""

    def run(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._run("-m", module, *arguments)

    def go_on(self, deployed: Path) -> None:
        """Start the emulator with a copy of another sandbox's `.local/`."""
        shutil.copytree(deployed, self.root / ".local")
        self._run("-c", f"from local import emulator; emulator.ensure({self.port})").check_returncode()

    def _run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        environment, policies = {**os.environ, "PORT": str(self.port)}, command[:2] != ("-m", "local")
        return subprocess.CompletedProcess(command, *forked.run(command, self.root, environment, TIMEOUT, policies))


def deployed_by(commit: str) -> Path:
    """Return the `.local/` deployed by an earlier commit. It is built once: it never changes, and the `up` is slow."""

    def deploy(folder: Path) -> None:
        with TemporaryDirectory() as directory, Warmed(Path(directory) / "place", "prod") as place:
            place.place(Revision(commit))
            place.up()
            place.run("local", "stop").check_returncode()
            shutil.copytree(place.root / ".local", folder / "local", dirs_exist_ok=True)

    packages = (ORIGIN / "requirements-tools.txt").read_bytes()
    return building.build_once(building.hashed_name("deployed", commit.encode(), packages), deploy) / "local"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Yield a sandbox for the stack `prod` with its committed stack file."""
    # Put the built CLI first on PATH: an earlier commit requires an older CLI, but accepts a newer one on PATH.
    monkeypatch.setenv("PATH", f"{Path(pulumi_cli.find().command).parent}{os.pathsep}{os.environ['PATH']}")
    with Warmed(tmp_path / "place", "prod") as made:
        yield made


@pytest.mark.parametrize("commit", BEFORE, ids=BEFORE.get)
def test_an_upgrade_replaces_nothing_and_everybody_still_signs_in(place: Warmed, commit: str) -> None:
    place.place(Revision(commit_of(commit)))
    if commit == PARENT:
        place.up()
    else:
        place.go_on(deployed_by(commit))
    key, port = keys.own(place.root / ".local" / "key.json"), place.port

    def aws(service: str) -> Any:
        return emulator.client(service, port, key)

    pool = old.only_pool(aws)
    kept = old.ids(aws, pool)
    old.sign_up(aws, pool, PEOPLE)

    place.place(Revision(None))
    shown = compare("prod", json.loads(place.preview()))
    assert not shown.fails, shown
    assert {change.kind for change in shown.changes} <= {"created", "updated"}
    if shown.changes:
        place.up()
    assert old.ids(aws, pool) == kept
    client = next(client for name, client in kept.clients.items() if name not in kept.secrets)
    assert old.who_can_sign_in(aws, client, PEOPLE) == set(PEOPLE)
