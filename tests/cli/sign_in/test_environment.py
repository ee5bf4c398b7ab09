"""With any environment and home directory, the commands work or name the reason in one line."""

import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.outputs import Outputs
from cli.sign_in.session import SessionFile
from local import keys
from tests.cli.sign_in.test_session import SESSION
from tests.support import forked
from tests.support.emulated_sign_in import CHECKOUT, STACK, stack_environment
from tests.support.false_sign_in import CLIENT, ISSUER, FalseServer, false_server

pytestmark = pytest.mark.engine


@pytest.fixture
def server() -> Iterator[FalseServer]:
    with false_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_session_stays() -> Iterator[None]:
    yield
    SessionFile(STACK, "cli").delete()


def said_of(outputs: Outputs) -> object:
    return outputs.model_dump(by_alias=True, exclude_none=True)


def run(home: Path, outputs: Outputs, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    given = ["-m", "cli", *arguments, "--stack", STACK]
    settings = stack_environment(home, said_of(outputs), **environment)
    return subprocess.CompletedProcess(given, *forked.run(given, CHECKOUT, settings, 60))


def run_anew(home: Path, outputs: Outputs, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run in a new Python process, because packages may read the environment at import."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments, "--stack", STACK],
        cwd=CHECKOUT,
        env=stack_environment(home, said_of(outputs), **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


OF_A_PERSON = {
    "AWS_PROFILE": "prod",
    "AWS_DEFAULT_PROFILE": "prod",
    "AWS_RETRY_MODE": "zzz",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_CA_BUNDLE": "/nonexistent/ca.pem",
    "REQUESTS_CA_BUNDLE": "/nonexistent/ca.pem",
    "SSL_CERT_FILE": "/nonexistent/ca.pem",
    "AWS_DEFAULT_REGION": "not a region",
    "AWS_REGION": "mars-north-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://127.0.0.1:1",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_DEFAULTS_MODE": "zzz",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "zzz",
    "AWS_ACCESS_KEY_ID": "AKIAPERSON",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
    "AWS_SESSION_TOKEN": "t0ken",
    "AWS_CONFIG_FILE": "{home}/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "{home}/.aws/config",
    "AWS_DATA_PATH": "{home}/.aws",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "HTTPS_PROXY": "ftp://127.0.0.1:1",
    "ALL_PROXY": "socks5://127.0.0.1:1",
    "NETRC": "{home}/.aws/config",
    "HOME": "{home}",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home directory whose AWS settings are unreadable."""
    (tmp_path / ".aws").mkdir()
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text("[profile prod\nregion\n\\x00[[")
    return tmp_path


KINDS = {
    "profiles": ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"],
    "files": ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_DATA_PATH", "NETRC", "HOME"],
    "certificates": ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"],
    "places": ["AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"],
    "credentials": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    "proxies": ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"],
    "retries": ["AWS_RETRY_MODE"],
    "home": ["HOME"],
}


def ways() -> dict[str, dict[str, str]]:
    """Return each group of variables alone, and all together: one must not hide another."""
    return {kind: {name: OF_A_PERSON[name] for name in names} for kind, names in KINDS.items()} | {"all": OF_A_PERSON}


@pytest.mark.parametrize(
    ("command", "environment"),
    [*((["user"], given) for given in ways().values()), (["people", "--add", "tester"], OF_A_PERSON)],
    ids=[*ways(), "all for people"],
)
def test_a_persons_own_settings_are_not_looked_at_for_a_local_stack(
    server: FalseServer, home: Path, command: list[str], environment: dict[str, str]
) -> None:
    given = {name: value.format(home=home) for name, value in environment.items()}
    started = run_anew if environment is OF_A_PERSON else run
    ran = started(home, server.target().outputs, *command, **given)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("name      tester\npassword  ")
    assert [operation for operation, _, _ in server.api_asked] == ["AdminCreateUser", "AdminSetUserPassword"]
    for _, _, headers in server.api_asked:
        assert f"Credential={keys.own().id}/" in headers["authorization"]
        assert "/eu-west-1/cognito-idp/aws4_request" in headers["authorization"]
        assert "x-amz-security-token" not in headers


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["login", "--no-browser", "--timeout", "1"], "within 1 seconds"),
        (["token", "--refresh"], ""),
        (["token"], ""),
        (["logout"], "revoked on the server"),
    ],
)
def test_neither_does_any_other_command(server: FalseServer, home: Path, command: list[str], said: str) -> None:
    kept = {"issuer": ISSUER, "client_id": CLIENT, "subject": "ada", "refresh_token": "r"}
    SessionFile(STACK, "cli").write(SESSION.model_copy(update=kept))
    given = {name: value.format(home=home) for name, value in OF_A_PERSON.items()}
    ran = run_anew(home, server.target().outputs, *command, **given)
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    if command == ["logout"]:
        (asked,) = server.revoked
        assert (asked["token"], asked["client_id"]) == ("r", CLIENT)
        assert "authorization" not in asked["headers"]


def test_a_secret_client_ends_its_session_with_its_secret(server: FalseServer, home: Path) -> None:
    kept = {"issuer": ISSUER, "client_id": CLIENT, "refresh_token": "r"}
    SessionFile(STACK, "cli").write(SESSION.model_copy(update=kept))
    outputs = server.target().outputs.model_copy(update={"client_secrets": {"cli": "s3cret"}})
    ran = run(home, outputs, "logout", "--client", "cli")
    assert ran.returncode == 0, ran.stderr
    (asked,) = server.revoked
    assert asked["token"] == "r"
    assert b64decode(asked["headers"]["authorization"].removeprefix("Basic ")) == f"{CLIENT}:s3cret".encode()
    assert "s3cret" not in ran.stdout + ran.stderr


def on_aws(server: FalseServer) -> Outputs:
    """Return the same stack with URLs of AWS. No test connects to them."""
    host = "https://cognito-idp.eu-west-1.amazonaws.com"
    return Outputs.model_validate_json(server.target().outputs.model_dump_json(by_alias=True).replace(server.url, host))


@pytest.mark.parametrize("command", ["login", "logout"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"HTTPS_PROXY": "http://user:s3cret@127.0.0.1:1"}, "amazonaws.com does not answer (ConnectError)"),
        ({"HTTPS_PROXY": "ftp://user:s3cret@127.0.0.1:1"}, "a proxy or the certificates in this shell's environment"),
        ({"HTTPS_PROXY": "http://[::1:s3cret"}, "a proxy or the certificates in this shell's environment"),
        ({"ALL_PROXY": "socks5://user:s3cret@127.0.0.1:1"}, "a proxy or the certificates in this shell's environment"),
        ({"SSL_CERT_FILE": "/nonexistent/s3cret"}, "a proxy or the certificates in this shell's environment"),
        ({"AWS_PROFILE": "s3cret", "AWS_RETRY_MODE": "zzz", "HTTPS_PROXY": "http://127.0.0.1:1"}, "does not answer"),
    ],
)
def test_on_aws_what_stands_in_the_way_is_one_line(
    server: FalseServer, home: Path, command: str, environment: dict[str, str], said: str
) -> None:
    kept = {"issuer": ISSUER, "client_id": CLIENT, "refresh_token": "r"}
    SessionFile(STACK, "cli").write(SESSION.model_copy(update=kept))
    lower = {name.lower(): value for name, value in environment.items() if name.endswith("_PROXY")}
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "", "no_proxy": ""}
    ran = run(home, on_aws(server), command, "--client", "cli", **(nowhere | lower | environment))
    assert ran.returncode == 1
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert said in line
    assert "s3cret" not in line
    assert SessionFile(STACK, "cli").path.exists()


# --- standard streams -------------------------------------------------------------------------------------------------

PRINTS = {
    "user": ["user"],
    "user as JSON": ["user", "--json"],
    "token": ["token"],
    "refresh": ["token", "--refresh", "--json"],
    "export": ["export"],
    "help": ["--help"],
}


def shell(
    home: Path, outputs: Outputs, arguments: list[str], how: str, stdout: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    """Run a command with the redirections of a shell line."""
    kept = {"issuer": ISSUER, "client_id": CLIENT, "subject": "ada", "refresh_token": "r", "expires_at": 2**32}
    SessionFile(STACK, "cli").write(SESSION.model_copy(update=kept))
    arguments = [*arguments, "--to", str(home / "out")] if arguments == ["export"] else arguments
    stack = [] if arguments == ["--help"] else ["--stack", STACK]
    return subprocess.run(
        ["sh", "-c", f'"$@" {how}', "sh", sys.executable, "-m", "cli", *arguments, *stack],
        cwd=CHECKOUT,
        env=stack_environment(home, said_of(outputs)),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", PRINTS.values(), ids=PRINTS)
def test_a_full_standard_output_is_told(server: FalseServer, home: Path, arguments: list[str]) -> None:
    ran = shell(home, server.target().outputs, arguments, "> /dev/full")
    assert ran.returncode == 1
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.parametrize("arguments", PRINTS.values(), ids=PRINTS)
def test_a_reader_that_has_read_enough_is_no_failure(server: FalseServer, home: Path, arguments: list[str]) -> None:
    """As in `make token | head -0`, where make would report an error. Output of click itself ends with status 1."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = shell(home, server.target().outputs, arguments, "", stdout=writing)
    finally:
        os.close(writing)
    assert ran.returncode == (1 if arguments == ["--help"] else 0), ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "how"),
    [
        *((["token"], how) for how in (">&-", "2>&-", "2>/dev/full", ">&- 2>&-", "> /dev/full 2>&1", "<&-")),
        *((["nosuch"], how) for how in ("2>&-", "2>/dev/full")),
        *((["login", "--paste"], how) for how in ("2>&-", "2>/dev/full", "<&-")),
    ],
)
def test_streams_that_are_closed_or_full_make_no_traceback(
    server: FalseServer, home: Path, arguments: list[str], how: str
) -> None:
    ran = shell(home, server.target().outputs, arguments, how)
    assert ran.returncode in (0, 1, 2)
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.parametrize("typed", [b"", b"\xff\xfe\n", b"\x00\n", b"x" * 100_000 + b"\n"])
def test_whatever_is_pasted_makes_no_traceback(server: FalseServer, home: Path, typed: bytes) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "cli", "login", "--paste", "--no-browser", "--stack", STACK],
        cwd=CHECKOUT,
        env=stack_environment(home, said_of(server.target().outputs), PYTHONUTF8="1"),
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr
    assert b"pasted" in ran.stderr
