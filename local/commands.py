"""The commands of the local stack, which the Makefile calls."""

import contextlib
import json
import os
from shlex import quote
from typing import NoReturn

import click

from local import command_line, emulator, environment, paths, pulumi_command, state, tls
from local.console import Failure, give, leave_output, logged, say
from local.lock import only_one
from local.outcome import Interrupted, Operation

_port = click.option(
    "--port",
    envvar="PORT",
    type=click.IntRange(1024, 65535),
    default=None,
    show_default="where the emulator runs, else 4566",
    help="The emulator's port on 127.0.0.1; also from the environment, as in: make up PORT=4601",
)
_json = click.option("--json", "as_json", is_flag=True, help="End with one line of JSON on standard output.")


@click.group()
def commands() -> None:
    """The stack on this machine: the real Pulumi engine on an emulated AWS."""


def _engine_command(name: Operation, help_text: str) -> click.Command:
    """Add a command that runs the engine."""

    @commands.command(name, help=help_text)
    @_port
    @_json
    def command(port: int | None, as_json: bool) -> int:
        return _run(name, port, as_json)

    return command


up = _engine_command("up", "Deploy the stack, or update it to match the config.")
preview = _engine_command("preview", "Show what `up` would change.")
refresh = _engine_command("refresh", "Update the state to match the emulator.")
destroy = _engine_command("destroy", "Delete the whole stack. The emulator keeps running.")


@commands.command()
@click.option("--show-secrets", is_flag=True, help="Show secrets.")
def outputs(show_secrets: bool) -> None:
    """Print the stack's outputs as one JSON object."""
    values = state.deployed().outputs
    if show_secrets:
        done = pulumi_command.run(paths.STACK, "stack", "output", "--json", "--show-secrets")
        if done.returncode:
            raise Failure(f"The outputs cannot be read: {pulumi_command.said(done)}")
        values = json.loads(done.stdout)
    give(json.dumps(values, indent=2))


@commands.command()
def env() -> None:
    """Print shell commands that point the AWS CLI and SDKs to the emulator: eval "$(make env)"."""
    port = emulator.running_port()
    if port is None:
        raise Failure("The emulator is not running. Start it: make up")
    give("\n".join(environment.of_the_aws_tools(port)))


@commands.command()
@click.option(
    "--tls-port",
    type=click.IntRange(1024, 65535),
    default=4567,
    show_default=True,
    help="The port on 127.0.0.1, as in: make https TLS_PORT=4601",
)
def https(tls_port: int) -> None:
    """Serve HTTPS as well, by a certificate of this checkout's own, for libraries that take nothing else."""
    with only_one("make https"):
        made = emulator.serve_https(tls_port)
        say(
            f"https://localhost:{made.port} is served in addition to HTTP, now and after every start.\n"
            f"Clients have to trust {made.authority}; Node: export NODE_EXTRA_CA_CERTS={quote(str(made.authority))}\n"
            f"To turn it off: rm -r {quote(str(tls.FOLDER))} and then: make stop up"
        )


@commands.command()
def stop() -> None:
    """Stop the emulator; the next command starts it again with all it held."""
    with only_one("make stop"):
        say("The emulator is stopped." if emulator.stop() else "The emulator is not running.")


def main() -> NoReturn:
    """Run the command line of this process."""
    os.chdir(paths.CHECKOUT)
    command_line.main(commands, "python -m local", _stopped)


def _stopped() -> str:
    way = "starts over" if paths.UNFINISHED.exists() else "continues"
    return f"Stopped. The next `make up` {way}."


def _run(name: Operation, port: int | None, as_json: bool) -> int:
    """Run the engine under the lock and return the exit status. With --json always print the JSON line at the end."""
    result, changes = "failed", dict[str, int]()
    try:
        # Not at the top: the engine's SDK takes half a second to import, and `outputs` and `stop` do not need it.
        from local import operations

        with contextlib.nullcontext() if as_json else logged(), only_one(f"make {name}") as held:
            outcome = operations.run(name, emulator.port_for(port), held)
        result, changes = "succeeded" if outcome.succeeded else "failed", dict(outcome.changes)
    except (Interrupted, KeyboardInterrupt) as stopped:
        result, changes = "interrupted", getattr(stopped, "changes", {})
        raise
    finally:
        if as_json:
            leave_output()
            give(json.dumps({"result": result, "changes": changes}))
    return 0 if outcome.succeeded else 1
