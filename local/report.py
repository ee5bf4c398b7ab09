"""The final report of a command for the user, on standard error."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.console import say
from local.outcome import FOUND, Outcome
from local.state import State

_PROTECTED = "because it is protected"
UNPROTECT = (
    "To delete them: set `identity:protect: false` in Pulumi.local.yaml, run `make up`, then run this command again."
)
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "same": "unchanged"}


def summary(operation: str, outcome: Outcome) -> None:
    """Show the errors in full, and the result with its counts in one line."""
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


def ready(known: State, people: Sequence[str]) -> None:
    """Show the pool, its clients, the sign-in page and its users, and the next commands."""
    values = known.outputs
    say("")
    say(f"Pool:      {values.get('userPoolId')}, with the clients {', '.join(values.get('clients', {})) or 'none'}")
    if login := _public_login(values, known.clients_with_a_secret):
        say(f"Sign in:   {login}")
    if people:
        say(f"Users:     {', '.join(people)}; their passwords are in local/people.yaml")
    say(f"Mail:      {_served(values)}/_mail shows the messages that the stack sends: codes and sign-up links")
    say("Next:      make login     sign in from here and get tokens")
    say("           make export    files for your app and your API (docs/connect.md)")
    say("           make status    what is running, and where; all addresses: make outputs")


def _public_login(values: Mapping[str, Any], confidential: set[str]) -> str | None:
    """Return the sign-in URL of the first client without a secret. No parameter scope: it requests all scopes."""
    for client in values.get("clients", {}).values() if "authorizeUrl" in values else ():
        if client.get("callbackUrls") and client.get("clientId") not in confidential:
            query = {
                "client_id": client["clientId"],
                "response_type": "code",
                "redirect_uri": client["callbackUrls"][0],
            }
            return f"{_served(values)}/login?{urlencode(query)}"
    return None


def _served(values: Mapping[str, Any]) -> str:
    """Return the origin of the emulator, which serves the sign-in pages and the inbox."""
    return "://".join(urlsplit(str(values.get("jwksUri")))[:2])


def _counted(changes: Mapping[str, int], would: str = "", found: Mapping[str, str] | None = None) -> str:
    words = {**_DONE, **(found or {})}
    parts = [f"{count} {would if kind != 'same' else ''}{words.get(kind, kind)}" for kind, count in changes.items()]
    return f": {', '.join(parts)}" if parts else ""
