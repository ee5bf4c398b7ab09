"""The local stack is disposable: after a kill, an interruption or damage it reports this and is recreated."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local import paths, start_over, state
from local.progress import Progress
from tests.support.checkout import WHOLE, Checkout, Ran, finished

PROGRAM, ENGINE, EMULATOR = "-m local up", "/pulumi --non", "hypercorn"
STATE = ".local/state/.pulumi/stacks/identity/local.json"
# The worst moment to stop a create: the resource exists, but the engine has no record of it.
WAIT = """
import time

_create = LocalAws.create


def _wait_after_create(self, request):
    answer = _create(self, request)
    if not request.preview and request.urn.split("::")[-2].rpartition(":")[2] in open("{names}").read().split():
        open("{reached}", "a").write("x")
        while not open("{go_on}").read():
            time.sleep(0.05)
    return answer


LocalAws.create = _wait_after_create
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """Yield a checkout whose plugin pauses after creates of the types in the file `names`."""
    with Checkout(tmp_path) as copy:
        with (copy.root / "local/aws_plugin/provider.py").open("a") as provider:
            provider.write(WAIT.format(names=copy.root / "names", reached=copy.root / "reached", go_on=_go_on(copy)))
        (copy.root / "names").write_text("")
        yield copy


def _go_on(checkout: Checkout) -> Path:
    return checkout.root / "go-on"


def _up_until(checkout: Checkout, names: str, count: int) -> "subprocess.Popen[str]":
    """Start an `up` that pauses in `count` creates of the types in `names`."""
    (checkout.root / "names").write_text(names)
    reached = checkout.root / "reached"
    reached.write_text("")
    _go_on(checkout).write_text("")
    process = checkout.start("up", "--json")
    deadline = time.monotonic() + 90
    while len(reached.read_text()) < count:
        assert time.monotonic() < deadline, "the creates were not reached"
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    (checkout.root / "names").write_text("")
    return process


def _starts_over(checkout: Checkout, why: str) -> None:
    """Assert that the next `up` reports the reason in one line and recreates each resource once, and the users."""
    ran = checkout.local("up", "--json")
    assert ran.stderr.count("Starting over: ") == 1
    assert f"Starting over: {why}" in ran.stderr
    assert set(ran.changes) == {"create"}
    assert checkout.inventory() == WHOLE
    assert _people(checkout) == ["ada", "grace"]


def _people(checkout: Checkout) -> list[str]:
    users = checkout.aws("cognito-idp").list_users(UserPoolId=checkout.outputs()["userPoolId"])["Users"]
    return sorted(user["Username"] for user in users)


def _goes_on(checkout: Checkout) -> None:
    """Assert that the next `up` creates only what is missing."""
    ran = checkout.local("up", "--json")
    assert "Starting over" not in ran.stderr
    assert ran.changes["same"] > 0
    checkout.assert_complete()


@pytest.mark.engine
@pytest.mark.parametrize("victim", [PROGRAM, ENGINE, f"{PROGRAM}|{ENGINE}"])
def test_a_kill_in_the_middle_of_creates_starts_over(checkout: Checkout, victim: str) -> None:
    process = _up_until(checkout, "UserPoolDomain ResourceServer Record", 4)
    assert checkout.kill(victim)
    assert finished(process, 30).status != 0
    _starts_over(checkout, "the last run was cut off")


@pytest.mark.engine
def test_an_emulator_killed_in_the_middle_of_creates_is_told_and_starts_over(checkout: Checkout) -> None:
    process = _up_until(checkout, "UserPool Certificate", 2)
    assert checkout.kill(EMULATOR) == 1
    _go_on(checkout).write_text("yes")
    finished(process, 60).refused("the emulator does not answer")
    _starts_over(checkout, "the last run was cut off")


def _stopped(process: "subprocess.Popen[str]") -> Ran:
    ran = finished(process, 30)
    assert ran.status == 130
    assert json.loads(ran.stdout)["result"] == "interrupted"
    assert "Traceback" not in ran.stderr
    return ran


@pytest.mark.engine
def test_ctrl_c_ends_the_steps_at_hand_and_the_next_up_goes_on(checkout: Checkout) -> None:
    process = _up_until(checkout, "UserPool", 1)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    _go_on(checkout).write_text("yes")
    ran = _stopped(process)
    assert ran.stderr.endswith("Stopped. The next `make up` continues.\n")
    assert json.loads(ran.stdout)["changes"]["create"] > 0
    _goes_on(checkout)


