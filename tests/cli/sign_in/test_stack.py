"""What is read of a stack, and how a client and its scopes are chosen from it."""

import json
import subprocess
from typing import Any

import pytest

from cli.sign_in.errors import StackError, UnknownNameError
from cli.sign_in.stack import Outputs, choose_client, choose_scopes, is_loopback, read_outputs

READ, WRITE = "app.acme.api.project/project.read", "app.acme.api.project/project.write"
OUTPUTS: dict[str, Any] = {
    "userPoolId": "eu-west-1_Abc",
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc",
    "jwksUri": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc/.well-known/jwks.json",
    "authorizeUrl": "https://acme.example/oauth2/authorize",
    "tokenUrl": "https://acme.example/oauth2/token",
    "userInfoUrl": "https://acme.example/oauth2/userInfo",
    "logoutUrl": "https://acme.example/logout",
    "apis": {
        "project": {"identifier": "app.acme.api.project", "scopes": [READ, WRITE]},
        "task": {"identifier": "app.acme.api.task", "scopes": ["app.acme.api.task/task.read"]},
        "old": {"identifier": "old", "scopes": ["old/task.read"]},
    },
    "clients": {
        "postman": {"clientId": "1", "scopes": ["openid", READ, WRITE], "callbackUrls": ["https://acme.example"]},
        "server": {"clientId": "2", "scopes": ["openid", READ], "callbackUrls": ["http://localhost:1"]},
        "cli": {"clientId": "3", "scopes": ["openid", READ], "callbackUrls": ["myapp://x", "http://127.0.0.1:9000"]},
        "nightly": {"clientId": "4", "scopes": [READ]},
    },
    "clientSecrets": {"postman": "s3cret", "server": "s3cret", "nightly": "s3cret"},
}


def outputs(**changes: Any) -> Outputs:
    return Outputs.model_validate(OUTPUTS | changes)


def test_the_first_public_client_that_comes_back_here_is_the_default() -> None:
    assert choose_client(outputs(), None)[0] == "cli"


def with_clients(*keys: str) -> Outputs:
    """The stack with clients of these keys before its own."""
    added = {key: {"clientId": key, "scopes": [], "callbackUrls": ["http://localhost:1"]} for key in keys}
    return outputs(clients=added | OUTPUTS["clients"])


@pytest.mark.parametrize("added", [(), ("aaa",), ("aaa", "b", "c")])
@pytest.mark.parametrize("last", ["cli", "postman", "server"])
def test_adding_clients_does_not_change_which_one_is_meant(added: tuple[str, ...], last: str) -> None:
    assert choose_client(with_clients(*added), None, last)[0] == last


@pytest.mark.parametrize("last", [None, "", "gone", "nightly"])
def test_where_none_signed_in_last_it_is_the_first_public_one(last: str | None) -> None:
    assert choose_client(outputs(), None, last)[0] == "cli"
    assert choose_client(with_clients("aaa"), None, last)[0] == "aaa"


def test_a_named_client_is_meant_whichever_was_used_last() -> None:
    assert choose_client(outputs(), "server", "cli")[0] == "server"


@pytest.mark.parametrize(
    ("clients", "name", "said"),
    [
        (OUTPUTS["clients"], "clii", "It has: postman, server, cli, nightly."),
        ({"postman": OUTPUTS["clients"]["postman"]}, None, "name one with --client: postman"),
        ({}, None, "no clients"),
    ],
)
def test_a_client_that_is_not_there_names_those_that_are(clients: Any, name: str | None, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        choose_client(outputs(clients=clients), name)


@pytest.mark.parametrize(
    ("key", "wanted", "chosen"),
    [
        ("postman", [], ["openid", READ, WRITE]),
        ("postman", ["project.read"], ["openid", READ]),
        ("postman", [WRITE, "project.read", "openid", READ], ["openid", WRITE, READ]),
        ("nightly", ["project.read"], [READ]),
    ],
)
def test_scopes_are_chosen_by_short_or_full_name(key: str, wanted: list[str], chosen: list[str]) -> None:
    assert choose_scopes(outputs(), outputs().clients[key], wanted) == chosen


@pytest.mark.parametrize(
    ("key", "wanted", "said"),
    [
        ("postman", "project.raed", "is declared by no API. The client may have: openid, "),
        ("postman", "email", "is not given to this client"),
        ("cli", "project.write", "is not given to this client"),
        ("cli", "task.read", "declared by more than one API. Say: app.acme.api.task/task.read or old/task.read"),
        ("cli", "", "is declared by no API"),
    ],
)
def test_a_scope_that_cannot_be_had_says_why(key: str, wanted: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        choose_scopes(outputs(), outputs().clients[key], [wanted])


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
    """Stands in for the command that owns a stack."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str = "") -> None:
        self.command: list[str] = []
        self.done = subprocess.CompletedProcess([""], code, out, err)
        monkeypatch.setattr(subprocess, "run", self)

    def __call__(self, command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        self.command = command
        return self.done


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("local", ["-m", "local", "outputs", "--show-secrets"]),
        ("acme/dev", ["output", "--json", "--show-secrets", "--non-interactive", "--stack", "acme/dev"]),
    ],
)
def test_each_stack_is_read_by_the_command_that_owns_it(
    monkeypatch: pytest.MonkeyPatch, name: str, command: list[str]
) -> None:
    answer = Answer(monkeypatch, 0, json.dumps(OUTPUTS))
    assert read_outputs(name) == outputs()
    assert answer.command[-len(command) :] == command


@pytest.mark.parametrize(
    ("code", "out", "err", "said"),
    [
        (255, "", "error: no stack named 'x' found", "no stack named 'x' found"),
        (1, "", "", "ended with 1"),
        (0, "{}", "", "it is not up"),
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
    with pytest.raises(StackError) as raised:
        read_outputs("x")
    assert said in raised.value.message
    assert "s3cret" not in raised.value.message


def test_a_missing_pulumi_cli_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StackError, match="no `pulumi` on PATH"):
        read_outputs("dev")
