"""The guard: a config that would lose customers, or what shipped apps hold on to, is refused before anything is made.

Cognito cannot change a pool's alias attributes, its user-name case or an existing attribute; the engine would make a
new pool and delete the old one with everybody in it. The guard compares what the stack has (`identity.deployed`) with
what the config would make of it, so it speaks in a preview as well. `identity:allowLoss` names what may go in one
update. `pulumi destroy` does not run the program and is an act by itself; Pulumi's `protect` stands in its way.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi

from identity import deployed
from identity.apis import ApiSettings
from identity.clients import ClientSettings
from identity.deployed import Deployed
from identity.report import ConfigError, Problem, shown
from identity.settings import Settings

Entry = TypeVar("Entry", ApiSettings, ClientSettings)


@dataclass(frozen=True)
class Loss:
    """Something that the config would replace or delete: what it is called in AWS, and the mistake that would do it."""

    named: str
    path: str
    keep: str
    received: str
    consequence: str
    # Cognito refuses some changes outright: no permission makes them possible.
    final: bool = False
    # Whether only `protect` stands in its way; without that, the edit is the say-so.
    under_protect: bool = False
    # An update of something that stays: Pulumi's `protect` does not hinder it.
    in_place: bool = False


def refuse_losses(settings: Settings, region: str) -> None:
    """Compare the stack's state with the settings.

    Raises:
        ConfigError: with each loss that `identity:allowLoss` does not name.
    """
    losses = list(find_losses(deployed.read_state(), settings, region))
    guarded = [loss for loss in losses if settings.protect or not loss.under_protect]
    refused = [loss for loss in guarded if loss.final or loss.named not in settings.allow_loss]
    if refused:
        raise ConfigError(settings.stack, [_problem(loss, settings) for loss in refused])
    for name in sorted(settings.allow_loss - {loss.named for loss in losses}):
        pulumi.log.warn(f"identity:allowLoss names {name}, which this update does not lose: take it out.")


def find_losses(state: Iterable[Deployed], settings: Settings, region: str) -> Iterator[Loss]:
    """What the settings would lose of the state, refused or not. Pure."""
    servers: dict[str, Mapping[str, Any]] = {}
    clients: dict[str, Mapping[str, Any]] = {}
    for resource in state:
        if resource.type == deployed.USER_POOL:
            yield from _pool_losses(resource.outputs, settings, region)
        elif resource.type == deployed.USER_POOL_DOMAIN:
            yield from _domain_losses(resource, settings)
        elif resource.type == deployed.RESOURCE_SERVER:
            servers[resource.name.removeprefix("access-server-")] = resource.outputs
        elif resource.type == deployed.USER_POOL_CLIENT:
            clients[resource.name.removeprefix("access-client-")] = resource.outputs
    yield from _half_imported(clients, settings)

    yield from _renamed_clients(clients, settings)
    yield from _server_losses(servers, settings)
    yield from _client_losses(clients, settings)


def _problem(loss: Loss, settings: Settings) -> Problem:
    if loss.final:
        return Problem(loss.path, loss.keep, loss.received, loss.consequence)
    first = "first `identity:protect: false` and an update, then " if settings.protect and not loss.in_place else ""
    mend = (
        f"put it back. {loss.consequence} On purpose: {first}`identity:allowLoss: [{loss.named}]` for this one update"
    )
    return Problem(loss.path, loss.keep, loss.received, mend)


def _pool_losses(pool: Mapping[str, Any], settings: Settings, region: str) -> Iterator[Loss]:
    pool_id = str(pool.get("arn", "")).rpartition("/")[2]
    lost = f"The pool {pool_id} and everybody in it would be deleted."
    yield from _renamed(pool_id, pool, settings)
    old_aliases = sorted(pool.get("aliasAttributes") or [])
    if old_aliases != sorted(settings.user_pool.alias_attributes):
        keep, received = f"{shown(old_aliases)}, as the pool was made", shown(settings.user_pool.alias_attributes)
        yield Loss(pool_id, "identity:userPool.aliasAttributes", keep, received, lost)
    old_case = bool((pool.get("usernameConfiguration") or {}).get("caseSensitive", False))
    if old_case != settings.user_pool.case_sensitive:
        keep, received = f"{shown(old_case)}, as the pool was made", shown(settings.user_pool.case_sensitive)
        yield Loss(pool_id, "identity:userPool.caseSensitive", keep, received, lost)
    old_region = (str(pool.get("arn", "")).split(":") + [""] * 4)[3]
    if old_region and old_region != region:
        yield Loss(pool_id, "aws:region", f"{old_region}, where the pool is", region, lost)
    yield from _attribute_losses(pool_id, pool, settings)


def _renamed(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """A slip in product or environment would rename all there is. The pool's tags say what they were."""
    tags = pool.get("tags") or {}
    for key, new in (("product", settings.names.product), ("environment", settings.names.environment)):
        old = tags.get(key, new)
        if old != new:
            consequence = (
                "Every name, identifier and domain of this stack would change. Another deployment is another stack."
            )
            yield Loss(pool_id, f"identity:{key}", f"{old}, of which this stack was made", shown(new), consequence)


