"""What a person gives to `make` is data: it reaches the command as it was typed, and no shell and no make reads it."""

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from cli.commands import MODULES, commands
from local import commands as local_commands
from tests.performance.commands import bench

ROOT = Path(__file__).parent.parent
TOLD = """#!/bin/sh
printf '%s\\0' "$@" > told
"""

HOSTILE = [
    "local; touch ran",
    "local && touch ran",
    "local | touch ran",
    "local\ntouch ran",
    "$(touch ran)",
    "$(shell touch ran)",
    "$$(touch ran)",
    "${shell touch ran}",
    "`touch ran`",
    "'; touch ran; '",
    '"; touch ran; "',
    "$(eval x := $(shell touch ran))",
    "local # touch ran",
    "$HOME",
    "$(HOME)",
    "it's",
    'a "b" c',
    "a\\b",
    "*",
    "~",
]
WORST = ["local; touch ran", "$(shell touch ran)", "`touch ran`", "\"; touch ran; '"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile, with a Python that writes down what it is called with."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements-tools.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(TOLD)
    python.chmod(0o755)
    for name in ("installed", "installed-dev"):
        (tmp_path / ".venv" / name).touch()
    return tmp_path


def _make(checkout: Path, *arguments: str, **environment: str) -> list[str]:
    """What the last command that `make` started was called with."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    ran = subprocess.run(
        ["make", *arguments], cwd=checkout, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert not (checkout / "ran").exists(), "a value was run"
    assert ran.returncode == 0, ran.stderr
    return (checkout / "told").read_text().split("\0")[:-1]


# Each command with its targets; the local stack's own ones read PORT, which make exports.
COMMANDS = {
    **{name: commands.get_command(click.Context(commands), name) for name in MODULES},
    **local_commands.commands.commands,
    "bench": bench,
}


@pytest.mark.parametrize("target", COMMANDS)
def test_every_command_has_a_target(checkout: Path, target: str) -> None:
    assert target in _make(checkout, target) or target == "bench"


@pytest.mark.parametrize("target", COMMANDS)
def test_every_option_of_a_command_has_its_variable(checkout: Path, target: str) -> None:
    command = COMMANDS[target]
    options = [
        option
        for option in (command.params if command else [])
        if isinstance(option, click.Option) and option.envvar != "PORT"
    ]
    names = [option.opts[-1] for option in options]
    given = _make(checkout, target, *(f"{name.removeprefix('--').replace('-', '_').upper()}=1" for name in names))
    assert {option.opts[-1] if option.is_flag else f"{option.opts[-1]}=1" for option in options} <= {*given}


WHOLE = {
    "token": {"STACK": "--stack", "CLIENT": "--client"},
    "login": {"STACK": "--stack", "CLIENT": "--client", "TIMEOUT": "--timeout"},
    "logout": {"STACK": "--stack", "CLIENT": "--client"},
    "user": {"STACK": "--stack", "NAME": "--name"},
    "export": {"STACK": "--stack", "TO": "--to"},
    "adopt": {"STACK": "--stack", "POOL": "--pool", "TAKE": "--take"},
    "diff": {"MARKDOWN": "--markdown"},
    "bench": {"ROUNDS": "--rounds"},
    "fuzz": {"SEED": "--hypothesis-seed"},
}


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_reaches_the_command_as_it_was_typed(checkout: Path, value: str) -> None:
    assert f"--stack={value}" in _make(checkout, "token", f"STACK={value}")
    assert f"--stack={value}" in _make(checkout, "token", STACK=value)


@pytest.mark.parametrize("value", WORST)
@pytest.mark.parametrize("target", WHOLE)
def test_the_value_of_every_variable_reaches_the_command(checkout: Path, target: str, value: str) -> None:
    given = _make(checkout, target, *(f"{name}={value}" for name in WHOLE[target]))
    assert {f"{option}={value}" for option in WHOLE[target].values()} <= {*given}


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("target", "name", "option"),
    [
        ("login", "SCOPE", "--scope"),
        ("adopt", "ID", "--id"),
        ("adopt", "LEAVE", "--leave"),
        ("diff", "STACK", "--stack"),
    ],
)
def test_a_list_reaches_the_command_word_by_word(
    checkout: Path, target: str, name: str, option: str, value: str
) -> None:
    given = _make(checkout, target, f"{name}={value}")
    assert [word for word in given if word.startswith(option)] == [f"{option}={word}" for word in value.split()]


@pytest.mark.parametrize("value", WORST)
def test_a_name_that_make_uses_itself_or_nobody_changes_no_command(checkout: Path, value: str) -> None:
    names = ["FOO", "name", "one", "ON", "PRINT", "BROWSER", "RUN", "option", "flag", "each", "PORT"]
    given = _make(checkout, "token", "STACK=dev", *(f"{name}={value}" for name in names))
    assert given == ["-m", "cli", "token", "--stack=dev"]


@pytest.mark.parametrize("value", WORST)
def test_the_base_of_a_comparison_is_one_word_and_no_option(checkout: Path, value: str) -> None:
    assert _make(checkout, "diff", f"BASE={value}")[-2:] == ["--", value]
    assert _make(checkout, "diff", BASE=value)[-2:] == ["--", value]


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (["up"], ["-m", "local", "up"]),
        (["up", "JSON=1"], ["-m", "local", "up", "--json"]),
        (["up", "JSON=0"], ["-m", "local", "up"]),
        (["outputs", "SHOW_SECRETS=1"], ["-m", "local", "outputs", "--show-secrets"]),
        (["token"], ["-m", "cli", "token"]),
        (["adopt", "STACK=prod", "CHECK=1"], ["-m", "cli", "adopt", "--stack=prod", "--check"]),
        (["diff"], ["-m", "cli", "diff", "--"]),
        (["login", "SCOPE=openid a.b"], ["-m", "cli", "login", "--scope=openid", "--scope=a.b"]),
        (["login", "NO_BROWSER=1", "TOKEN=id"], ["-m", "cli", "login", "--no-browser", "--token=id"]),
        (
            ["adopt", "STACK=dev", "POOL=us-east-1_a", "WRITE=1", "IMPORT=1"],
            ["-m", "cli", "adopt", "--stack=dev", "--pool=us-east-1_a", "--write", "--import"],
        ),
    ],
)
def test_a_target_has_the_options_of_its_command(checkout: Path, arguments: list[str], called: list[str]) -> None:
    assert _make(checkout, *arguments) == called


def test_the_interpreter_is_one_word(checkout: Path) -> None:
    (checkout / ".venv/installed").unlink()
    ran = subprocess.run(
        ["make", "stop", "PYTHON=/bin/false; touch ran"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert not (checkout / "ran").exists()


@pytest.mark.parametrize("target", ["up", "preview", "outputs", "refresh", "destroy"])
def test_a_command_of_the_local_stack_takes_no_other(checkout: Path, target: str) -> None:
    assert _make(checkout, target, "STACK=local")[:3] == ["-m", "local", target]
    (checkout / "told").unlink()
    ran = subprocess.run(
        ["make", target, "STACK=dev"], cwd=checkout, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, (checkout / "told").exists()) == (2, False)
    assert "only works on the local stack" in ran.stderr


def test_commands_named_together_run_one_after_the_other(checkout: Path) -> None:
    (checkout / ".venv/bin/python").write_text("#!/bin/sh\necho begin\nsleep 0.1\necho end\n")
    ran = subprocess.run(
        ["make", "-j4", "up", "outputs"], cwd=checkout, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.stdout.split() == ["begin", "end"] * 2
