"""The sign-in commands with a fake sign-in server."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cli import outputs as stack_outputs
from cli.commands import commands
from cli.sign_in.session import LastClient, SessionFile
from local import command_line, environment, keys
from local.console import Failure
from tests.support.false_sign_in import FalseServer


@dataclass
class Ran:
    """The result of a command."""

    status: object
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(server: FalseServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the stack `false`. Keyword arguments change the client's outputs."""

    def run_command(
        *arguments: str, logout_url: str | None = None, clients: tuple[str, ...] = (), **client: object
    ) -> Ran:
        outputs = server.target(**client).outputs
        if logout_url is not None:
            outputs = outputs.model_copy(update={"logout_url": logout_url})
        if clients:
            outputs = outputs.model_copy(update={"clients": dict.fromkeys(clients, outputs.clients["cli"])})
        monkeypatch.setattr(stack_outputs, "read", lambda _stack: outputs)
        monkeypatch.setattr(environment, "shut_out_others", lambda: None)  # this process runs the tests too
        status = command_line.run(commands, "python -m cli", arguments=[*arguments, "--stack", "false"])
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return run_command


@pytest.fixture
def file() -> SessionFile:
    return SessionFile("false", "cli")


TOKEN, REFRESH = ["token"], ["token", "--refresh"]
PAGES = "https://login.acme.example/logout"


@pytest.mark.parametrize(
    ("client", "way_out"),
    [
        ({}, "client_id=the-client&response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A"),
        (
            {"logoutUrls": ["https://a.example/?x=1&y", "https://b.example"]},
            "client_id=the-client&logout_uri=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y\n",
        ),
    ],
)
def test_logout_says_what_stays_in_the_browser_and_what_ends_it(run: Run, client: Any, way_out: str) -> None:
    assert run("login", **client).status == 0
    ran = run("logout", logout_url=PAGES, **client)
    assert (ran.status, ran.out) == (0, "")
    assert "revoked on the server" in ran.err
    assert "cookie" in ran.err
    assert f"{PAGES}?{way_out}" in ran.err


@pytest.mark.parametrize("command", [REFRESH, TOKEN], ids=" ".join)
def test_a_damaged_session_is_told_and_a_sign_in_fixes_it(run: Run, file: SessionFile, command: list[str]) -> None:
    run("login")
    file.path.write_text("{")
    ran = run(*command)
    assert (ran.out, file.path.read_text()) == ("", "{")
    assert ran.status == 1
    assert f"{file.path} is damaged" in ran.err
    assert "Sign in with `make login STACK=false CLIENT=cli`" in ran.err
    assert run("login").status == 0
    assert run(*command).status == 0


def test_logout_removes_a_damaged_session_and_says_that_the_server_was_not_told(run: Run, file: SessionFile) -> None:
    run("login")
    file.path.write_text("{")
    ran = run("logout")
    assert ran.status == 1
    assert "It is deleted" in ran.err
    assert "on the server" in ran.err
    assert not file.path.exists()


def test_a_session_of_a_pool_that_is_gone_is_told(run: Run, file: SessionFile) -> None:
    run("login")
    ran = run("token", clientId="another")
    assert ran.status == 1
    assert "of a user pool or a client that was deleted" in ran.err
    assert file.path.exists()


@pytest.mark.parametrize("command", [["login"], REFRESH, TOKEN, ["logout"]], ids=" ".join)
def test_a_folder_in_the_place_of_the_session_is_told_by_every_command(
    run: Run, server: FalseServer, file: SessionFile, command: list[str]
) -> None:
    file.path.mkdir(parents=True)
    ran = run(*command)
    assert (ran.status, ran.out) == (1, "")
    assert f"The session file {file.path} cannot be " in ran.err
    assert "Traceback" not in ran.err
    assert server.asked == []  # no sign-in was started