@pytest.mark.engine
def test_a_second_ctrl_c_ends_at_once_and_the_next_up_starts_over(checkout: Checkout) -> None:
    process = _up_until(checkout, "UserPool", 1)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert _stopped(process).stderr.endswith("Stopped. The next `make up` starts over.\n")
    _starts_over(checkout, "the last run was cut off")


def _kill_the_emulator(checkout: Checkout) -> None:
    assert checkout.kill(EMULATOR) == 1


def _delete_the_pool(checkout: Checkout) -> None:
    cognito, pool = checkout.aws("cognito-idp"), checkout.outputs()["userPoolId"]
    cognito.delete_user_pool_domain(UserPoolId=pool, Domain="focusmark-local")
    cognito.delete_user_pool(UserPoolId=pool)


def _cut_the_state(checkout: Checkout) -> None:
    file = checkout.root / STATE
    file.write_bytes(file.read_bytes()[:1000])


def _empty_the_state(checkout: Checkout) -> None:
    """Leave valid JSON that names no resource, while the emulator has them all."""
    file = checkout.root / STATE
    file.write_text('{"version": 3, "checkpoint": {"stack": "organization/identity/local", "latest": {}}}')


def _remove_the_state(checkout: Checkout) -> None:
    shutil.rmtree(checkout.root / ".local/state")


LOSSES: list[tuple[Callable[[Checkout], None], str]] = [
    (_kill_the_emulator, "the emulator's data is gone"),
    (_delete_the_pool, "the emulator no longer has the user pool"),
    (_cut_the_state, "the stack's state is damaged"),
    (_empty_the_state, "the stack's state is damaged"),
    (_remove_the_state, "the stack's state is gone"),
]


@pytest.mark.engine
@pytest.mark.parametrize(("lose", "why"), LOSSES)
def test_a_preview_shows_what_starting_over_makes(own: Checkout, lose: Callable[[Checkout], None], why: str) -> None:
    lose(own)
    planned = own.local("preview", "--json")
    assert f"Starting over: {why}" in planned.stderr
    assert planned.changes == {"create": 13}


@pytest.mark.engine
def test_what_was_lost_starts_over(own: Checkout) -> None:
    _delete_the_pool(own)
    _starts_over(own, "the emulator no longer has the user pool")
    own.assert_nothing_to_do()


@pytest.mark.engine
@pytest.mark.parametrize(
    ("command", "status", "said"), [("refresh", 1, "nothing to refresh"), ("destroy", 0, "nothing to destroy")]
)
def test_of_what_was_lost_there_is_nothing_left(own: Checkout, command: str, status: int, said: str) -> None:
    _cut_the_state(own)
    ran = own.local(command)
    assert ran.status == status
    assert "Starting over: the stack's state is damaged" in ran.said
    assert said in ran.said


@pytest.mark.engine
def test_a_second_up_at_the_same_time_waits(checkout: Checkout) -> None:
    both = [checkout.start("up", "--json"), checkout.start("up", "--json")]
    ran = [finished(process) for process in both]
    assert [each.status for each in ran] == [0, 0], ran
    assert sum("is at work in this checkout" in each.stderr for each in ran) == 1
    checkout.assert_complete()


def test_the_lock_of_an_engine_that_was_killed_is_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(state, "LOCKS", tmp_path / "locks")
    (state.LOCKS / "organization").mkdir(parents=True)
    with start_over.watched(Progress(planned=False)):
        assert not state.LOCKS.exists()


@pytest.mark.parametrize(
    ("began", "broken_off", "written", "over"),
    [
        (True, False, True, False),  # ended with success or failure: the state is complete
        (False, False, False, False),  # refused before any change, for example by a config error
        (True, False, False, True),  # killed, or no disk space for the state
        (True, True, True, True),  # the emulator stopped during a step
    ],
)
def test_a_run_is_cut_off_where_the_state_does_not_say_what_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, began: bool, broken_off: bool, written: bool, over: bool
) -> None:
    monkeypatch.setattr(paths, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(state, "FILE", tmp_path / "local.json")
    progress = Progress(planned=False)
    with start_over.watched(progress):
        assert paths.UNFINISHED.exists()  # in case the process is killed now
        progress.began, progress.broken_off = began, broken_off
        if written:
            state.FILE.write_text("{}")
    assert paths.UNFINISHED.exists() is over
