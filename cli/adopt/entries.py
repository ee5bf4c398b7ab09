"""The kinds of resource that the config lists by key: identity providers, groups, APIs and clients."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cli.adopt.account import Account
from cli.adopt.things import Draft, EntryKind, Live, Thing, ask, filled, slug
from identity import facts
from identity.api import Api, known_scopes
from identity.client.auth_flows import AWS_AUTH_FLOWS
from identity.client.settings import CLIENT_CREDENTIALS, COGNITO, EXTERNAL, Client
from identity.config.settings import Settings
from identity.errors import HIDDEN
from identity.group import Group
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.identity_provider.settings import IdentityProvider
from identity.naming import Names
from identity.provider_names import Props, in_provider_names

CLIENT_SECRETS = "clientSecrets"  # set if a client has several secrets; a state never has this field
# Defaults that AWS returns for a new client, and the emulator omits.
_CLIENT_DEFAULTS = {
    "explicitAuthFlows": AWS_AUTH_FLOWS,
    "refreshTokenRotation": {"feature": "DISABLED", "retryGracePeriodSeconds": 0},
    "preventUserExistenceErrors": "LEGACY",
    "enableTokenRevocation": True,
    "allowedOauthFlowsUserPoolClient": False,
}


class Providers(EntryKind):
    """The identity providers. The logical name has the provider's name in AWS, not its key."""

    type, word = facts.IDENTITY_PROVIDER, "provider"
    section, logical = "identity_providers", "access-provider-{name}"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for listed in ask(account, live, "list_identity_providers", "Providers") or ():
            name = listed["ProviderName"]
            described = ask(account, live, "describe_identity_provider", "IdentityProvider", ProviderName=name)
            outputs = in_provider_names(described)
            # AWS never returns Apple's private key; a provider of this type always has one.
            own = {"private_key": HIDDEN} if outputs["providerType"] == "SignInWithApple" else {}
            outputs["providerDetails"] = hidden(outputs["providerDetails"] | own)
            yield Thing(self.type, name, outputs, f"{live.pool.import_id}:{name}")

    def key(self, thing: Thing, names: Names) -> str:
        found = IdentityProvider.read(thing.outputs)
        return super().key(thing, names) if found.kind.named else found.type

    def described(self, key: str, thing: Thing, draft: Draft) -> IdentityProvider:
        """Omit the details that AWS adds: they are not keys of this provider type."""
        found = IdentityProvider.read(thing.outputs)
        ours = {"type", "name", "attributes", "identifiers", *found.kind.needs, *found.kind.takes}
        return found.model_copy(update={name: None for name in type(found).model_fields if name not in ours})

    def inputs(self, settings: Settings, thing: Thing, name: str) -> Props | None:
        """Include the details that AWS adds, so that they do not count as differences."""
        for provider in settings.identity_providers.values():
            if name and provider.name == thing.name:
                inputs, details = provider.inputs(), thing.outputs["providerDetails"]
                own = {detail: text for detail, text in details.items() if detail in provider.added}
                return {**inputs, "providerDetails": {**own, **hidden(inputs["providerDetails"])}}
        return None


def hidden(details: Props) -> Props:
    """Return provider details with each secret value replaced by a placeholder."""
    return {name: HIDDEN if name in SECRET_DETAILS else text for name, text in details.items()}


class Groups(EntryKind):
    """The groups."""

    type, word, section, logical = facts.USER_GROUP, "group", "groups", "access-group-{name}"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        pool = live.pool.import_id
        for group in ask(account, live, "list_groups", "Groups") or ():
            name = group["GroupName"]
            if not name.startswith(f"{pool}_"):  # AWS creates such a group for the users of an identity provider
                yield Thing(self.type, name, in_provider_names(group), f"{pool}/{name}")

    def entries(self, settings: Settings) -> Mapping[str, Group]:
        return settings.config.groups

    def key(self, thing: Thing, names: Names) -> str:
        return thing.name

    def described(self, key: str, thing: Thing, draft: Draft) -> Group:
        return Group.read(thing.outputs)


