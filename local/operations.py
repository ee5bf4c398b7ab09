"""What each command does that runs the engine, in its order: files, emulator, account, recovery, engine, report."""

import re
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from local import account, emulator, engine, paths, project, recovery, report, state
from local.console import Failure, say
from local.lock import Held
from local.outcome import Operation, Outcome

# What the CLI says of a config that does not fit Pulumi.yaml's types, before the program could speak.
_UNTYPED = re.compile(r"with configuration key '\S+' must be of type|is missing configuration value")


def run(operation: Operation, port: int, held: Held) -> Outcome:
    """Do it and tell how it ended. Raises Failure where it cannot begin."""
    try:
        if operation == "refresh":
            return _refresh(port, held)
        return _destroy(port, held) if operation == "destroy" else _deploy(operation, port, held)
    except (ClientError, BotoCoreError) as error:
        raise Failure(
            f"The emulator did not do as asked: {error}\nSee {emulator.LOG}; `make stop` and then try again."
        ) from error


def _deploy(operation: Operation, port: int, held: Held) -> Outcome:
    state.refuse_full_disk()
    config = project.write(port)
    emulator.ensure(port)
    account.prepare(config, port)
    stale = recovery.repair(port, may_touch=operation == "up")
    outcome = engine.run(operation, held, refresh=stale)
    if any(_UNTYPED.search(error) for error in outcome.errors):
        outcome = replace(outcome, errors=(project.mistakes(config) or outcome.errors[0],))
    if outcome.succeeded and operation == "up":
        paths.STALE.unlink(missing_ok=True)
    report.summary(operation, outcome)
    made = state.read() if outcome.succeeded and operation == "up" else None
    if made:
        report.outputs(made)
    return outcome


def _refresh(port: int, held: Held) -> Outcome:
    if not _anything_up():
        raise Failure("Nothing is up in this checkout, so there is nothing to refresh. Make it with: make up")
    state.refuse_full_disk()
    project.write_or_keep(port)
    emulator.ensure(port)
    recovery.repair(port, may_touch=True)
    outcome = engine.run("refresh", held)
    if outcome.succeeded:
        paths.STALE.unlink(missing_ok=True)
    report.summary("refresh", outcome)
    return outcome


def _destroy(port: int, held: Held) -> Outcome:
    state.repair()
    if not _anything_up() and emulator.running_port() is None:
        say("Nothing is up in this checkout: nothing to destroy.")
        return Outcome(True, {})
    _refuse_protected()
    state.refuse_full_disk()
    emulator.ensure(port)
    outcome = Outcome(True, {})
    if _anything_up():
        project.write_or_keep(port)
        stale = recovery.repair(port, may_touch=True)
        outcome = engine.run("destroy", held, refresh=stale)
    if outcome.succeeded:
        account.remove(port)
        paths.STALE.unlink(missing_ok=True)
    report.summary("destroy", outcome)
    return outcome


def _refuse_protected() -> None:
    """The engine would refuse each protected resource as well, but only after deleting what is not protected.

    And it knows nothing of a `protect` that was written down and never applied.
    """
    known = state.read()
    if known is None or not known.resources:
        return
    guarded = [resource for resource in known.resources if resource.get("protect")]
    names = sorted({resource["urn"].rpartition("::")[2] for resource in guarded if resource.get("custom")})
    if names:
        raise Failure(f"Nothing was destroyed: {', '.join(names)} are protected.\n{report.UNPROTECT}")
    if file := project.protected_by():
        raise Failure(
            f"Nothing was destroyed: identity:protect is not false in {file}, though no `make up` has applied that.\n"
            f"To let all of it go on purpose: put `identity:protect: false` into {paths.STACK_FILE}, then this again."
        )


def _anything_up() -> bool:
    known = state.read()
    return bool(known and (known.resources or known.pending))
