"""What shipped apps rely on in a client that stays: its URLs, scopes and flows. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from identity.apis import ApiSettings
from identity.clients import CLIENT_CREDENTIALS, REFRESH, ClientSettings
from identity.errors import shown, without_user
from identity.guard.loss import HOLD_BACK, PUT_BACK, Loss, weakened
from identity.limits import AUTH_FLOWS, FLOWS_WITHOUT_SETUP
from identity.urls import is_taken


def full_scopes(client: ClientSettings, apis: Mapping[str, ApiSettings]) -> set[str]:
    """The names that AWS knows the client's scopes by."""
    return {f"{apis[it.api].identifier}/{it.name}" if it.api else it.name for it in client.scopes}


def client_weakened(
    client_id: str,
    path: str,
    old: Mapping[str, Any],
    new: ClientSettings,
    apis: Mapping[str, ApiSettings],
    gone: set[str],
) -> Iterator[Loss]:
    """What the client would not have any more.

    Args:
        client_id: its id, which apps are shipped with.
        path: its config key.
        old: the client as the state has it.
        new: the client as it will be.
        apis: the APIs as they will be, by key.
        gone: scopes that go with their API, and are told there.
    """
    scopes, had_scopes = full_scopes(new, apis), set(old.get("allowedOauthScopes") or []) - gone
    external = _external(had_scopes, apis)
    rows = [
        ("callbackUrls", old.get("callbackUrls"), set(new.callback_urls), "sign-in that comes back there ends"),
        ("logoutUrls", old.get("logoutUrls"), set(new.logout_urls), "sign-out that comes back there ends"),
        ("scopes", had_scopes - external, scopes, "apps that ask for it cannot sign in"),
        ("authFlows", old.get("explicitAuthFlows"), set(new.auth_flows), "apps that sign in that way cannot any more"),
    ]
    for what, had, has, consequence in rows:
        gets_lost = sorted(set(had or []) - has)
        if gets_lost:
            keep = f"{', '.join(map(without_user, gets_lost))} as well, which the client has"
            received, lost = shown(sorted(has)), f"Of {client_id}: {consequence}."
            fix = _put_back(what, gets_lost, old, new)
            yield weakened(client_id, what, f"{path}.{what}", keep, received, lost, fix)
    if external:
        keep = f"{', '.join(sorted(external))} as well, scopes of servers that this stack does not have"
        lost = "They would be removed by up, since the program has no key for them yet."
        fix = "hold the update back, or let them go by their name."
        place, received = f"{path}.scopes", shown(sorted(scopes))
        yield Loss(client_id, place, keep, received, lost, fix, what="externalScopes", in_place=True)
    yield from _other_flow(client_id, path, old, new)
    if (old.get("refreshTokenRotation") or {}).get("feature") == "ENABLED" and not new.rotate_refresh_tokens:
        stolen = "A stolen refresh token would be good for its whole life again."
        path = f"{path}.rotateRefreshTokens"
        yield weakened(client_id, "rotateRefreshTokens", path, "true, as it is", "false", stolen)


def _put_back(what: str, gets_lost: list[str], old: Mapping[str, Any], new: ClientSettings) -> str:
    """The fix, which has to be one that the config's own checks let through."""
    if what == "authFlows":
        if any(flow not in AUTH_FLOWS or flow in FLOWS_WITHOUT_SETUP for flow in gets_lost):
            return HOLD_BACK
        return (
            "put `rotateRefreshTokens: false` back." if new.rotate_refresh_tokens and REFRESH in gets_lost else PUT_BACK
        )
    is_machine = new.flow == CLIENT_CREDENTIALS and CLIENT_CREDENTIALS in (old.get("allowedOauthFlows") or [])
    return HOLD_BACK if what != "scopes" and (is_machine or not all(map(is_taken, gets_lost))) else PUT_BACK


def _external(scopes: set[str], apis: Mapping[str, ApiSettings]) -> set[str]:
    """The scopes of servers that are not of this stack, which its config cannot name."""
    declared = {full for api in apis.values() for full in api.full_scopes}
    return {scope for scope in scopes - declared if "/" in scope}


def _other_flow(client_id: str, path: str, old: Mapping[str, Any], new: ClientSettings) -> Iterator[Loss]:
    """Of the two flows that a config can say; one that it cannot is told as taken back."""
    had = [flow for flow in old.get("allowedOauthFlows") or [] if flow != "implicit"]
    if had and had != [new.flow]:
        lost = f"Of {client_id}: apps that sign in by {', '.join(had)} cannot any more."
        yield weakened(client_id, "flows", f"{path}.flow", f"{', '.join(had)}, as it is", new.flow, lost)
