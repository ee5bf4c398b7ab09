"""What a config would lose of the registry: resource servers and their scopes, app clients and their ids. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from identity import deployed
from identity.apis import ApiSettings
from identity.clients import ClientSettings
from identity.deployed import Deployed
from identity.loss import Loss
from identity.report import shown
from identity.settings import Settings

Entry = TypeVar("Entry", ApiSettings, ClientSettings)
Outputs = Mapping[str, Any]


def registry_losses(state: Iterable[Deployed], settings: Settings) -> Iterator[Loss]:
    """What the settings would lose of the state, refused or not."""
    servers: dict[str, Outputs] = {}
    clients: dict[str, Outputs] = {}
    for resource in state:
        if resource.type == deployed.RESOURCE_SERVER:
            servers[resource.name.removeprefix("access-server-")] = resource.outputs
        elif resource.type == deployed.USER_POOL_CLIENT:
            clients[resource.name.removeprefix("access-client-")] = resource.outputs
    yield from _half_imported(clients, settings)
    yield from _renamed_clients(clients, settings)
    yield from _renamed_servers(servers, settings)
    yield from _server_losses(servers, settings)
    yield from _client_losses(clients, settings)


def _now(key: str, entries: Mapping[str, Entry]) -> Entry | None:
    """What has become of the entry of this key."""
    return entries.get(key) or next((entry for entry in entries.values() if entry.formerly == key), None)


def _half_imported(clients: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    """The AWS provider does not read this on import, and would replace the client whatever the program says."""
    for key, old in sorted(clients.items()):
        new = _now(key, settings.clients)
        if new and old.get("generateSecret") is None:
            client_id, path = str(old.get("id", "")), f"identity:clients.{new.key}.secret"
            keep = "a state that knows whether the client has a secret"
            mend = (
                f"an import does not read it, and the update would replace the client {client_id}: "
                f"`python -m adopt --stack {settings.stack} --import` writes it into the state"
            )
            yield Loss(client_id, path, keep, "nothing of it in the state", mend, final=True)


def _renamed(
    olds: Mapping[str, Outputs], news: Mapping[str, Entry], alike: Callable[[Outputs, Entry], bool]
) -> Iterator[tuple[str, Outputs, Entry]]:
    """Each entry that went as another just like it came, without a word that it was renamed."""
    came = [new for key, new in news.items() if key not in olds and new.formerly is None]
    for key, old in sorted(olds.items()):
        new = next((new for new in came if alike(old, new)), None)
        if new and _now(key, news) is None:
            yield key, old, new


def _renamed_clients(clients: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    for key, old, new in _renamed(clients, settings.clients, _is_alike_client):
        client_id, path = str(old.get("id", "")), f"identity:clients.{new.key}"
        lost = f"The client id {client_id} would go. To rename it and keep the id, write `formerly: {key}`."
        yield Loss(client_id, path, f"{key}, which the stack has with these URLs", shown(new.key), lost)


def _is_alike_client(old: Outputs, new: ClientSettings) -> bool:
    urls = set(old.get("callbackUrls") or [])
    return bool(urls) and urls == set(new.callback_urls) and bool(old.get("generateSecret")) == new.secret


def _renamed_servers(servers: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    for key, old, new in _renamed(servers, settings.apis, _is_alike_server):
        identifier, path = str(old.get("identifier", "")), f"identity:apis.{new.key}"
        lost = f"The resource server {identifier} would go. To rename it and keep that, write `formerly: {key}`."
        yield Loss(identifier, path, f"{key}, which the stack has with these scopes", shown(new.key), lost)


def _is_alike_server(old: Outputs, new: ApiSettings) -> bool:
    scopes = {
        (str(scope.get("scopeName", "")).partition(".")[2], scope.get("scopeDescription"))
        for scope in old.get("scopes") or []
    }
    same_scopes = scopes == {(name.partition(".")[2], text) for name, text in new.scopes.items()}
    return same_scopes or old.get("identifier") == new.identifier


def _server_losses(servers: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(servers.items()):
        identifier = str(old.get("identifier", ""))
        new = _now(key, settings.apis)
        lost = f"Every scope of {identifier} would go, and with it the apps that ask for one."
        if new is None:
            keep = "this API, which the stack has"
            yield Loss(identifier, f"identity:apis.{key}", keep, "nothing", lost, under_protect=True)
        elif new.identifier != identifier:
            path, written = f"identity:apis.{new.key}.identifier", f"Write `identifier: {identifier}` there. {lost}"
            # It may have changed unseen, with `formerly` put in or taken out; a new product is told by itself.
            with_product = _of_any_product(identifier) == _of_any_product(new.identifier) != ""
            received = shown(new.identifier)
            yield Loss(identifier, path, identifier, received, written, under_protect=with_product)
        else:
            yield from _scope_losses(new, old)


def _of_any_product(identifier: str) -> str:
    return identifier.partition(".api.")[2]


def _scope_losses(new: ApiSettings, old: Outputs) -> Iterator[Loss]:
    for scope in old.get("scopes") or []:
        name = str(scope.get("scopeName", ""))
        if name not in new.scopes:
            key, _, short = name.partition(".")
            full, path = f"{new.identifier}/{name}", f"identity:apis.{new.key}.scopes.{short}"
            lost = f"Apps that ask for {full} could not sign in any more."
            renamed = f"{new.key}.{short}, for it is called after its API's key"
            received = "nothing" if key == new.key else renamed
            yield Loss(full, path, f"{name}, which the stack has", received, lost, under_protect=True, in_place=True)


def _client_losses(clients: Mapping[str, Outputs], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(clients.items()):
        path, client_id = f"identity:clients.{key}", str(old.get("id", ""))
        new = _now(key, settings.clients)
        lost = f"The client id {client_id} would go, and with it every app that was shipped with it."
        if new is None:
            yield Loss(client_id, path, "this client, which the stack has", "nothing", lost, under_protect=True)
        elif old.get("generateSecret") not in (None, new.secret):
            was, becomes = shown(old["generateSecret"]), shown(new.secret)
            yield Loss(client_id, f"{path}.secret", was, becomes, lost, under_protect=True)
