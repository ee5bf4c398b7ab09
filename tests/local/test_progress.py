"""What a run has done is counted, and nothing else: a plan that was refused is no deed."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import CommandError, CommandResult, EngineEvent
from pulumi.automation.errors import create_command_error

from local import engine, lock, paths, pulumi_cli
from local.outcome import Interrupted, Operation, Outcome
from local.progress import Progress

URN = "urn:pulumi:local::identity::aws:cognito/userPool:UserPool::{}"


def _step(operation: str, name: str = "pool", **more: Any) -> EngineEvent:
    metadata = {"op": operation, "urn": URN.format(name), "type": "aws:cognito/userPool:UserPool", **more}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resOutputsEvent": {"metadata": metadata}})


def _failed(operation: str, name: str = "pool") -> EngineEvent:
    metadata = {"op": operation, "urn": URN.format(name), "type": "aws:cognito/userPool:UserPool"}
    event = {"metadata": metadata, "status": 1, "steps": 1}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resOpFailedEvent": event})


def _sum(**changes: int) -> EngineEvent:
    event = {"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": changes, "policyPacks": {}}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "summaryEvent": event})


def test_the_engines_own_sum_is_the_count() -> None:
    progress = Progress(planned=False)
    for event in (_step("create"), _step("create", "other"), _sum(create=1, same=3)):
        progress(event)
    assert progress.changes == {"create": 1, "same": 3}


def test_without_a_sum_what_was_done_is_counted_as_it_went() -> None:
    progress = Progress(planned=False)
    steps = [_step("create"), _step("create", "b"), _step("create-replacement", "c"), _step("replace", "c")]
    steps += [_step("delete-replaced", "c"), _failed("create", "d"), _step("same", "e"), _step("read", "f")]
    for event in steps:
        progress(event)
    assert progress.changes == {"create": 2, "replace": 1, "same": 1}


def test_a_rehearsal_counts_for_nothing_however_it_ends() -> None:
    progress = Progress(planned=False)
    with contextlib.suppress(CommandError), progress.rehearsal():
        progress(_step("create"))
        progress(_sum(create=12))
        raise create_command_error(CommandResult(stdout="", stderr="", code=1))
    assert progress.changes == {}
    progress(_step("create"))
    assert progress.changes == {"create": 1}


class _Stack:
    """A stack whose runs tell of creates and end as they are told."""

    def __init__(self, ends: dict[str, Exception | None]) -> None:
        self._ends = ends

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def run(on_event: Callable[[EngineEvent], None], **_: Any) -> None:
            on_event(_step("create"))
            on_event(_sum(create=12 if operation == "preview" else 1))
            if end := self._ends.get(operation):
                raise end

        return run


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    monkeypatch.setattr(paths, "LOCAL", tmp_path / ".local")
    monkeypatch.setattr(paths, "LOCK", tmp_path / ".local" / "lock")

    def run(operation: Operation, **ends: Exception | None) -> Outcome:
        monkeypatch.setattr(engine, "LocalStack", lambda _: _Stack(ends))
        monkeypatch.setattr(engine, "workspace", lambda _: None)
        monkeypatch.setattr(engine, "install", lambda _: None)
        monkeypatch.setattr(pulumi_cli, "find", lambda: None)
        monkeypatch.setattr(engine, "Cli", lambda *_: type("Cli", (), {"complaint": "it says why"})())
        with lock.only_one(f"make {operation}") as held:
            return engine.run(operation, held)

    return run


def _refusal() -> CommandError:
    return create_command_error(CommandResult(stdout="", stderr="", code=1))


@pytest.mark.parametrize("operation", ["up", "preview"])
def test_a_refused_run_has_done_nothing(ending: Callable[..., Outcome], operation: Operation) -> None:
    outcome = ending(operation, preview=_refusal())
    assert (outcome.succeeded, dict(outcome.changes)) == (False, {})


@pytest.mark.parametrize("operation", ["up", "refresh", "destroy"])
def test_a_run_that_fails_in_the_middle_says_what_it_did(ending: Callable[..., Outcome], operation: Operation) -> None:
    outcome = ending(operation, **{operation: _refusal()})
    assert (outcome.succeeded, dict(outcome.changes)) == (False, {"create": 1})


def test_a_run_that_is_stopped_says_what_it_did(ending: Callable[..., Outcome]) -> None:
    with pytest.raises(Interrupted) as stopped:
        ending("up", up=Interrupted())
    assert stopped.value.changes == {"create": 1}
    with pytest.raises(Interrupted) as stopped:
        ending("up", preview=Interrupted())
    assert stopped.value.changes == {}
