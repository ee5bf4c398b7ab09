"""Compare two revisions with the real engine and emulator: changes, losses, and revisions that cannot be compared."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cli.diff import render
from identity import facts
from tests.support.checkout import TIMEOUT, Checkout, Ran

pytestmark = pytest.mark.engine
WINDOWS = "callbackUrls: ['http://localhost:9000']"


class Repository:
    """A git repository with the files of this checkout, to edit and to compare with its own commits."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=self.checkout.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A revision")

    def diff(self, *arguments: str, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "diff", *arguments],
            cwd=self.checkout.root,
            env={**os.environ, "PORT": str(self.checkout.port), **environment},
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def stack_files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.checkout.root.glob("Pulumi*.yaml")}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Checkout(tmp_path) as checkout:
        yield Repository(checkout)


def test_a_change_is_told_in_words_for_each_stack_and_touches_nothing(repository: Repository, tmp_path: Path) -> None:
    checkout, markdown = repository.checkout, tmp_path / "diff.md"
    checkout.edit("Pulumi.yaml", WINDOWS, 'callbackUrls: ["http://localhost:9000", "https://app.example/back"]')
    prod = checkout.root / "Pulumi.prod.yaml"
    settings = yaml.safe_load(prod.read_text())
    settings["config"]["identity:tags"] = {"cost-center": "7"}
    settings["config"]["identity:userPool"]["firstFactors"] = ["password", "emailOtp"]
    prod.write_text(yaml.safe_dump(settings))
    files = repository.stack_files()
    ran = repository.diff("HEAD", "--stack", "dev", "--stack", "prod", "--markdown", str(markdown))
    assert ran.status == 0, ran.stdout + ran.stderr
    dev, prod_part = ran.stdout.split("\nprod: ")
    assert "dev: 1 updated" in dev
    assert "* client windowscli: callback URL https://app.example/back added" in dev
    assert "~ user pool focusmark-prod-userpool-customers: updated (signInPolicy, tags" in prod_part
    assert f"note: {facts.PLAN_LINE} essentials: userPool.firstFactors[1] emailOtp" in prod_part
    assert facts.PLAN_LINE not in dev
    assert "user pool" not in dev
    assert "### `dev`: 1 updated" in markdown.read_text()
    assert repository.stack_files() == files
    assert not (checkout.root / ".local").exists()


def test_a_client_that_goes_sounds_the_alarm_wherever_the_copies_are(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "a, b").mkdir()
    repository.checkout.config(
        clients={"postman": {"callbackUrls": ["https://local-auth.focusmark.app"], "secret": True}}
    )
    ran = repository.diff("HEAD", "--stack", "local", TMPDIR=str(tmp_path / "a, b"))
    assert ran.status == 1, ran.stdout + ran.stderr
    assert render.ALARM in ran.stdout
    assert "client windowscli would be deleted" in ran.stdout
    assert "~ client postman: updated (explicitAuthFlows)" in ran.stdout


def test_what_the_guard_refuses_fails_with_its_words(repository: Repository) -> None:
    repository.checkout.config(userPool={"aliasAttributes": ["email"]})
    ran = repository.diff("HEAD", "--stack", "local")
    assert ran.status == 1, ran.stdout + ran.stderr
    assert render.REFUSED in ran.stdout
    assert "identity:userPool.aliasAttributes" in ran.stdout
    assert "Pulumi.local.yaml" in ran.stdout


def test_a_base_without_the_program_makes_all_of_it_new(repository: Repository) -> None:
    repository.git("checkout", "--quiet", "--orphan", "before")
    repository.git("rm", "--quiet", "-r", "--cached", ".")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "Nothing yet")
    ran = repository.diff("before", "--stack", "dev")
    assert ran.status == 0, ran.stdout + ran.stderr
    assert "has no such program yet" in ran.stdout
    assert "+ user pool focusmark-dev-userpool-customers: created" in ran.stdout


def test_a_broken_base_is_told_and_the_head_shown_by_itself(repository: Repository) -> None:
    repository.checkout.config(product="No Label")
    repository.commit()
    repository.checkout.config(product="focusmark")
    ran = repository.diff("HEAD", "--stack", "local")
    assert ran.status == 0, ran.stdout + ran.stderr
    assert "HEAD cannot be deployed" in ran.stdout
    assert "identity:product" in ran.stdout
    assert "created" in ran.stdout


def test_a_broken_head_fails_and_says_why(repository: Repository) -> None:
    repository.checkout.edit("__main__.py", "settings = load()", "settings = 1 / 0")
    ran = repository.diff("HEAD", "--stack", "local")
    assert ran.status == 1, ran.stdout + ran.stderr
    assert render.REFUSED in ran.stdout
    assert "ZeroDivisionError" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_a_base_that_git_does_not_know_is_told(repository: Repository) -> None:
    ran = repository.diff("no-such-branch")
    assert ran.status == 2
    assert "no-such-branch" in ran.stderr
    assert "git fetch" in ran.stderr
    assert repository.diff("HEAD", "--stack", "nowhere").status == 2