def test_the_session_is_for_its_owner_only(run: Run, file: SessionFile) -> None:
    run("login")
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Failure("x is not an access key"), "x is not an access key"),
        (PermissionError(13, "Denied", "key.json"), "Denied"),
    ],
)
def test_a_key_of_the_emulator_that_cannot_be_read_is_told(
    run: Run, server: FalseServer, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def own() -> None:
        raise error

    monkeypatch.setattr(keys, "own", own)
    ran = run("user")
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err
    assert server.api_asked == []


@pytest.mark.parametrize(
    ("operation", "refusal", "said"),
    [
        (
            "AdminCreateUser",
            {"__type": "x#InvalidParameterException", "message": "No\x1b[31m"},
            "InvalidParameterException",
        ),
        ("AdminSetUserPassword", {"__type": "InvalidPasswordException", "Message": "short"}, "short"),
        ("AdminCreateUser", {}, "AWS refused AdminCreateUser: 400"),
    ],
)
def test_what_the_api_refuses_is_told_without_the_password(
    run: Run, server: FalseServer, operation: str, refusal: dict[str, str], said: str
) -> None:
    server.api_refusals[operation] = refusal
    ran = run("user")
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err
    assert "\x1b" not in ran.err
    assert not any(body.get("Password", "-") in ran.err for _, body, _ in server.api_asked if "Password" in body)


def test_a_user_that_is_there_gets_a_new_password(run: Run, server: FalseServer) -> None:
    server.api_refusals["AdminCreateUser"] = {"__type": "UsernameExistsException", "message": "there"}
    assert run("user").status == 0
    assert [operation for operation, _, _ in server.api_asked] == ["AdminCreateUser", "AdminSetUserPassword"]


@pytest.mark.parametrize("said", ["Refresh Token has been revoked", "Refresh Token has expired", "", None])
@pytest.mark.parametrize("command", [REFRESH, TOKEN], ids=" ".join)
def test_a_refresh_token_that_is_none_any_more_takes_its_session_with_it(
    run: Run, server: FalseServer, file: SessionFile, command: list[str], said: str | None
) -> None:
    server.changes = {"access_token": {"exp": int(time.time()) + 30}}
    run("login")
    server.status, server.refusal = 400, {"error": "invalid_grant"} | ({"error_description": said} if said else {})
    ran = run(*command)
    assert (ran.status, ran.out) == (1, "")
    assert "The session has ended" in ran.err
    assert "The saved session is deleted." in ran.err
    assert "the-refresh-token" not in ran.err
    assert not file.path.exists()
    assert "Nobody is signed in" in run(*command).err


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, {"error": "invalid_client"}),
        (400, {"error": "unauthorized_client"}),
        (400, {"error": "invalid_request"}),
        (401, {"error": "invalid_client"}),
        (429, {"error": "slow_down"}),
        (500, {"error": "invalid_grant"}),
        (503, {}),
    ],
)
def test_a_trouble_that_may_pass_leaves_the_session(
    run: Run, server: FalseServer, file: SessionFile, status: int, refusal: dict[str, str]
) -> None:
    run("login")
    server.status, server.refusal = status, refusal
    ran = run(*REFRESH)
    assert ran.status == 1
    assert "deleted" not in ran.err
    assert file.path.exists()
    server.status = 200
    assert run(*REFRESH).status == 0


