"""The status of the local stack: `make status`."""

from collections.abc import Iterator, Mapping
from typing import Any

import click
from pydantic import ValidationError

from cli.outputs import Outputs
from cli.sign_in.errors import plain
from cli.sign_in.session import SessionFile
from local import emulator, history, paths, state, tls
from local.console import Failure, give
from local.state import State


@click.command()
def status() -> None:
    """Show what is running, where, who is signed in, and how the config has changed."""
    known = state.read()
    for name, text in _lines(known if known and known.resources else None):
        give(f"{name:<10} {text}")


def _lines(known: State | None) -> Iterator[tuple[str, str]]:
    run = history.last()
    port = emulator.running_port()
    yield "stack", _stack(known, run)
    yield "emulator", _emulator(port) if port else "stopped; make up"
    if known is None:
        return
    values = known.outputs
    yield "pool", str(values.get("userPoolId", "none"))
    yield "apis", ", ".join(values.get("apis", {})) or "none"
    yield "clients", ", ".join(_clients(values, known.clients_with_a_secret)) or "none"
    yield "signed in", "; ".join(_signed_in(values)) or "nobody; make login"
    yield "mail", f"http://127.0.0.1:{port}/_mail; make mail" if port else "none, the emulator is stopped"
    yield "config", _config(run)


def _stack(known: State | None, run: history.Run | None) -> str:
    if paths.UNFINISHED.exists():
        return "a run is in progress or was interrupted; then the next one starts over"
    last = f"; last run: {run.kind} {run.result}, {run.at:%d %b %H:%M}" if run else ""
    # As `make up` counts them: without the providers that the engine creates.
    made = sum(not resource.type.startswith("pulumi:providers:") for resource in known.resources) if known else 0
    return (f"{made} resources" if known else "not deployed; make up") + last


def _emulator(port: int) -> str:
    https = tls.turned_on()
    return f"http://127.0.0.1:{port}" + (f", https://localhost:{https.port}" if https else "")


def _clients(values: Mapping[str, Any], confidential: set[str]) -> Iterator[str]:
    for key, client in values.get("clients", {}).items():
        kind = "" if client.get("callbackUrls") else "machine"
        yield f"{key} ({kind or 'secret'})" if kind or client.get("clientId") in confidential else key


def _signed_in(values: Mapping[str, Any]) -> Iterator[str]:
    """Describe the saved sessions of `make login`, by client."""
    try:
        outputs = Outputs.model_validate({**values, "clientSecrets": {}})
    except ValidationError:  # outputs of an older checkout; the next `up` renews them
        return
    for key, client in outputs.clients.items():
        session = SessionFile(paths.STACK, key).read(outputs, client)
        if session is None:
            continue
        renewed = "or renewed by make token" if session.refresh_token else "then: make login"
        left = f"for {session.minutes_left} min, {renewed}" if session.valid_for(0) else f"expired; {renewed}"
        who = plain(session.name, 60) if client.callback_urls else "itself"
        yield f"{who} by {key}, {left}"


def _config(run: history.Run | None) -> str:
    if run is None:
        return "unknown: no run is recorded"
    try:
        changed = history.changed_keys(run)
    except Failure as failure:
        return str(failure).splitlines()[0]
    if changed:
        return f"changed since the last run: {', '.join(changed)}; to see the effect: make preview"
    ended = "" if run.result == "succeeded" else f", which {run.result}; make up"
    return f"unchanged since the last run{ended}"
