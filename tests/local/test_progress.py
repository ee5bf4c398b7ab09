"""Counts of a run contain only changes that were made: none if the program was refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandResult, EngineEvent
from pulumi.automation.errors import create_command_error

from local import engine, lock, paths, pulumi_cli
from local.outcome import Interrupted, Operation, Outcome
from local.progress import Progress

URN = "urn:pulumi:local::identity::aws:cognito/userPool:UserPool::{}"


def _step(operation: str, name: str = "pool", event: str = "resOutputsEvent") -> EngineEvent:
    metadata = {"op": operation, "urn": URN.format(name), "type": "aws:cognito/userPool:UserPool"}
    return EngineEvent.from_json(
        {"sequence": 1, "timestamp": 1, event: {"metadata": metadata, "status": 1, "steps": 1}}
    )


def _sum(**changes: int) -> EngineEvent:
    event = {"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": changes, "policyPacks": {}}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "summaryEvent": event})


def test_the_engines_own_sum_is_the_count() -> None:
    progress = Progress(planned=False)
    for event in (_step("create"), _step("create", "other"), _sum(create=1, same=3)):
        progress(event)
    assert progress.changes == {"create": 1, "same": 3}


def test_without_a_sum_the_steps_so_far_are_the_count() -> None:
    progress = Progress(planned=False)
    steps = [("create", "a"), ("create", "b"), ("create-replacement", "c"), ("replace", "c"), ("delete-replaced", "c")]
    for operation, name in [*steps, ("same", "e"), ("read", "f")]:
        progress(_step(operation, name, "resourcePreEvent"))
        progress(_step(operation, name))
    progress(_step("create", "d", "resourcePreEvent"))
    progress(_step("create", "d", "resOpFailedEvent"))
    assert progress.changes == {"create": 2, "replace": 1, "same": 1}


class _Stack:
    """A fake stack whose runs report these steps and then fail."""

    def __init__(self, steps: tuple[str, ...], end: Exception) -> None:
        self._steps, self._end = steps, end

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def run(on_event: Callable[[EngineEvent], None], **_: Any) -> None:
            on_event(_sum(**dict.fromkeys(self._steps, 1)))
            raise self._end

        return run


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    monkeypatch.setattr(paths, "LOCAL", tmp_path / ".local")
    monkeypatch.setattr(paths, "LOCK", tmp_path / ".local" / "lock")
    monkeypatch.setattr(paths, "UNFINISHED", tmp_path / ".local" / "unfinished")

    def run(operation: Operation, end: Exception, *steps: str) -> Outcome:
        monkeypatch.setattr(engine, "local_stack", lambda _: _Stack(steps, end))
        monkeypatch.setattr(pulumi_cli, "find", lambda: None)
        monkeypatch.setattr(engine, "Cli", lambda *_: type("Cli", (), {"complaint": "it says why"})())
        with lock.only_one(f"make {operation}") as held:
            return engine.run(operation, held)

    return run


REFUSAL = create_command_error(CommandResult(stdout="", stderr="", code=1))


@pytest.mark.parametrize(
    ("operation", "steps", "done"),
    [
        ("up", ("same", "create"), {"same": 1, "create": 1}),
        ("refresh", ("create",), {"create": 1}),
        ("destroy", ("create",), {"create": 1}),
        ("up", ("same", "read"), {}),  # the program was refused; only the stack resource was counted
        ("preview", ("same", "create"), {}),
    ],
)
def test_a_run_that_fails_says_what_it_did(
    ending: Callable[..., Outcome], operation: Operation, steps: tuple[str, ...], done: dict[str, int]
) -> None:
    outcome = ending(operation, REFUSAL, *steps)
    assert (outcome.succeeded, dict(outcome.changes)) == (False, done)


def test_a_run_that_is_stopped_says_what_it_did(ending: Callable[..., Outcome]) -> None:
    with pytest.raises(Interrupted) as stopped:
        ending("up", Interrupted(), "create")
    assert stopped.value.changes == {"create": 1}
