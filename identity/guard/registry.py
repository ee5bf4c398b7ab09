"""Losses of the registry: resource servers with scopes, app clients with ids. Pure."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from identity import facts
from identity.api import Api
from identity.client.settings import CLIENT_CREDENTIALS
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import shown
from identity.guard.client import client_losses
from identity.guard.loss import Loss
from identity.guard.renames import Marks, now, rename_losses
from identity.naming import key_of

Outputs = Mapping[str, Any]


def registry_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """What the settings would lose of the state, refused or not."""
    servers = _by_key(state, facts.RESOURCE_SERVER)
    clients = _by_key(state, facts.USER_POOL_CLIENT)
    if of_type(state, facts.USER_POOL):
        yield from rename_losses("clients", "id", clients, settings.clients, _client_marks(clients, settings))
        yield from rename_losses("apis", "identifier", servers, settings.apis, _server_marks(servers, settings))
    yield from _half_imported(clients, settings)
    yield from _server_losses(servers, settings)
    yield from _client_losses(clients, servers, settings)


def _by_key(state: Sequence[Deployed], kind: str) -> dict[str, Outputs]:
    return {key_of(resource.name): resource.outputs for resource in of_type(state, kind)}


def _half_imported(clients: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    """The AWS provider does not read this on import, and would replace the client whatever the program says."""
    for key, old in sorted(clients.items()):
        new = now(key, clients, settings.clients)
        if new and old.get("generateSecret") is None:
            client_id, path = str(old.get("id", "")), f"identity:clients.{new}.secret"
            keep = "a state with the information whether the client has a secret"
            fix = (
                f"an import does not read it, so the update would replace the client {client_id}: "
                f"`.venv/bin/python -m cli adopt --stack {settings.stack} --import` writes it into the state"
            )
            yield Loss(client_id, path, keep, "not set in the state", fix, final=True)


def _client_marks(clients: Mapping[str, Outputs], settings: Settings) -> Marks:
    """Where a client comes back, or for a machine, which comes back nowhere, what it may ask for; and its secret."""

    def mark(secret: bool, flows: list[str], urls: Iterable[str], scopes: Iterable[str]) -> set[Hashable]:
        is_machine = flows == [CLIENT_CREDENTIALS]
        return {(secret, is_machine, frozenset(scopes if is_machine else urls))}

    old = {
        key: mark(
            bool(client.get("generateSecret")),
            list(client.get("allowedOauthFlows") or []),
            client.get("callbackUrls") or [],
            client.get("allowedOauthScopes") or [],
        )
        for key, client in clients.items()
    }
    new = {
        key: mark(client.secret, list(client.flows or ()), client.callback_urls, client.scopes or ())
        for key, client in settings.clients.items()
    }
    return Marks(old, new)


def _server_marks(servers: Mapping[str, Outputs], settings: Settings) -> Marks:
    """The identifier, or the scopes, whatever key they are called after."""

    def marks(identifier: str, scopes: Iterable[tuple[str, str]]) -> set[Hashable]:
        return {identifier, frozenset((name.partition(".")[2], text) for name, text in scopes)}

    old = {
        key: marks(
            str(server.get("identifier")),
            ((str(scope.get("scopeName")), str(scope.get("scopeDescription"))) for scope in server.get("scopes") or []),
        )
        for key, server in servers.items()
    }
    return Marks(old, {key: marks(str(api.identifier), api.scopes.items()) for key, api in settings.apis.items()})


def _server_losses(servers: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(servers.items()):
        identifier = str(old.get("identifier", ""))
        became = now(key, servers, settings.apis)
        new = settings.apis[became] if became else None
        lost = f"All scopes of {identifier} would be deleted, and apps that request them would fail."
        if new is None or became is None:
            keep = "this API, which the stack has"
            yield Loss(identifier, f"identity:apis.{key}", keep, "nothing", lost, under_protect=True, warns=True)
        elif new.identifier != identifier:
            path, written = f"identity:apis.{became}.identifier", f"Write `identifier: {identifier}` there. {lost}"
            # It may have changed unseen, with `renamedFrom` put in or taken out; a new product is told by itself.
            with_product = _of_any_product(identifier) == _of_any_product(str(new.identifier)) != ""
            received = shown(new.identifier)
            yield Loss(identifier, path, identifier, received, written, under_protect=with_product)
        else:
            yield from _scope_losses(became, new, old)


def _of_any_product(identifier: str) -> str:
    return identifier.partition(".api.")[2]


def _scope_losses(api_key: str, new: Api, old: Outputs) -> Iterator[Loss]:
    for scope in old.get("scopes") or []:
        name = str(scope.get("scopeName", ""))
        if name not in new.scopes:
            key, _, short = name.partition(".")
            full, path = f"{new.identifier}/{name}", f"identity:apis.{api_key}.scopes.{short or name}"
            lost = f"Apps that request {full} could no longer sign in."
            renamed = f"{api_key}.{short}, for it is called after its API's key"
            received, keep = (
                "nothing" if key == api_key or not new.prefix_scopes else renamed,
                f"{name}, which the stack has",
            )
            thing = str(new.identifier)
            yield Loss(thing, path, keep, received, lost, what=name, under_protect=True, in_place=True, warns=True)


def _client_losses(
    clients: Mapping[str, Outputs], servers: Mapping[str, Outputs], settings: Settings
) -> Iterator[Loss]:
    gone = set(_gone_scopes(servers, settings))
    for key, old in sorted(clients.items()):
        became, client_id = now(key, clients, settings.clients), str(old.get("id", ""))
        new, path = (settings.clients[became] if became else None), f"identity:clients.{became or key}"
        lost = f"The client id {client_id} would be deleted, and apps with this id would stop working."
        if new is None or became is None:
            keep = "this client, which the stack has"
            yield Loss(client_id, path, keep, "nothing", lost, under_protect=True, warns=True)
        elif old.get("generateSecret") not in (None, new.secret):
            was, becomes = shown(old["generateSecret"]), shown(new.secret)
            replaced = f"AWS cannot change the secret of a client, so it would be replaced. {lost}"
            yield Loss(client_id, f"{path}.secret", was, becomes, replaced, under_protect=True, warns=True)
        else:
            yield from client_losses(client_id, became, old, new, settings, gone)


def _gone_scopes(servers: Mapping[str, Outputs], settings: Settings) -> Iterator[str]:
    """The full names of the scopes that go with their API, which is told by itself."""
    there = {full for api in settings.apis.values() for full in api.full_scopes}
    for old in servers.values():
        for scope in old.get("scopes") or []:
            full = f"{old.get('identifier')}/{scope.get('scopeName')}"
            if full not in there:
                yield full
