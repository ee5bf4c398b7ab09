"""The emulator of a checkout: on which port it is, and that it is not lost on the way to another."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import processes
from local.emulator import free_port
from tests.checkout import Checkout, Ran, finished


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout whose emulator runs, and holds nothing."""
    with Checkout(tmp_path) as checkout:
        checkout.start_emulator()
        yield checkout


def _ask(checkout: Checkout, expression: str) -> Any:
    """What an expression gives in that checkout, without a PORT in the environment."""
    ran = _run(checkout, f"import json\nfrom local import emulator\nprint(json.dumps({expression}))")
    assert ran.status == 0, ran.stderr
    return json.loads(ran.stdout)


def _run(checkout: Checkout, program: str) -> Ran:
    return finished(checkout.python("-c", program))


def test_a_command_without_a_port_takes_the_one_where_the_emulator_runs(running: Checkout) -> None:
    assert _ask(running, "emulator.port_for(None)") == running.port
    assert _ask(running, "emulator.port_for(4601)") == 4601
    assert running.local("stop").status == 0
    assert _ask(running, "emulator.port_for(None)") == 4566


@pytest.mark.parametrize("listening", [True, False])
def test_a_port_that_is_taken_leaves_the_emulator_where_it_is(running: Checkout, listening: bool) -> None:
    before = processes.listener(running.port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        if listening:
            taken.listen()
        port = taken.getsockname()[1]
        ran = running.local("preview", PORT=str(port))
    ran.refused(f"Port {port} of 127.0.0.1 is in use by", "make up PORT=")
    assert "Moving the emulator" not in ran.said
    assert processes.listener(running.port) == before
    assert _ask(running, "emulator.running_port()") == running.port


@pytest.mark.parametrize("port", ["", None])
def test_an_empty_port_is_none(running: Checkout, port: str | None) -> None:
    environment = {} if port is None else {"PORT": port}
    program = "from local.commands import up\nprint(up.make_context('up', []).params['port'])"
    kept = finished(running.python("-c", f"import os\nos.environ.pop('PORT')\nos.environ |= {environment}\n{program}"))
    assert kept.stdout.split() == ["None"]
