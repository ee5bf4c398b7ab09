"""What a command says at its end: to people on standard error, and with --json to programs on standard output."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local.console import give, say
from local.outcome import FOUND, Outcome
from local.state import State

_PROTECTED = "because it is protected"
UNPROTECT = (
    "To let them go on purpose: put `identity:protect: false` into Pulumi.local.yaml, then `make up`, then this again."
)
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "same": "unchanged"}


def as_json(result: str, changes: Mapping[str, int]) -> None:
    """The one line that ends a command run with --json."""
    give(json.dumps({"result": result, "changes": dict(changes)}))


def summary(operation: str, outcome: Outcome) -> None:
    """The errors in full, or what was done, in one line."""
    for error in outcome.errors:
        say(f"error: {error}", style="red")
    if any(_PROTECTED in " ".join(error.split()) for error in outcome.errors):
        say(UNPROTECT)
    if not outcome.succeeded:
        say(f"{operation} failed{_counted(outcome.changes)}.", style="bold red")
    elif not set(outcome.changes) - {"same", "read"}:
        say(f"Nothing to {'destroy' if operation == 'destroy' else 'change'}.", style="bold green")
    else:
        would = "would be " if operation == "preview" else ""
        found = FOUND if operation == "refresh" else {}
        say(f"{operation} done{_counted(outcome.changes, would, found)}.", style="bold green")


def outputs(known: State, people: Sequence[str]) -> None:
    """The stack's outputs for people, without secrets, who can sign in, and what to do next."""
    values = known.outputs
    say("")
    for name in sorted(values):
        _show(name, values[name], "  ")
    login = _public_login(values.get("clients"), known.clients_with_a_secret)
    say("")
    if login:
        say("Try it:     make login")
        say(f"Sign in:    {login}")
    if people:
        say(f"People:     {', '.join(people)}; their passwords are in local/people.yaml. One more for now: make user")
    say("Outputs:    make outputs")
    say("Take down:  make destroy")


def _show(name: str, value: Any, indent: str) -> None:
    if isinstance(value, dict):
        say(f"{indent}{name}:")
        for key in sorted(value):
            _show(key, value[key], indent + "  ")
    else:
        say(f"{indent}{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def _public_login(clients: Any, confidential: set[str]) -> str | None:
    """The login URL of the first client without a secret: the one that anyone can try."""
    if not isinstance(clients, dict):
        return None
    public = [client for client in clients.values() if client.get("clientId") not in confidential]
    return next((str(client["loginUrl"]) for client in public if "loginUrl" in client), None)


def _counted(changes: Mapping[str, int], would: str = "", found: Mapping[str, str] | None = None) -> str:
    words = {**_DONE, **(found or {})}
    told = [f"{count} {would if kind != 'same' else ''}{words.get(kind, kind)}" for kind, count in changes.items()]
    return f": {', '.join(told)}" if told else ""
