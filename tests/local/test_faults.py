"""Killed at the worst moments, the next `up` comes right by itself."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import Checkout, finished

pytestmark = pytest.mark.engine

PROGRAM, ENGINE, PLUGIN, EMULATOR = "-m local up", "/pulumi --non", r"local\.aws_provider", "hypercorn"
# The worst moment of a create: the thing is there, and the engine does not know it yet.
WAIT = """\
        if request.urn.split("::")[-2].rpartition(":")[2] in open("{names}").read().split():
            open("{reached}", "a").write("x")
            while not open("{go_on}").read():
                await asyncio.sleep(0.05)
"""
AFTER_CREATE = "        self._tell_contradictions(request.urn, resource, found, inputs)\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout whose plugin stops after the creates that `names` lists."""
    with Checkout(tmp_path) as copy:
        wait = WAIT.format(names=copy.root / "names", reached=copy.root / "reached", go_on=copy.root / "go-on")
        copy.edit("local/aws_plugin/provider.py", AFTER_CREATE, wait + AFTER_CREATE)
        (copy.root / "names").write_text("")
        yield copy


def _up_until(checkout: Checkout, names: str, count: int) -> "subprocess.Popen[str]":
    """Start an `up` that stops in `count` creates of the types in `names`."""
    (checkout.root / "names").write_text(names)
    reached = checkout.root / "reached"
    reached.write_text("")
    (checkout.root / "go-on").write_text("")
    process = checkout.start("up", "--json")
    deadline = time.monotonic() + 90
    while len(reached.read_text()) < count:
        assert time.monotonic() < deadline, "the creates were not reached"
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    (checkout.root / "names").write_text("")
    return process


@pytest.mark.parametrize("victim", [PROGRAM, ENGINE, PLUGIN, f"{PROGRAM}|{ENGINE}|{PLUGIN}"])
def test_a_kill_in_the_middle_of_creates_leaves_nothing_double(checkout: Checkout, victim: str) -> None:
    for names, count in [
        ("UserPool Certificate", 2),
        ("UserPoolDomain ResourceServer Record", 4),
        ("UserPoolClient", 2),
    ]:
        process = _up_until(checkout, names, count)
        assert checkout.kill(victim)
        assert finished(process, 30).status != 0
    checkout.comes_right()


def test_an_emulator_killed_in_the_middle_of_creates_is_told_and_filled_again(checkout: Checkout) -> None:
    for names, count in [("UserPool Certificate", 2), ("UserPoolDomain ResourceServer Record", 4)]:
        process = _up_until(checkout, names, count)
        assert checkout.kill(EMULATOR) == 1
        (checkout.root / "go-on").write_text("yes")
        finished(process, 60).refused("the emulator does not answer")
    checkout.comes_right()


def test_ctrl_c_ends_with_one_line_and_the_next_up_goes_on(checkout: Checkout) -> None:
    process = _up_until(checkout, "UserPool", 1)
    process.send_signal(signal.SIGINT)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    ran = finished(process, 30)
    assert ran.status == 130
    assert json.loads(ran.stdout)["result"] == "interrupted"
    assert "Traceback" not in ran.stderr
    assert ran.stderr.endswith("Stopped. The next `make up` goes on from here.\n")
    checkout.comes_right()


def test_an_emulator_that_was_killed_is_filled_again(own: Checkout) -> None:
    assert own.kill(EMULATOR) == 1
    planned = own.local("preview", "--json")
    assert "no longer has what the stack's state says" in planned.stderr
    assert json.loads(planned.stdout)["changes"]["create"] > 0
    own.comes_right()


def test_an_emulator_killed_after_a_change_gets_the_change_again(own: Checkout) -> None:
    assert own.local("stop").status == 0  # the pool is written down, what comes now is not
    clients = {"postman": {"secret": True, "callbackUrls": ["https://localhost"]}, "extra": {"callbackUrls": ["a:/b"]}}
    own.config(clients=clients)
    assert own.local("up").status == 0
    changed = own.inventory()
    assert own.kill(EMULATOR) == 1
    assert own.local("up").status == 0
    assert own.inventory() == changed


def test_a_second_up_at_the_same_time_waits(checkout: Checkout) -> None:
    both = [checkout.start("up", "--json"), checkout.start("up", "--json")]
    ran = [finished(process) for process in both]
    assert [each.status for each in ran] == [0, 0], ran
    assert sum("is at work in this checkout" in each.stderr for each in ran) == 1
    checkout.comes_right()


def test_a_damaged_state_is_fixed_from_its_copy(own: Checkout) -> None:
    state = own.root / ".local/state/.pulumi/stacks/identity/local.json"
    state.write_bytes(state.read_bytes()[:1000])
    ran = own.local("up", "--json")
    assert ran.status == 0, ran.stderr
    assert "going on from its last good copy" in ran.stderr
    own.comes_right()


def test_an_engine_lock_of_a_dead_process_is_no_obstacle(own: Checkout) -> None:
    lock = own.root / ".local/state/.pulumi/locks/organization/identity/local/0.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(json.dumps({"pid": os.getpid(), "username": "someone", "hostname": "here"}))
    own.comes_right()
