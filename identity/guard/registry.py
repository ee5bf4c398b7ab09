"""Losses of the registry: resource servers with scopes, app clients with ids. Pure."""

from collections.abc import Hashable, Iterator, Sequence

from identity import facts
from identity.api import Api
from identity.client.settings import Client
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import shown
from identity.guard.client import client_losses
from identity.guard.loss import Loss, weakened
from identity.guard.renames import Entries, Outputs, rename_losses
from identity.naming import key_of


def registry_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The losses of resource servers and clients, refused or not."""
    clients = Entries("clients", "id", _by_key(state, facts.USER_POOL_CLIENT), settings.clients)
    servers = Entries("apis", "identifier", _by_key(state, facts.RESOURCE_SERVER), settings.apis)
    if of_type(state, facts.USER_POOL):
        yield from _renamed_clients(clients)
        yield from _renamed_servers(servers)
    yield from _server_losses(servers)
    yield from _client_losses(clients, _gone_scopes(servers), settings)


def _by_key(state: Sequence[Deployed], kind: str) -> dict[str, Outputs]:
    return {key_of(resource.name): resource.outputs for resource in of_type(state, kind)}


def _renamed_clients(clients: Entries[Client]) -> Iterator[Loss]:
    """Clients are the same if `secret` and the callback URLs are equal (without users: `secret` and the scopes)."""

    def marks(client: Client) -> set[Hashable]:
        asks = (client.scopes or ()) if client.is_machine else client.callback_urls
        return {(client.secret, client.is_machine, frozenset(asks))}

    old = {key: marks(Client.read(client)) for key, client in clients.olds.items()}
    return rename_losses(clients, old, {key: marks(client) for key, client in clients.news.items()})


def _renamed_servers(servers: Entries[Api]) -> Iterator[Loss]:
    """APIs are the same if their identifiers are equal, or their scopes without the key's prefix."""

    def marks(api: Api) -> set[Hashable]:
        return {api.identifier, frozenset((name.partition(".")[2], text) for name, text in api.scopes.items())}

    old = {key: marks(Api.read(server)) for key, server in servers.olds.items()}
    return rename_losses(servers, old, {key: marks(api) for key, api in servers.news.items()})


def _server_losses(servers: Entries[Api]) -> Iterator[Loss]:
    for key, old in sorted(servers.olds.items()):
        identifier, became = servers.aws_id(key), servers.now(key)
        lost = f"All scopes of {identifier} would be deleted, and apps that request them would fail."
        if became is None:
            keep = "this API, which the stack has"
            yield Loss(identifier, servers.path(key), keep, "nothing", lost, under_protect=True, warns=True)
            continue
        new = servers.news[became]
        if new.identifier != identifier:
            written = f"Write `identifier: {identifier}` there. {lost}"
            # Adding or removing `renamedFrom` can change it by mistake; a new product has its own message.
            with_product = _of_any_product(identifier) == _of_any_product(str(new.identifier)) != ""
            path, received = f"{servers.path(became)}.identifier", shown(new.identifier)
            yield Loss(identifier, path, identifier, received, written, under_protect=with_product)
        else:
            yield from _scope_losses(became, new, Api.read(old), servers.path(became))


def _of_any_product(identifier: str) -> str:
    return identifier.partition(".api.")[2]


def _scope_losses(api_key: str, new: Api, old: Api, path: str) -> Iterator[Loss]:
    for name in old.scopes:
        if name not in new.scopes:
            key, _, short = name.partition(".")
            lost = f"Apps that request {new.identifier}/{name} could no longer sign in."
            keep, received = f"{name}, which the stack has", "nothing"
            if key != api_key and new.prefix_scopes:
                received = f"{api_key}.{short}, for it is called after its API's key"
            place = f"{path}.scopes.{short or name}"
            yield weakened(str(new.identifier), name, place, keep, received, lost)


def _client_losses(clients: Entries[Client], gone: set[str], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(clients.olds.items()):
        became, client_id = clients.now(key), clients.aws_id(key)
        had_secret = old.get("generateSecret")
        lost = f"The client id {client_id} would be deleted, and apps with this id would stop working."
        if became is None:
            keep = "this client, which the stack has"
            yield Loss(client_id, clients.path(key), keep, "nothing", lost, under_protect=True, warns=True)
            continue
        new, path = clients.news[became], clients.path(became)
        if had_secret not in (None, new.secret):
            was, becomes = shown(had_secret), shown(new.secret)
            replaced = f"AWS cannot change the secret of a client, so it would be replaced. {lost}"
            yield Loss(client_id, f"{path}.secret", was, becomes, replaced, under_protect=True, warns=True)
            continue
        if had_secret is None:
            yield _half_imported(client_id, path, settings)
        yield from client_losses(client_id, became, old, new, settings, gone)


def _half_imported(client_id: str, path: str, settings: Settings) -> Loss:
    """The AWS provider does not read `generateSecret` on import, so it would replace the client in any case."""
    keep = "a state with the information whether the client has a secret"
    fix = (
        f"an import does not read it, so the update would replace the client {client_id}: "
        f"`.venv/bin/python -m cli adopt --stack {settings.stack} --import` writes it into the state"
    )
    return Loss(client_id, f"{path}.secret", keep, "not set in the state", fix, final=True)


def _gone_scopes(servers: Entries[Api]) -> set[str]:
    """The full names of the scopes of removed APIs, which are reported with the API."""
    there = {full for api in servers.news.values() for full in api.full_scopes}
    return {full for old in servers.olds.values() for full in Api.read(old).full_scopes} - there