def test_two_refreshes_at_once_lose_no_session(run: Run, server: FalseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second refresh uses a refresh token that the first one has rotated."""
    run("login")
    refused = server.answer

    def meanwhile(path: str, text: str, headers: dict[str, str]) -> tuple[int, object]:
        if path == "/oauth2/token":
            server.changes["refresh_token"] = "rotated"
            first = server.target().session_file
            kept = first.read(server.target().outputs, server.target().client)
            assert kept is not None
            first.write(kept.model_copy(update={"refresh_token": "rotated", "access_token": "new"}))
            return 400, {"error": "invalid_grant"}
        return refused(path, text, headers)

    monkeypatch.setattr(server, "answer", meanwhile)
    ran = run(*REFRESH)
    assert (ran.status, ran.out) == (0, "new\n")


def test_logout_forgets_a_session_that_the_server_does_not_revoke_and_says_so(
    run: Run, server: FalseServer, file: SessionFile
) -> None:
    run("login")
    server.revocation = 400, {"error": "invalid_request\x1b"}
    ran = run("logout")
    assert (ran.status, ran.out) == (1, "")
    assert "invalid_request" in ran.err
    assert "is deleted anyway" in ran.err
    assert not file.path.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_logout_keeps_a_session_that_the_server_could_still_revoke(
    run: Run, server: FalseServer, file: SessionFile, status: int
) -> None:
    run("login")
    server.revocation = status, {}
    assert run("logout").status == 1
    assert file.path.exists()


def test_a_client_that_is_added_does_not_take_the_place_of_the_one_used_last(run: Run) -> None:
    assert "The client is `cli`, the first public one" in run("login").err
    assert "The client is `cli`, used last here" in run("login", clients=("aaa", "cli")).err
    for command in (TOKEN, REFRESH, ["logout"], ["login"]):
        ran = run(*command, clients=("aaa", "bbb", "cli"))
        assert ran.status == 0, ran.err
        assert (
            "The client is `cli`, used last here. To choose another one: CLIENT=<key> with make, or --client."
            in ran.err
        )


def test_a_client_that_is_named_at_a_login_is_the_one_meant_afterwards(run: Run) -> None:
    run("login", clients=("aaa", "bbb"))
    named = run("login", "--client", "bbb", clients=("aaa", "bbb"))
    assert "The client is" not in named.err
    assert "The client is `bbb`, used last here" in run("token", clients=("aaa", "bbb")).err
    assert run("token", "--client", "aaa", clients=("aaa", "bbb")).status == 0
    assert "The client is `bbb`, used last here" in run("token", clients=("aaa", "bbb")).err
    gone = run("login", clients=("aaa",))
    assert "The client is `aaa`, the first public one with a callback on this machine; `bbb`, used last" in gone.err


def test_a_login_that_fails_changes_nothing_of_it(run: Run, server: FalseServer) -> None:
    run("login", clients=("aaa", "bbb"))
    server.status, server.refusal = 400, {"error": "invalid_grant"}
    assert run("login", "--client", "bbb", clients=("aaa", "bbb")).status != 0
    assert "The client is `aaa`, used last here" in run("token", clients=("aaa", "bbb")).err


@pytest.mark.parametrize("content", [b"", b"\xff", b"\n\n", b"../x", b"cli\x1b[31m", None])
def test_what_is_remembered_wrongly_is_as_if_nothing_was(run: Run, content: bytes | None) -> None:
    path = LastClient("false").path
    if content is None:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir()
        path.write_bytes(content)
    ran = run("login")
    assert ran.status == 0, ran.err
    assert "The client is `cli`, the first public one" in ran.err
    assert "\x1b" not in ran.err


def test_what_is_remembered_is_for_its_owner_only(run: Run) -> None:
    run("login")
    assert LastClient("false").path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("minimum", [6, 20, 21, 99])
def test_a_user_gets_a_password_as_long_as_the_pool_asks_for(
    run: Run, server: FalseServer, monkeypatch: pytest.MonkeyPatch, minimum: int
) -> None:
    right = server.answer

    def answer(path: str, text: str, headers: dict[str, str]) -> tuple[int, object]:
        status, given = right(path, text, headers)
        short = len(json.loads(text).get("Password", "x" * 99)) < minimum
        return (400, {"__type": "InvalidPasswordException", "message": "short"}) if short else (status, given)

    monkeypatch.setattr(server, "answer", answer)
    ran = run("user", "--json")
    assert ran.status == 0, ran.err
    password = json.loads(ran.out)["password"]
    assert len(password) == (20 if minimum <= 20 else 99)
    assert server.api_asked[-1][1]["Password"] == password


@pytest.mark.parametrize("command", [REFRESH, TOKEN], ids=" ".join)
def test_a_session_without_a_refresh_token_is_not_told_as_nobodys(
    run: Run, server: FalseServer, command: list[str]
) -> None:
    server.changes = {"refresh_token": None, "access_token": {"exp": int(time.time()) + 30}}
    run("login")
    ran = run(*command)
    assert (ran.status, ran.out) == (1, "")
    assert "The session of ada has no refresh token" in ran.err
    assert "Sign in again with `make login STACK=false CLIENT=cli`" in ran.err
    ended = run("logout")
    assert ended.status == 0
    assert "nothing can be revoked" in ended.err


GOOD_NAMES = ["ada", "a", "ada@acme.example", "Ädä", "O'Brien", "-x", "x" * 128, "a;b", "名前", "+1"]
BAD_NAMES = ["", " ", "ada lovelace", "\t", "a\nb", "x" * 129, "a\x1b[31m", "\u200b", "\udcff", "a\u00a0b"]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_user_of_any_name_that_cognito_takes_is_made(run: Run, server: FalseServer, name: str) -> None:
    assert run("user", "--name", name).status == 0
    made = server.api_asked[0][1]
    assert made["Username"] == name
    email = made["UserAttributes"][0]["Value"]
    assert email.count("@") == 1
    assert email.isascii()
    assert (email == name) == (name == "ada@acme.example")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_any_other_name_is_told_and_nothing_is_made(run: Run, server: FalseServer, name: str) -> None:
    ran = run("user", "--name", name)
    assert (ran.status, ran.out) == (2, "")
    assert "--name" in ran.err
    assert "allowed are 1 to 128 letters" in ran.err
    assert "\x1b" not in ran.err
    assert server.api_asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["login", "--client", ""], "--client"),
        (["login", "--client", " "], "--client"),
        (["login", "--timeout", "nan"], "--timeout"),
        (["login", "--timeout", "inf"], "--timeout"),
        (["login", "--timeout", ""], "--timeout"),
        (["token", "--token", ""], "--token"),
        (["export", "--to", ""], "--to"),
        (["nosuch"], "No such command"),
        (["login", "--nosuch"], "No such option"),
        (["login", "more"], "unexpected extra argument"),
    ],
)
def test_an_empty_or_odd_option_is_told(run: Run, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("client", ["cli\udcff", "../cli", "cli\x1b[31m", "x" * 5000])
def test_a_client_of_an_odd_name_is_told(run: Run, client: str) -> None:
    ran = run("token", "--client", client)
    assert (ran.status, ran.out) == (1, "")
    assert "It has: cli." in ran.err
    assert "\x1b" not in ran.err
