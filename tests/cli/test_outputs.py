"""How the commands read a stack's outputs."""

import json
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from cli.outputs import is_loopback, read
from local import environment, paths, pulumi_cli, state
from local.console import Failure
from tests.cli.sign_in.test_choice import OUTPUTS, outputs


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost:9000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:9000/x", True),
        ("https://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("http://user@example/localhost", False),
        ("myapp://callback", False),
        ("http://[", False),
        ("http://localhost:99999", False),
        ("http://localhost:port", False),
        ("http://localhost:0", False),
        ("", False),
    ],
)
def test_loopback_is_the_host_and_nothing_like_it(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


class Answer:
    """Replaces the command that reads a stack."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str = "") -> None:
        self.command: list[str] = []
        self.done = subprocess.CompletedProcess([""], code, out, err)
        monkeypatch.setattr(subprocess, "run", self)
        monkeypatch.setattr(pulumi_cli, "find", lambda: SimpleNamespace(command="pulumi"))

    def __call__(self, command: list[str], **given: Any) -> "subprocess.CompletedProcess[str]":
        self.command, self.given = command, given
        return self.done


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("local", ["output", "--json", "--show-secrets", "--stack", "local", "--non-interactive"]),
        ("acme/dev", ["output", "--json", "--show-secrets", "--stack", "acme/dev", "--non-interactive"]),
    ],
)
def test_each_stack_is_read_by_the_command_that_owns_it(
    monkeypatch: pytest.MonkeyPatch, name: str, command: list[str]
) -> None:
    answer = Answer(monkeypatch, 0, json.dumps(OUTPUTS))
    monkeypatch.setattr(state, "deployed", lambda: None)
    monkeypatch.setattr(environment, "shut_out_others", lambda: None)  # this process runs the tests too
    assert read(name) == outputs()
    assert answer.command[-len(command) :] == command
    own = name == "local"
    assert answer.given["cwd"] == (paths.PROJECT if own else paths.CHECKOUT)
    assert answer.given["env"].get("PULUMI_BACKEND_URL", "").endswith(str(paths.BACKEND)) == own


@pytest.mark.parametrize(
    ("code", "out", "err", "said"),
    [
        (255, "", "error: no stack named 'x' found", "no stack named 'x' found"),
        (1, "", "", "ended with 1"),
        (0, "{}", "", "it is not deployed"),
        (0, "warning: hello", "", "not JSON"),
        (0, '{"issuer": "https://x", "clientSecrets": {"a": 5, "b": "s3cret"}}', "", "clientSecrets.a"),
        (0, "[1]", "", "not those of this program"),
        (0, json.dumps(OUTPUTS | {"jwksUri": "http://["}), "", "jwksUri"),
        (0, json.dumps(OUTPUTS | {"tokenUrl": "http://localhost:99999/"}), "", "tokenUrl"),
        (0, json.dumps(OUTPUTS | {"logoutUrl": ""}), "", "logoutUrl"),
        (0, json.dumps(OUTPUTS | {"issuer": "file:///etc/passwd"}), "", "issuer"),
        (0, json.dumps(OUTPUTS | {"authorizeUrl": None}), "", "authorizeUrl"),
    ],
)
def test_outputs_that_cannot_be_read_say_why_and_show_no_value(
    monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str, said: str
) -> None:
    Answer(monkeypatch, code, out, err)
    with pytest.raises(Failure) as raised:
        read("x")
    assert said in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_missing_pulumi_cli_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise Failure("The Pulumi CLI cannot be had")

    monkeypatch.setattr(pulumi_cli, "find", nowhere)
    with pytest.raises(Failure, match="The Pulumi CLI cannot be had"):
        read("dev")
