"""Losses of sign-in pages, the identity pool and published outputs. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from identity import facts, identity_pool, login, publish
from identity.config.settings import Settings
from identity.deployed import Deployed, created_arns, of_type, outputs_of
from identity.errors import shown
from identity.guard.fields import field_losses
from identity.guard.loss import Loss, weakened
from identity.guard.renames import Entries
from identity.identity_pool import IdentityPool, RoleMapping
from identity.naming import key_of

_MANAGED = 2


def login_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The losses of the managed login pages (version 2) of a domain."""
    new = settings.config.login
    styled = bool(of_type(state, facts.LOGIN_STYLE))
    for resource in of_type(state, facts.USER_POOL_DOMAIN):
        if resource.outputs.get("managedLoginVersion") != _MANAGED:
            continue
        domain = str(resource.outputs.get("domain"))
        if new is None and styled:
            # Without `login`, the domain keeps its version, but the styles of the clients would be deleted.
            keep = "login: {version: 2}, as the domain has it (managedLoginVersion)"
            fix = (
                "No client would have a sign-in page: write `login: {version: 2}` to keep the pages, or "
                "`login: {version: 1}` for the classic pages."
            )
            yield Loss(domain, login.PATH, keep, "not set", fix, final=True)
        elif new:
            old = new.model_copy(update={"version": _MANAGED})
            yield from field_losses(domain, login.PATH, old, new, new, settings, "domain")
        return


def identity_pool_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The losses of the identity pool: the pool with its identity ids, which apps may have stored, and its roles."""
    new, written = settings.identity_pool, settings.config.identity_pool
    clients = of_type(state, facts.USER_POOL_CLIENT)
    keys = {str(client.outputs.get("id")): _key(client, settings) for client in clients}
    attached = next(iter(outputs_of(state, facts.ROLE_ATTACHMENT)), {})
    for outputs in outputs_of(state, facts.IDENTITY_POOL):
        pool = str(outputs.get("id"))
        if new is None or written is None:
            lost = "All identity ids would be lost, and apps that have stored them would not recognise their users."
            keep = "this identity pool, which the stack has"
            yield Loss(pool, identity_pool.PATH, keep, "nothing", lost, under_protect=True, warns=True)
            continue
        named = [provider.get("clientId") for provider in outputs.get("cognitoIdentityProviders") or []]
        read = {
            "clients": [keys[client] for client in named if client in keys],
            "role_mappings": _mappings(attached.get("roleMappings") or [], keys),
            **_given_roles(attached.get("roles") or {}, state),
        }
        old = IdentityPool.read(outputs).model_copy(update=read)
        yield from field_losses(pool, identity_pool.PATH, old, new, written, settings, "identity pool")


def _key(client: Deployed, settings: Settings) -> str:
    """The current config key of a client in the state, after a possible rename."""
    was = key_of(client.name)
    return Entries("clients", "id", {}, settings.clients).now(was) or was


def _mappings(attached: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> dict[str, RoleMapping]:
    """The role mappings by client key; those of clients outside the stack are omitted."""
    found = {str(mapping.get("identityProvider")).rpartition(":")[2]: RoleMapping.read(mapping) for mapping in attached}
    return {keys[client]: mapping for client, mapping in found.items() if client in keys}


def _given_roles(roles: Mapping[str, str], state: Sequence[Deployed]) -> dict[str, str | None]:
    """The roles that are set in the config; None for those that this stack created."""
    made = created_arns(state, facts.ROLE)
    return {
        f"{whose}_role_arn": None if roles.get(whose) in made else roles.get(whose)
        for whose in ("authenticated", "unauthenticated")
    }


def publication_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """The losses of published parameters and secrets, which others may read."""
    new = settings.config.publish
    path = new.path(settings.names) if new else ""
    for kind, token, wanted in (
        ("ssm", facts.PARAMETER, bool(new and new.ssm)),
        ("secrets", facts.SECRET, bool(new and new.secrets)),
    ):
        names = sorted(str(outputs.get("name")) for outputs in outputs_of(state, token))
        gone = [name for name in names if not wanted or not name.startswith(f"{path}/")]
        if gone:
            lost = f"Who reads {gone[0]}{' or another of them' if gone[1:] else ''} would find nothing there."
            keep = f"{len(gone)} of them, which others may use"
            base = re.sub("/((apis|clients)/.*|[^/]*)$", "", gone[0])
            yield weakened(base, kind, f"{publish.PATH}.{kind}", keep, shown(path or None), lost)