class Apis(EntryKind):
    """The resource servers."""

    type, word, section = facts.RESOURCE_SERVER, "api", "apis"
    logical, name_in = "access-server-{key}", "identifier"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for server in ask(account, live, "list_resource_servers", "ResourceServers") or ():
            identifier = server["Identifier"]
            yield Thing(self.type, identifier, in_provider_names(server), f"{live.pool.import_id}|{identifier}")

    def key(self, thing: Thing, names: Names) -> str:
        name = str(thing.outputs["name"])
        scopes = [scope["scopeName"] for scope in thing.outputs.get("scopes") or []]
        by_rule = _after(thing.name, names.resource_server_identifier("")) or _after(name, names.resource_server(""))
        heads = {scope.partition(".")[0] if "." in scope else "" for scope in scopes}
        head = heads.pop() if len(heads) == 1 else ""
        return by_rule or (head if head and slug(head) == head.lower() else slug(name) or "unnamed")

    def described(self, key: str, thing: Thing, draft: Draft) -> Api:
        found, prefix = Api.read(thing.outputs), f"{key}."
        prefixed = all(name.startswith(prefix) for name in found.scopes)
        scopes = {name.removeprefix(prefix) if prefixed else name: text for name, text in sorted(found.scopes.items())}
        return found.model_copy(update={"scopes": scopes, "prefix_scopes": prefixed})


class Clients(EntryKind):
    """The app clients."""

    type, word, section, logical = facts.USER_POOL_CLIENT, "client", "clients", "access-client-{key}"

    def read(self, account: Account, live: Live) -> Iterator[Thing]:
        for listed in ask(account, live, "list_user_pool_clients", "UserPoolClients") or ():
            client_id = listed["ClientId"]
            described = ask(account, live, "describe_user_pool_client", "UserPoolClient", ClientId=client_id)
            outputs = filled(in_provider_names(described), _CLIENT_DEFAULTS)
            outputs["generateSecret"] = bool(outputs.pop("clientSecret", ""))
            if outputs["generateSecret"]:
                secrets = ask(account, live, "list_user_pool_client_secrets", "ClientSecrets", ClientId=client_id) or ()
                outputs |= {CLIENT_SECRETS: f"{len(secrets)} secrets"} if len(secrets) > 1 else {}
            yield Thing(self.type, listed["ClientName"], outputs, f"{live.pool.import_id}/{client_id}")

    def key(self, thing: Thing, names: Names) -> str:
        return _after(thing.name, names.client("")) or super().key(thing, names)

    def described(self, key: str, thing: Thing, draft: Draft) -> Client:
        """Return the client with short scope names, placeholders in URLs, and omitted lists written out."""
        found, settings, stored = Client.read(thing.outputs), draft.settings, draft.before.config.clients.get(key)
        if found.flows in (["code"], [CLIENT_CREDENTIALS]) and not (stored and stored.flows):
            found = found.model_copy(update={"flow": found.flows[0], "flows": None})
        whole = known_scopes(settings.apis)
        several = [scope for api in settings.apis.values() for scope in api.scopes]
        short = {full: name for name, full in whole.items() if name != full and several.count(name) == 1}
        named = sorted(found.scopes or [], key=lambda scope: ("/" in scope, scope))
        values = {"authDomain": settings.domain.auth_domain, "product": settings.names.product}
        values["environment"] = settings.names.environment
        all_attributes = bool(settings.user_pool.custom_attributes) and not thing.outputs.get("writeAttributes")
        update: dict[str, Any] = {
            "scopes": [short.get(scope, scope) for scope in named if scope in whole.values()],
            "external_scopes": [scope for scope in named if scope not in whole.values()] or None,
            "callback_urls": [with_placeholders(url, values) for url in found.callback_urls],
            "logout_urls": [with_placeholders(url, values) for url in found.logout_urls],
            "default_redirect_url": found.default_redirect_url
            and with_placeholders(found.default_redirect_url, values),
            "identity_providers": _providers(thing.outputs, settings),
            "write_attributes": [] if all_attributes else found.write_attributes,
        }
        return found.model_copy(update=update)


def _providers(outputs: Props, settings: Settings) -> list[str]:
    keys = {COGNITO: COGNITO, **{str(provider.name): key for key, provider in settings.identity_providers.items()}}
    return [keys.get(name, f"{EXTERNAL}{name}") for name in outputs.get("supportedIdentityProviders") or []]


def with_placeholders(url: str, values: Mapping[str, str]) -> str:
    """Return a URL with {authDomain} in the host and, under PRODUCT.app, with {product} and {environment}."""
    scheme, found, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    host = host.replace(values["authDomain"], "{authDomain}")
    if host.endswith(f"{values['product']}.app"):
        for name in ("product", "environment"):
            host = re.sub(rf"(?<![\w{{]){re.escape(values[name])}(?![\w}}])", f"{{{name}}}", host)
    return f"{scheme}{found}{host}{slash}{path}"


def _after(name: str, stem: str) -> str:
    key = name.removeprefix(stem)
    return key if key != name and slug(key) == key.lower() else ""
