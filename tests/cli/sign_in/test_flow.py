"""A real sign-in: the command as a process, the emulator's login page, the callback, the tokens."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cli.sign_in.session import LastClient, SessionFile
from local.emulator import free_port
from tests.support import forked, http
from tests.support.emulated_sign_in import (
    API_SCOPES,
    STACK,
    EmulatedStack,
    emulator,
    log_in,
    make_stack,
    start,
)

pytestmark = pytest.mark.engine

CHECKOUT = Path(__file__).resolve().parents[3]
NAME, PASSWORD = "ada", "Correct-Horse-7"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedStack]:
    home = tmp_path_factory.mktemp("sign-in")
    with emulator(home / "emulator.log") as url:
        made = make_stack(url, home, free_port())
        made.make_user(NAME, PASSWORD)
        yield made


@pytest.fixture(autouse=True)
def _no_session_stays() -> Iterator[None]:
    yield
    for key in ("windowscli", "postman", "nightly"):
        SessionFile(STACK, key).delete()
    LastClient(STACK).path.unlink(missing_ok=True)


def run(stack: EmulatedStack, *arguments: str) -> tuple[int, str, str]:
    more = [] if "--stack" in arguments else ["--stack", STACK]
    return forked.run(["-m", "cli", *arguments, *more], CHECKOUT, stack.environment(), 60)


def sign_in(stack: EmulatedStack, *arguments: str) -> tuple[int, str, str]:
    """Sign in with the public client, while a forged callback arrives."""
    command = start(stack, "login", "--stack", STACK, "--no-browser", *arguments)
    back = log_in(command.url, NAME, PASSWORD)
    assert http.get(f"{callback_url(stack)}/?code=forged&state=x").status_code == 400
    page = http.get(back.headers["location"])
    assert "You are signed in" in page.text
    return command.end()


def claims(stack: EmulatedStack, token: str) -> dict[str, object]:
    keys = http.get(str(stack.outputs["jwksUri"])).json()
    return jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims


def test_a_sign_in_ends_in_verified_tokens_with_the_scopes_asked_for(stack: EmulatedStack) -> None:
    status, out, err = sign_in(stack, "--json", "--scope", "project.read")
    assert status == 0, err
    tokens = json.loads(out)
    access, identity = claims(stack, tokens["access_token"]), claims(stack, tokens["id_token"])
    assert set(str(access["scope"]).split()) == {"openid", "app.acme.api.project/project.read"}
    assert (access["token_use"], identity["token_use"], identity["cognito:username"]) == ("access", "id", NAME)
    assert NAME in err
    assert tokens["access_token"] not in err


def test_tokens_are_printed_only_when_asked_for(stack: EmulatedStack) -> None:
    status, out, err = sign_in(stack)
    assert (status, out) == (0, ""), err
    assert "eyJ" not in err


def test_the_asked_token_stands_alone_on_standard_output(stack: EmulatedStack) -> None:
    _, out, _ = sign_in(stack, "--token", "access")
    assert claims(stack, out.removesuffix("\n"))["token_use"] == "access"


def test_the_session_is_kept_for_its_owner_only_and_serves_token_refresh_and_logout(stack: EmulatedStack) -> None:
    sign_in(stack)
    path = SessionFile(STACK, "windowscli").path
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077) == (0o600, 0)
    _, first, _ = run(stack, "token")
    _, again, _ = run(stack, "token")
    assert first == again
    status, refreshed, err = run(stack, "token", "--refresh")
    assert status == 0, err
    assert refreshed != first
    kept = json.loads(path.read_text())["refresh_token"]
    status, _, err = run(stack, "logout")
    assert status == 0, err
    assert not path.exists()
    answer = http.post(
        str(stack.outputs["tokenUrl"]),
        data={"grant_type": "refresh_token", "refresh_token": kept, "client_id": client_id(stack, "windowscli")},
    )
    assert answer.json()["error"] == "invalid_grant"
    for command in (["token"], ["token", "--refresh"], ["logout"]):
        status, out, err = run(stack, *command)
        assert (status, out) == (1, ""), err
        assert "Nobody is signed in" in err


def client_id(stack: EmulatedStack, key: str) -> str:
    clients = stack.outputs["clients"]
    assert isinstance(clients, dict)
    return str(clients[key]["clientId"])


def test_a_session_that_the_server_has_ended_is_told_and_not_used(stack: EmulatedStack) -> None:
    sign_in(stack)
    kept = json.loads(SessionFile(STACK, "windowscli").path.read_text())["refresh_token"]
    stack.cognito.revoke_token(Token=kept, ClientId=client_id(stack, "windowscli"))
    status, out, err = run(stack, "token", "--refresh", "--json")
    assert (status, out) == (1, "")
    assert "The session has ended" in err
    assert kept not in err
    assert not SessionFile(STACK, "windowscli").path.exists()


def test_a_refresh_token_that_the_server_does_not_know_takes_its_session_with_it(stack: EmulatedStack) -> None:
    sign_in(stack)
    file = SessionFile(STACK, "windowscli").path
    file.write_text(json.dumps(json.loads(file.read_text()) | {"refresh_token": "made-up"}))
    status, out, err = run(stack, "token", "--refresh")
    assert (status, out) == (1, ""), err
    assert "The saved session is deleted." in err
    assert not file.exists()


def test_a_client_with_its_callback_elsewhere_signs_in_by_paste(stack: EmulatedStack) -> None:
    command = start(stack, "login", "--stack", STACK, "--client", "postman", "--json")
    back = log_in(command.url, NAME, PASSWORD).headers["location"]
    assert back.startswith("https://test-auth.acme.app?code=")
    status, out, err = command.end(back + "\n")
    assert status == 0, err
    assert claims(stack, json.loads(out)["id_token"])["aud"] == client_id(stack, "postman")
    secrets = stack.outputs["clientSecrets"]
    assert isinstance(secrets, dict)
    assert secrets["postman"] not in out + err


def test_a_code_serves_once(stack: EmulatedStack) -> None:
    command = start(stack, "login", "--stack", STACK, "--client", "postman")
    back = log_in(command.url, NAME, PASSWORD).headers["location"]
    assert command.end(back + "\n")[0] == 0
    second = start(stack, "login", "--stack", STACK, "--client", "postman")
    state = re.search(r"state=([^&]+)", second.url)
    assert state is not None
    status, _, err = second.end(re.sub(r"state=[^&]+", state[0], back) + "\n")
    assert status == 1
    assert "was used before" in err
    assert "code=" not in err.replace("code_challenge=", "").replace("response_type=code", "")


def test_a_client_credentials_client_gets_its_own_token(stack: EmulatedStack) -> None:
    status, out, err = run(stack, "token", "--client", "nightly", "--scope", "task.read")
    assert status == 0, err
    token = claims(stack, out.strip())
    assert (token["client_id"], token["scope"]) == (client_id(stack, "nightly"), "app.acme.api.task/task.read")
    assert run(stack, "token", "--client", "nightly", "--scope", "task.read")[1] == out
    _, other, _ = run(stack, "token", "--client", "nightly")
    assert set(str(claims(stack, other.strip())["scope"]).split()) == set(API_SCOPES)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["login", "--scope", "project.raed"], 1, "is declared by no API"),
        (["login", "--client", "nightly"], 1, "users do not sign in with a machine-to-machine client"),
        (["token", "--scope", "project.read"], 2, "request others at sign-in"),
        (["login", "--timeout", "0"], 2, "--timeout"),
        (["login", "--timeout", "1"], 1, "within 1 seconds"),
        (["login", "--stack", "nosuch"], 1, "no stack named"),
    ],
)
def test_a_mistake_gets_a_message_and_a_status(
    stack: EmulatedStack, arguments: list[str], status: int, said: str
) -> None:
    ended, out, err = run(stack, *arguments)
    assert (ended, out) == (status, ""), err
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("error=access_denied&error_description=User+said+no&state={state}", 1, "denied (access_denied: User said no)"),
        ("code=5d0f0d4e-not-a-code&state={state}", 1, "The server refused the code"),
    ],
)
def test_a_bad_answer_is_refused_in_terminal_and_browser(
    stack: EmulatedStack, query: str, status: int, said: str
) -> None:
    command = start(stack, "login", "--stack", STACK, "--no-browser", "--json")
    url = command.url
    state = re.search(r"state=([^&]+)", url)
    callback = re.search(r"redirect_uri=http%3A%2F%2Flocalhost%3A(\d+)", url)
    assert state is not None
    assert callback is not None
    command.wait_for_listener()
    assert http.get(f"http://127.0.0.1:{callback[1]}/favicon.ico").status_code == 404
    for strange in ("anything=1", "code=x&state=forged", f"error=access_denied&state={state[1]}x"):
        assert http.get(f"http://localhost:{callback[1]}/?{strange}").status_code == 400
    page = http.get(f"http://localhost:{callback[1]}/?{query.format(state=state[1])}")
    assert "Not signed in" in page.text
    ended, out, err = command.end()
    assert (ended, out) == (status, ""), err
    assert said in err
    assert "5d0f0d4e" not in err + page.text


def test_a_paste_from_another_clients_sign_in_is_refused(stack: EmulatedStack) -> None:
    pasted = "http://localhost:9000/?code=5d0f0d4e&state=y\n"
    command = start(stack, "login", "--client", "postman", "--no-browser", "--stack", STACK)
    status, out, err = command.end(pasted)
    assert (status, out) == (1, "")
    assert "not an address of this client's callback" in err
    assert "5d0f0d4e" not in err


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_busy_port_is_told_with_what_to_do(stack: EmulatedStack, host: str) -> None:
    port = int(callback_url(stack).rsplit(":", 1)[1])
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
        except OSError:
            assert host == "::1"  # this machine has no IPv6, so nothing can occupy the port
            return
        taken.listen()
        status, _, err = run(stack, "login", "--no-browser")
    assert status == 1
    assert f"port {port} of {host} is in use" in err
    assert "--paste" in err


def callback_url(stack: EmulatedStack) -> str:
    clients = stack.outputs["clients"]
    assert isinstance(clients, dict)
    return str(clients["windowscli"]["callbackUrls"][0])


def test_ctrl_c_ends_the_wait_with_130(stack: EmulatedStack) -> None:
    command = start(stack, "login", "--stack", STACK, "--no-browser")
    assert command.url
    command.wait_for_listener()
    command.process.send_signal(signal.SIGINT)
    status, out, err = command.end()
    assert (status, out) == (130, "")
    assert "Stopped" in err
    assert "Traceback" not in err


def test_the_callback_listens_on_loopback_only(stack: EmulatedStack) -> None:
    command = start(stack, "login", "--stack", STACK, "--no-browser")
    assert command.url
    command.wait_for_listener()
    port = int(callback_url(stack).rsplit(":", 1)[1])
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    ]
    command.process.send_signal(signal.SIGINT)
    command.end()
    assert listening
    assert {address.split(":")[0] for address in listening} <= {"0100007F", "0" * 24 + "01000000"}


def test_an_emulator_that_is_down_is_told_before_any_browser_opens(stack: EmulatedStack, tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    outputs = json.loads(json.dumps(stack.outputs).replace(stack.url, gone))
    dead = EmulatedStack(gone, stack.cognito, stack.pool_id, outputs, tmp_path)
    for command in (["login", "--no-browser"], ["token", "--client", "nightly"], ["user"]):
        status, out, err = run(dead, *command)
        assert (status, out) == (1, ""), err
        assert "does not answer" in err
        assert "tart it with `make up`" in err
        assert "Sign in at" not in err


def test_a_pool_that_is_gone_is_told(stack: EmulatedStack, tmp_path: Path) -> None:
    outputs = json.loads(json.dumps(stack.outputs).replace(stack.pool_id, "us-east-1_Gone12345"))
    gone = EmulatedStack(stack.url, stack.cognito, stack.pool_id, outputs, tmp_path)
    status, _, err = run(gone, "login", "--no-browser")
    assert status == 1
    assert "There is no such user pool any more" in err


def test_a_stack_that_is_not_up_is_told(stack: EmulatedStack, tmp_path: Path) -> None:
    empty = EmulatedStack(stack.url, stack.cognito, stack.pool_id, {}, tmp_path)
    status, _, err = run(empty, "login")
    assert status == 1
    assert "it is not deployed" in err


def test_a_made_user_can_sign_in_and_a_second_run_gives_a_new_password(stack: EmulatedStack) -> None:
    passwords = []
    for _ in range(2):
        status, out, err = run(stack, "user", "--json")
        assert status == 0, err
        made = json.loads(out)
        passwords.append(made["password"])
        command = start(stack, "login", "--stack", STACK, "--no-browser")
        back = log_in(command.url, made["name"], made["password"])
        http.get(back.headers["location"])
        status, _, err = command.end()
        assert status == 0, err
        assert "Signed in: tester" in err
    assert passwords[0] != passwords[1]
    plain = run(stack, "user")[1]
    assert re.fullmatch(r"name      tester\npassword  \S{20}\n", plain)


def test_the_browser_of_the_environment_is_opened_on_the_login_page(stack: EmulatedStack, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}.part; mv {seen}.part {seen}\n')
    browser.chmod(0o755)
    command = start(stack, "login", "--stack", STACK, BROWSER=str(browser))
    printed = command.url
    end = time.monotonic() + 20
    while not seen.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert seen.read_text() == printed
    http.get(log_in(printed, NAME, PASSWORD).headers["location"])
    assert command.end()[0] == 0


def test_export_writes_what_the_stack_says(stack: EmulatedStack, tmp_path: Path) -> None:
    status, out, err = run(stack, "export", "--to", str(tmp_path / "out"))
    assert status == 0, err
    paths = [Path(line) for line in out.splitlines()]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    shell = subprocess.run(
        ["sh", "-c", f". {tmp_path}/out/identity.env; echo $IDENTITY_ISSUER; echo $IDENTITY_API_PROJECT_SCOPES"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert shell.stdout.splitlines() == [stack.outputs["issuer"], " ".join(API_SCOPES[:3])]
    written = json.loads((tmp_path / "out" / "identity.json").read_text())
    assert written["clients"] == stack.outputs["clients"]
    assert written["clientSecrets"] == stack.outputs["clientSecrets"]
