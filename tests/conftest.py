"""Shared fixtures: a run of the program under mocks, checkouts with a deployed stack, and emulators."""

import functools
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

# Fixtures import what they need themselves: the xdist controller runs no fixtures and so skips these imports.
if TYPE_CHECKING:
    from tests.support.checkout import Checkout
    from tests.support.false_sign_in import FalseServer
    from tests.support.program import Deploy, Run

# Keep bytecode, for the tests and the programs they start: recompiling takes half of a short run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell ignores Ctrl-C (SIGINT) for background jobs, and child processes would inherit that. Restore the default.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pools", type=Path, help="Adopt each pool of this directory, and print a row of each (-rP).")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker per core for the fast tests, two for the others: engine tests are idle a third of the time."""
    cores = os.cpu_count() or 1
    return cores if "not engine" in config.option.markexpr else 2 * cores


# Each takes at least 30 processor seconds. `make test` runs a module on one worker, so its setup runs once.
_LONGEST = (
    *("test_adopt", "test_aws_plugin", "test_commands", "test_connect", "test_docs", "test_faults"),
    *("test_ordinary_pulumi", "test_stack", "test_start_over", "test_toggles", "test_upgrades"),
)


@functools.cache
def pulumi_cli_at_hand() -> None:
    """Build the Pulumi CLI before the first engine test: the build takes longer than the timeout of a test."""
    from local import pulumi_cli
    from local.console import Failure

    try:
        pulumi_cli.find()
    except Failure as failure:
        pytest.fail(f"the engine cannot be had: {failure}", pytrace=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engine"):
        pulumi_cli_at_hand()


@pytest.hookimpl(tryfirst=True)  # run before pytest applies `-m "not engine"`
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run engine modules first, the longest at the start, so that short ones fill the gaps at the end."""
    for item in items:
        if {"shared_emulator", "whole"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.engine)
    slow = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: (item.path.stem not in _LONGEST, item.path not in slow))


def pytest_collection_finish() -> None:
    """Collect garbage less often: scanning all imported modules and tests took a fifth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session")
def default_stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `.local/` of a checkout after `up` with the committed stack file. One worker makes it for all."""
    from tests.support import building
    from tests.support.checkout import Checkout

    of_all = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    )
    made = of_all / "default" / "stack"
    with building.locked(made.parent):
        if not made.exists():
            with Checkout(tmp_path_factory.mktemp("default-stack")) as checkout:
                assert checkout.run("up", policies=True) == {"create": 13}
                assert checkout.local("stop").status == 0
            shutil.copytree(checkout.root / ".local", made)
    return made


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, default_stack: Path) -> Iterator["Checkout"]:
    """Yield a deployed checkout, shared by the tests of a module, which must leave it unchanged.

    Until the next `up`, its outputs contain the port of the checkout that `default_stack` used.
    """
    from tests.support.checkout import Checkout

    with Checkout(tmp_path_factory.mktemp("up"), default_stack) as checkout:
        yield checkout


@pytest.fixture
def edited(up: "Checkout") -> Iterator["Checkout"]:
    """Yield the `up` checkout for a test that makes an invalid edit of the stack file, and restore the file."""
    committed, held = up.stack_file.read_text(), up.inventory()
    yield up
    up.stack_file.write_text(committed)
    assert up.inventory() == held


@pytest.fixture
def own(tmp_path: Path, default_stack: Path) -> Iterator["Checkout"]:
    """Yield a deployed checkout of its own, for a test that changes it."""
    from tests.support.checkout import Checkout

    with Checkout(tmp_path, default_stack) as checkout:
        yield checkout


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from tests.support import emulated_sign_in

    with emulated_sign_in.emulator(tmp_path_factory.mktemp("emulator") / "log") as url:
        yield url


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["FalseServer"]:
    """Yield a fake sign-in server. No browser opens, and sessions are saved in a temporary directory."""
    from cli.sign_in import flow, session
    from tests.support.false_sign_in import false_server

    monkeypatch.setattr(session, "SESSIONS", tmp_path / "kept")
    with false_server() as server:
        monkeypatch.setattr(flow, "_show", server.browse)
        yield server


@pytest.fixture
def emulator(shared_emulator: str) -> str:
    """Reset the shared emulator and return its URL."""
    from tests.support import signing

    assert signing.send("POST", f"{shared_emulator}/_ministack/reset").is_success
    return shared_emulator


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a PULUMI_HOME for all deployments of a worker."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def deploy() -> Iterator["Deploy"]:
    """Return a function that runs `__main__.py` under mocks: `deploy({"product": "focusmark"}, stack="dev")`."""
    import pulumi

    from tests.support.program import Mocks, RecordingMonitor, Run, run_with

    def run_program(
        config: Mapping[str, Any],
        stack: str = "local",
        zone: str = "focusmark.app",
        apex_address: bool = True,
        state: Mapping[str, Any] | None = None,
        records: Sequence[tuple[str, str]] = (),
        secrets: Sequence[str] = (),
    ) -> "Run":
        run = Run()
        mocked = Mocks(zone, apex_address, state or {}, records)
        run_with(RecordingMonitor(mocked, run), config, stack, secrets)
        assert not run.complaints, "\n".join(run.complaints)
        return run

    yield run_program
    pulumi.runtime.set_all_config({})


# `make test` tries 30 examples of each property, `make fuzz` 12,000 in all. A slow machine is not a failure.
hypothesis.settings.register_profile("default", max_examples=30, deadline=None)
hypothesis.settings.register_profile("fuzz", max_examples=4000, deadline=None, print_blob=True)
