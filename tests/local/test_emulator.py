"""The emulator of a checkout: its port, and its data after a change of port."""

import ctypes
import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import free_port
from local.ports import listener
from tests.support.checkout import Checkout, Ran, finished

pytestmark = pytest.mark.engine
PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Checkout]:
    """Yield a checkout with an empty running emulator."""
    with Checkout(tmp_path) as checkout:
        checkout.start_emulator()
        yield checkout


def _ask(checkout: Checkout, expression: str) -> Any:
    """Return the value of an expression in the checkout, without PORT in the environment."""
    ran = _run(checkout, f"import json\nfrom local import emulator\nprint(json.dumps({expression}))")
    assert ran.status == 0, ran.stderr
    return json.loads(ran.stdout)


def _run(checkout: Checkout, program: str) -> Ran:
    return checkout.ran("-c", program)


def test_a_command_without_a_port_takes_the_one_where_the_emulator_runs(running: Checkout) -> None:
    assert _ask(running, "emulator.port_for(None)") == running.port
    assert _ask(running, "emulator.port_for(4601)") == 4601
    assert running.local("stop").status == 0
    assert _ask(running, "emulator.port_for(None)") == 4566


@pytest.mark.parametrize("listening", [True, False])
def test_a_port_that_is_taken_leaves_the_emulator_where_it_is(running: Checkout, listening: bool) -> None:
    before = listener(running.port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        if listening:
            taken.listen()
        port = taken.getsockname()[1]
        ran = running.local("preview", PORT=str(port))
    ran.refused(f"Port {port} of 127.0.0.1 is in use by", "make up PORT=")
    assert "Moving the emulator" not in ran.said
    assert listener(running.port) == before
    assert _ask(running, "emulator.running_port()") == running.port


@pytest.mark.parametrize("port", ["", None])
def test_an_empty_port_is_none(running: Checkout, port: str | None) -> None:
    environment = {} if port is None else {"PORT": port}
    program = "from local.commands import up\nprint(up.make_context('up', []).params['port'])"
    kept = finished(running.python("-c", f"import os\nos.environ.pop('PORT')\nos.environ |= {environment}\n{program}"))
    assert kept.stdout.split() == ["None"]


def _pool(checkout: Checkout) -> str:
    """Create a user pool in the emulator and return its id."""
    made: str = checkout.aws("cognito-idp").create_user_pool(PoolName="kept")["UserPool"]["Id"]
    return made


def _pools(checkout: Checkout) -> list[str]:
    return [pool["Id"] for pool in checkout.aws("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]]


@pytest.mark.parametrize("removed", [".local", ".local/emulator"])
def test_after_its_folder_was_removed_the_emulator_can_be_stopped(running: Checkout, removed: str) -> None:
    shutil.rmtree(running.root / removed)
    ran = running.local("stop")
    assert (ran.status, "is stopped" in ran.stderr) == (0, True)
    assert listener(running.port) is None
    assert "not running" in running.local("stop").stderr


def test_after_its_folder_was_removed_no_key_is_printed_that_the_emulator_does_not_take(running: Checkout) -> None:
    assert "AWS_ACCESS_KEY_ID" in running.local("env").stdout
    shutil.rmtree(running.root / ".local")
    running.local("env").refused("not running", "make up")


def test_after_its_folder_was_removed_the_emulator_is_replaced_by_an_empty_one(running: Checkout) -> None:
    _pool(running)
    shutil.rmtree(running.root / ".local")
    running.start_emulator()
    assert _pools(running) == []
    port = free_port()
    assert _run(running, f"from local import emulator\nemulator.ensure({port})").status == 0
    assert listener(running.port) is None
    assert _ask(running, "emulator.running_port()") == port


def test_the_emulator_of_another_checkout_is_left_alone(running: Checkout, tmp_path: Path) -> None:
    with Checkout(tmp_path / "other") as other:
        assert _ask(other, "emulator.running_port()") is None
        assert "not running" in other.local("stop").stderr
    assert _ask(running, "emulator.running_port()") == running.port


def test_what_was_lost_in_a_stop_is_told(running: Checkout) -> None:
    _pool(running)
    for entry in ("cognito.json.tmp", "acm.json.tmp"):
        (running.root / ".local/emulator/state" / entry).mkdir()  # in the way of the file that is saved first
    running.local("stop").refused("could not save its data", "failed to save", "The next `make up` starts over")
    assert listener(running.port) is None
    running.start_emulator()
    assert _pools(running) == []


def test_an_emulator_that_does_not_end_is_ended(running: Checkout) -> None:
    running.edit("local/emulator.py", "_STOP_TIMEOUT = 20.0", "_STOP_TIMEOUT = 0.5")
    (pid,) = running.processes("hypercorn")
    os.kill(pid, signal.SIGSTOP)
    running.local("stop").refused("is stopped", "did not end", "The next `make up` starts over")
    assert running.processes("hypercorn") == []
    assert _ask(running, "emulator.is_lost()")


@pytest.fixture
def without_a_reaper() -> Iterator[None]:
    """Make this process the parent of its orphaned descendants. It does not reap them until the test ends."""
    system = ctypes.CDLL(None)
    system.prctl(PR_SET_CHILD_SUBREAPER, 1)
    yield
    system.prctl(PR_SET_CHILD_SUBREAPER, 0)


@pytest.mark.usefixtures("without_a_reaper")
def test_an_emulator_is_stopped_where_nobody_clears_away_what_is_left_of_it(running: Checkout) -> None:
    (pid,) = running.processes("hypercorn")
    ran = running.local("stop")
    assert ran.status == 0, ran.stderr
    assert os.waitpid(pid, os.WNOHANG)[0] == pid
