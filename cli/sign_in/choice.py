"""Chooses the client and the scopes for a sign-in."""

from cli.outputs import ClientOutput, Outputs
from cli.sign_in.errors import plain
from identity.facts import OIDC_SCOPES
from local.console import Failure

OPENID = "openid"


def choose_client(outputs: Outputs, name: str | None, last: str | None = None) -> tuple[str, str]:
    """The key of the client that is meant, and where none was named, why that one.

    It is the one that signed in last, so that a client that is added does not take its place; else the first public
    one with a callback on this machine. Raises Failure where there is none.
    """
    if not outputs.clients:
        raise Failure("The stack has no clients. Add one to `identity:clients` in its stack file.")
    if name is not None:
        if name not in outputs.clients:
            raise Failure(f"The stack has no client `{plain(name, 60)}`. It has: {', '.join(outputs.clients)}.")
        return name, ""
    if last in outputs.clients and outputs.clients[last].callback_urls:
        return last, "used last here"
    removed = f"; `{plain(last, 60)}`, used last, is not in the stack any more" if last else ""
    for key, client in outputs.clients.items():
        if client.loopback_callbacks and key not in outputs.client_secrets:
            return key, f"the first public one with a callback on this machine{removed}"
    raise Failure(
        "No client of this stack is public with a callback on this machine, so name one with --client: "
        + ", ".join(outputs.clients)
    )


def choose_scopes(outputs: Outputs, client: ClientOutput, wanted: list[str]) -> list[str]:
    """Full scope names: those asked for, short (`project.read`) or full; without any, all that the client has.

    `openid` is added where the client has it, since without it there is no id token to say who signed in.
    """
    if not wanted:
        return list(client.scopes)
    declared = [scope for api in outputs.apis.values() for scope in api.scopes]
    chosen = [OPENID] if client.callback_urls and OPENID in client.scopes else []
    for scope in wanted:
        matches = [full for full in declared if full == scope or full.endswith(f"/{scope}")]
        if len(matches) > 1:
            raise Failure(f"The scope `{scope}` is declared by more than one API. Say: {' or '.join(matches)}.")
        full = matches[0] if matches else scope
        if full not in client.scopes:
            why = "is not allowed for this client" if matches or scope in OIDC_SCOPES else "is declared by no API"
            raise Failure(f"The scope `{scope}` {why}. The client may have: {', '.join(client.scopes)}.")
        chosen.append(full)
    return list(dict.fromkeys(chosen))
