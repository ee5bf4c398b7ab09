"""Output to terminals, logs, closed pipes and full disks, and the exit status of commands."""

import errno
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.commands import commands as cli_commands
from local import command_line, report
from local.commands import commands as local_commands
from local.console import refused
from local.outcome import Outcome
from tests.performance.commands import bench
from tests.support.checkout import Checkout

ROOT = Path(__file__).parents[2]
BEGIN = "from local.console import Failure, give, leave_output, logged, say\n"
TELL = BEGIN + "with logged():\n    say('made [b]it[/b]', style='green')\nsay('after')\n"
GIVE = (
    BEGIN + "try:\n    give('x' * 9000)\nexcept Failure as failure:\n    say(str(failure))\n"
    "    leave_output()\n    raise SystemExit(1)\n"
)


def _run(program: str, redirect: str = "") -> "subprocess.CompletedProcess[str]":
    command = ["bash", "-c", f'set -o pipefail; "$0" -c "$1" {redirect}', sys.executable, program]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(command, cwd=ROOT, env=buffered, capture_output=True, text=True, check=False, timeout=60)


def test_a_log_of_its_own_has_all_that_is_said_in_plain_text() -> None:
    ran = _run(TELL)
    assert ran.stdout == "made [b]it[/b]\n"
    assert ran.stderr == "made [b]it[/b]\nafter\n"


def test_what_is_said_stands_as_it_is() -> None:
    assert _run(BEGIN + "say('identity:a:b, :smile: and [red]')").stderr == "identity:a:b, :smile: and [red]\n"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.EISDIR, "mv '/x y' '/x y'.old"),
        (errno.EEXIST, "mv '/x y' '/x y'.old"),
        (errno.EACCES, "ls -ld '/x y'"),
        (errno.ENOSPC, "df -h"),
        (errno.ENOEXEC, "rm '/x y'"),
    ],
)
def test_what_the_system_refuses_is_told_with_the_way_on(code: int, told: str) -> None:
    said = refused(OSError(code, os.strerror(code), "/x y"))
    assert os.strerror(code) in said
    assert told in said


def test_a_log_of_both_has_it_once(tmp_path: Path) -> None:
    assert _run(TELL, f"> {tmp_path}/log 2>&1").returncode == 0
    assert (tmp_path / "log").read_text() == "made [b]it[/b]\nafter\n"


def test_a_terminal_has_it_once() -> None:
    leader, follower = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, stdout=follower, stderr=subprocess.PIPE, text=True, check=True
    )
    os.close(follower)
    assert ran.stderr == "made [b]it[/b]\nafter\n"
    os.set_blocking(leader, False)
    with pytest.raises(OSError, match="Errno"):
        os.read(leader, 100)
    os.close(leader)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("redirect", "status", "told"),
    [
        ("> /dev/full", 1, "Standard output cannot be written to: No space left on device."),
        ("| true", 0, ""),
        (">&-", 0, ""),
        ("2> /dev/full", 0, ""),
        ("> /dev/full 2> /dev/full", 1, ""),
    ],
)
def test_what_cannot_be_printed_is_told_without_a_traceback(redirect: str, status: int, told: str) -> None:
    ran = _run(GIVE, redirect)
    assert (ran.returncode, ran.stderr.strip()) == (status, told)


@pytest.mark.engine
@pytest.mark.parametrize(
    "redirect", ["> /dev/full", "2> /dev/full", "> /dev/full 2>&1", ">&-", "2>&-", "| true", "2>&1 | true"]
)
def test_work_goes_on_where_nobody_can_be_told(redirect: str) -> None:
    ran = _run(TELL + "leave_output()\nimport pathlib\n", redirect)
    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.parametrize(
    ("command", "arguments", "status"),
    [
        (local_commands, ["--help"], 0),
        (local_commands, ["stopp"], 2),
        (local_commands, ["up", "--port", "x"], 2),
        (local_commands, ["up", "--nonsense"], 2),
        (local_commands, ["up", "more"], 2),
        (cli_commands, [], 2),
        (cli_commands, ["--help"], 0),
        (cli_commands, ["nonsense"], 2),
        (cli_commands, ["adopt", "--nonsense"], 2),
        (cli_commands, ["adopt", "--id", "x"], 2),
        (bench, ["--nonsense"], 2),
        (bench, ["--rounds", "0"], 2),
        (cli_commands, ["adopt", "--take", "both"], 2),
        (cli_commands, ["diff", "no-such-revision"], 2),
    ],
)
def test_a_slip_in_the_usage_ends_with_2(command: click.Command, arguments: list[str], status: int) -> None:
    assert command_line.run(command, "it", arguments=arguments) == status


def test_what_a_refresh_found_is_not_called_done(capsys: pytest.CaptureFixture[str]) -> None:
    report.summary("refresh", Outcome(True, {"delete": 1, "same": 12, "update": 2}))
    assert capsys.readouterr().err == "refresh done: 1 gone, 12 unchanged, 2 changed.\n"
    report.summary("destroy", Outcome(True, {"delete": 1}))
    assert capsys.readouterr().err == "destroy done: 1 deleted.\n"


@pytest.mark.engine
def test_what_a_refresh_finds_gone_is_told_as_gone(own: Checkout) -> None:
    outputs = own.outputs()
    gone = outputs["clients"]["postman"]["clientId"]
    own.aws("cognito-idp").delete_user_pool_client(UserPoolId=outputs["userPoolId"], ClientId=gone)
    ran = own.local("refresh")
    assert "~ gone UserPoolClient access-client-postman (no longer in the emulator" in ran.said
    assert "refresh done: 1 gone, 12 unchanged." in ran.said
    assert "delete" not in ran.said


@pytest.mark.engine
def test_a_log_of_up_has_the_steps_and_where_to_sign_in(own: Checkout) -> None:
    own.config(tags={"team": "shop"})
    ran = own.local("up")
    assert ran.status == 0
    for part in ("  ~ update   UserPool customers", "up done: ", "Pool:      us-east-1_", "Sign in:   http://"):
        assert part in ran.stdout
        assert part in ran.stderr
    assert "\x1b" not in ran.stdout
    assert json.loads(own.local("up", "--json").stdout)["result"] == "succeeded"


@pytest.mark.engine
def test_a_full_output_is_told_and_ends_with_1(up: Checkout) -> None:
    for arguments in (["outputs"], ["outputs", "--show-secrets"], ["preview", "--json"], ["env"]):
        with Path("/dev/full").open("w") as full:
            process = subprocess.run(
                [sys.executable, "-m", "local", *arguments],
                cwd=up.root,
                env={**os.environ, "PORT": str(up.port)},
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert process.returncode == 1
        assert "Standard output cannot be written to: No space left on device." in process.stderr
        assert "Traceback" not in process.stderr


@pytest.mark.engine
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_bench_ends_with_130(number: signal.Signals) -> None:
    program = f"""
import os, runpy, signal, sys
from tests.performance import measures
measures.busy = lambda: os.kill(os.getpid(), {int(number)}) or signal.pause()
sys.argv = ["bench"]
runpy.run_module("tests.performance", run_name="__main__")
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.lstrip()) == (130, "Stopped.\n")
