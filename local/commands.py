"""Each command of the local stack, as the Makefile calls it: what happens in which order, and the exit status."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError

from local import account, emulator, engine, paths, project, recovery, report, state
from local.console import Failure, say
from local.engine import Interrupted, Operation
from local.lock import Held, only_one

# What the CLI says of a config that does not fit Pulumi.yaml's types, before the program could speak.
_UNTYPED = re.compile(r"with configuration key '\S+' must be of type|is missing configuration value")
_INTERRUPTED = 130  # as shells have it: 128 and the number of SIGINT
_port = click.option(
    "--port",
    envvar="PORT",
    type=click.IntRange(1024, 65535),
    default=4566,
    show_default=True,
    help="The emulator's port on 127.0.0.1; also from the environment, as in: make up PORT=4601",
)
_json = click.option("--json", "as_json", is_flag=True, help="End with one line of JSON on standard output.")


@click.group()
def commands() -> None:
    """The whole stack on this machine: the real engine on an emulated AWS."""


@commands.command()
@_port
@_json
def up(port: int, as_json: bool) -> None:
    """Make the stack, or bring it to what the config says."""
    _command("up", as_json, lambda held: _deploy("up", port, held))


@commands.command()
@_port
@_json
def preview(port: int, as_json: bool) -> None:
    """Show what `up` would do; make nothing but what a real account already has."""
    _command("preview", as_json, lambda held: _deploy("preview", port, held))


@commands.command()
@_port
@_json
def refresh(port: int, as_json: bool) -> None:
    """Bring the state to what the emulator really has."""
    _command("refresh", as_json, lambda held: _refresh(port, held))


@commands.command()
@_port
@_json
def destroy(port: int, as_json: bool) -> None:
    """Remove the whole stack. The emulator goes on running, empty."""
    _command("destroy", as_json, lambda held: _destroy(port, held))


@commands.command()
@click.option("--show-secrets", is_flag=True, help="Print secrets in clear.")
def outputs(show_secrets: bool) -> None:
    """Print the stack's outputs as one JSON object."""
    click.echo(json.dumps(engine.read_outputs(show_secrets), indent=2))


@commands.command()
def stop() -> None:
    """Stop the emulator; the next command starts it again with all it held."""
    with only_one("make stop"):
        say("The emulator is stopped." if emulator.stop() else "The emulator is not running.")


def main() -> NoReturn:
    """Run the command line. Failures are told without a traceback; Ctrl-C and SIGTERM end with one line."""
    signal.signal(signal.SIGTERM, _interrupt)
    os.chdir(paths.CHECKOUT)
    try:
        commands(prog_name="python -m local", standalone_mode=False)
    except (KeyboardInterrupt, Interrupted, click.Abort):
        say("Stopped. The next `make up` goes on from here.", style="yellow")
        _leave(_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        _leave(error.exit_code)
    except Failure as failure:
        say(str(failure), style="red")
        _leave(1)
    except (ClientError, BotoCoreError) as error:
        say(
            f"The emulator did not do as asked: {error}\nSee {emulator.LOG}; `make stop` and then try again.",
            style="red",
        )
        _leave(1)
    except OSError as error:
        say(f"The system refused: {error}. Look at that file or the room on its disk, then try again.", style="red")
        _leave(1)
    _leave(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(status: int) -> NoReturn:
    # A program that was stopped in the middle may have threads that never end; nothing is left to wait for.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _command(name: Operation, as_json: bool, work: Callable[[Held], engine.Outcome]) -> None:
    """Do the work under the lock and report it. With --json the last line is printed whatever happens."""
    outcome, result = None, "failed"
    try:
        with only_one(f"make {name}") as held:
            outcome = work(held)
        result = "succeeded" if outcome.succeeded else "failed"
    except (KeyboardInterrupt, Interrupted):
        result = "interrupted"
        raise
    finally:
        if as_json:
            sys.stderr.flush()
            report.as_json(result, outcome.changes if outcome else {})
    if not outcome.succeeded:
        _leave(1)


def _deploy(operation: Operation, port: int, held: Held) -> engine.Outcome:
    config = project.write(port)
    emulator.ensure(port)
    account.prepare(config, port)
    stale = recovery.mend(port, may_touch=operation == "up")
    outcome = engine.run(operation, held, refresh=stale)
    if any(_UNTYPED.search(error) for error in outcome.errors):
        outcome = replace(outcome, errors=(project.mistakes(config) or outcome.errors[0],))
    if outcome.succeeded and operation == "up":
        paths.STALE.unlink(missing_ok=True)
    report.summary(operation, outcome)
    if outcome.outputs is not None:
        report.outputs(outcome.outputs)
    return outcome


def _refresh(port: int, held: Held) -> engine.Outcome:
    if not _anything_up():
        raise Failure("Nothing is up in this checkout, so there is nothing to refresh. Make it with: make up")
    project.write_or_keep(port)
    emulator.ensure(port)
    recovery.mend(port, may_touch=True)
    outcome = engine.run("refresh", held)
    if outcome.succeeded:
        paths.STALE.unlink(missing_ok=True)
    report.summary("refresh", outcome)
    return outcome


def _destroy(port: int, held: Held) -> engine.Outcome:
    state.mend()
    if not _anything_up() and emulator.running_port() is None:
        say("Nothing is up in this checkout: nothing to destroy.")
        return engine.Outcome(True, {})
    _refuse_protected()
    emulator.ensure(port)
    outcome = engine.Outcome(True, {})
    if _anything_up():
        project.write_or_keep(port)
        stale = recovery.mend(port, may_touch=True)
        outcome = engine.run("destroy", held, refresh=stale)
    if outcome.succeeded:
        account.remove(port)
        paths.STALE.unlink(missing_ok=True)
    report.summary("destroy", outcome)
    return outcome


def _refuse_protected() -> None:
    """The engine would refuse each protected resource as well, but only after deleting what is not protected."""
    known = state.read()
    names = (
        [resource["urn"].rpartition("::")[2] for resource in known.resources if resource.get("protect")]
        if known
        else []
    )
    if names:
        raise Failure(f"Nothing was destroyed: {', '.join(names)} are protected.\n{report.UNPROTECT}")


def _anything_up() -> bool:
    known = state.read()
    return bool(known and (known.resources or known.pending))