def _attribute_losses(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    wanted = settings.user_pool.custom_attributes
    for old in pool.get("schemas") or []:
        name = str(old.get("name", "")).removeprefix("custom:")
        if name == "email":
            continue
        path = f"identity:userPool.customAttributes.{name}"
        new = wanted.get(name)
        fixed = "Cognito can only add attributes to a pool, never change or take one out: put it back, or add another"
        if new is None:
            yield Loss(pool_id, path, "this attribute, which the pool has", "nothing", fixed, final=True)
        elif (new.type, new.mutable) != (old.get("attributeDataType"), bool(old.get("mutable"))):
            keep = f"type {old.get('attributeDataType')}, mutable {shown(bool(old.get('mutable')))}"
            received = f"type {new.type}, mutable {shown(new.mutable)}"
            yield Loss(pool_id, path, keep, received, fixed, final=True)


def _domain_losses(domain: Deployed, settings: Settings) -> Iterator[Loss]:
    old, was_custom = str(domain.outputs.get("domain", "")), domain.name.endswith("-custom-domain")
    now_custom = settings.domain.custom_domain
    new = settings.domain.auth_domain if now_custom else settings.domain.prefix
    if old == new:
        return
    lost = f"Sign-in on {old} would end, with every app that is set to it."
    moves = was_custom != now_custom
    if moves and not settings.protect:
        # The key says by itself which domain is to serve sign-in.
        pulumi.log.warn(f"identity:customDomain moves sign-in from {old} to {new}. {lost}")
    path = "identity:customDomain" if moves else _domain_path(now_custom)
    yield Loss(old, path, f"sign-in on {old}, as it was made", shown(new), lost, under_protect=moves)


def _domain_path(custom: bool) -> str:
    return "identity:authDomain" if custom else "identity:domainPrefix"


def _server_losses(servers: Mapping[str, Mapping[str, Any]], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(servers.items()):
        path, identifier = f"identity:apis.{key}", str(old.get("identifier", ""))
        new = _now(key, settings.apis)
        lost = f"Every scope of {identifier} would go, and with it the apps that ask for one."
        if new is None:
            yield Loss(identifier, path, "this API, which the stack has", "nothing", lost, under_protect=True)
        elif new.identifier != identifier:
            received = shown(new.identifier)
            yield Loss(identifier, f"{path}.identifier", identifier, received, lost, under_protect=True)
        else:
            yield from _scope_losses(key, old, new)


def _scope_losses(key: str, old: Mapping[str, Any], new: ApiSettings) -> Iterator[Loss]:
    for scope in old.get("scopes") or []:
        name = str(scope.get("scopeName", ""))
        if name not in new.scopes:
            full, path = f"{new.identifier}/{name}", f"identity:apis.{key}.scopes.{name.removeprefix(f'{key}.')}"
            lost = f"Apps that ask for {full} could not sign in any more."
            keep = "this scope, which the stack has"
            yield Loss(full, path, keep, "nothing", lost, under_protect=True, in_place=True)


def _half_imported(clients: Mapping[str, Mapping[str, Any]], settings: Settings) -> Iterator[Loss]:
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


def _now(key: str, entries: Mapping[str, Entry]) -> Entry | None:
    """What has become of the entry of this key."""
    return entries.get(key) or next((entry for entry in entries.values() if entry.formerly == key), None)


def _renamed_clients(clients: Mapping[str, Mapping[str, Any]], settings: Settings) -> Iterator[Loss]:
    """A client that went as another just like it came has been renamed; unsaid, it would get another client id."""
    came = [client for key, client in settings.clients.items() if key not in clients and client.formerly is None]
    for key, old in sorted(clients.items()):
        alike = next((new for new in came if _is_alike(old, new)), None)
        if alike and _now(key, settings.clients) is None:
            client_id, path = str(old.get("id", "")), f"identity:clients.{alike.key}"
            lost = f"The client id {client_id} would go. To rename it and keep the id, write `formerly: {key}`; or"
            yield Loss(client_id, path, f"{key}, which the stack has with these URLs", shown(alike.key), lost)


def _is_alike(old: Mapping[str, Any], new: ClientSettings) -> bool:
    urls = set(old.get("callbackUrls") or [])
    return bool(urls) and urls == set(new.callback_urls) and bool(old.get("generateSecret")) == new.secret


def _client_losses(clients: Mapping[str, Mapping[str, Any]], settings: Settings) -> Iterator[Loss]:
    for key, old in sorted(clients.items()):
        path, client_id = f"identity:clients.{key}", str(old.get("id", ""))
        new = _now(key, settings.clients)
        lost = f"The client id {client_id} would go, and with it every app that was shipped with it."
        if new is None:
            yield Loss(client_id, path, "this client, which the stack has", "nothing", lost, under_protect=True)
        elif old.get("generateSecret") not in (None, new.secret):
            was, becomes = shown(old["generateSecret"]), shown(new.secret)
            yield Loss(client_id, f"{path}.secret", was, becomes, lost, under_protect=True)
