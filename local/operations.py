"""The steps of each command that runs the engine, in this order: files, emulator, account, engine, users, report."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import account, emulator, engine, people, project, report, start_over, state
from local.console import Failure, say
from local.outcome import Operation, Outcome
from local.progress import Progress


def run(operation: Operation, port: int, held: int, progress: Progress | None = None) -> Outcome:
    """Run the operation and return its outcome; `progress` listens to a preview. Raises Failure if it cannot start."""
    try:
        if operation == "refresh":
            return _refresh(port, held)
        return _destroy(port, held) if operation == "destroy" else _deploy(operation, port, held, progress)
    except (ClientError, BotoCoreError) as error:
        raise Failure(f"The emulator failed: {error}\nSee {emulator.LOG}; `make stop` and then try again.") from error


def _deploy(operation: Operation, port: int, held: int, progress: Progress | None) -> Outcome:
    config, wanted = project.write(port), people.read()
    start_over.if_needed(port)
    with ThreadPoolExecutor(1) as beside:  # while the CLI starts
        ready = beside.submit(_prepare, config, port)
        outcome = engine.run(operation, held, ready.result, progress)
        ready.result()  # raises the error of `_prepare`, if there is one
    if outcome.errors and (mistakes := project.mistakes(config)):
        outcome = replace(outcome, errors=(mistakes,))
    report.summary(operation, outcome)
    made = state.read() if outcome.succeeded and operation == "up" else None
    if made:
        report.ready(made, people.make(wanted, made, port))
    return outcome


def _prepare(config: dict[str, Any], port: int) -> None:
    """Prepare the account and import the program's modules: two threads must not import `pulumi_aws` at once."""
    account.prepare(config, port)
    engine.import_ahead()


def _refresh(port: int, held: int) -> Outcome:
    start_over.if_lost()
    if not _resources():
        raise Failure("Nothing is deployed in this checkout, so there is nothing to refresh. Deploy it: make up")
    start_over.if_needed(port)
    outcome = engine.run("refresh", held)
    report.summary("refresh", outcome)
    return outcome


def _destroy(port: int, held: int) -> Outcome:
    start_over.if_lost()
    if not _resources() and emulator.running_port() is None:
        say("Nothing is deployed in this checkout: nothing to destroy.")
        return Outcome(True, {})
    _refuse_protected()
    start_over.if_needed(port)
    outcome = Outcome(True, {})
    if _resources():
        outcome = engine.run("destroy", held)
    if outcome.succeeded:  # remove what `account` created as well
        emulator.discard()
        emulator.ensure(port)
    report.summary("destroy", outcome)
    return outcome


def _refuse_protected() -> None:
    """Raise Failure if a resource is protected. The engine would refuse too, but only after deleting the others."""
    names = sorted(
        {resource.urn.rpartition("::")[2] for resource in _resources() if resource.protect and resource.custom}
    )
    if names:
        raise Failure(f"Nothing was destroyed: {', '.join(names)} are protected.\n{report.UNPROTECT}")


def _resources() -> list[state.Resource]:
    known = state.read()
    return known.resources if known else []
