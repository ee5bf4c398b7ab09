"""Choose the client and the scopes for a sign-in."""

from cli.outputs import ClientOutput, Outputs
from cli.sign_in.errors import plain
from identity.facts import OIDC_SCOPES
from local.console import Failure

OPENID = "openid"


def choose_client(outputs: Outputs, name: str | None, last: str | None = None) -> tuple[str, str]:
    """Return the key of the named client; without a name, a default and the reason for it.

    The default is the client of the last sign-in, so that a new client does not change it; else the first public client
    with a callback on this machine. Raises Failure if there is none.
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
    """Return the full names of the wanted scopes, given short (`project.read`) or full; without any, all of the client.

    `openid` is added if the client has it: only the ID token shows who signed in. Raises Failure for a scope that is
    ambiguous or not allowed.
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
