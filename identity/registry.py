"""The access registry: resource servers, identity providers, groups and app clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import cognito
from pulumi_aws.cognito import ResourceServer, UserPoolClient

from identity import deployed, facts
from identity.api import Api
from identity.client.settings import Client, keep_equivalent
from identity.deployed import Deployed
from identity.group import Group
from identity.identity_provider.settings import IdentityProvider
from identity.provider_names import arguments


@dataclass(frozen=True)
class AccessRegistryArgs:
    """The arguments of `AccessRegistry`.

    Args:
        user_pool_id: the id of the user pool.
        apis: the resource servers by key, with defaults filled in, at most 300.
        clients: the app clients by key, with defaults filled in, at most 1,000.
        identity_providers: the identity providers by key, with defaults filled in.
        groups: the groups by name.
        state: the resources of the stack's state; empty by default.
    """

    user_pool_id: pulumi.Input[str]
    apis: Mapping[str, Api]
    clients: Mapping[str, Client]
    identity_providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    state: Sequence[Deployed] = ()


class AccessRegistry(pulumi.ComponentResource):
    """The resource servers, identity providers, groups and app clients of a pool; their order has no meaning.

    Logical names contain the config key, except for a provider: its key may change, so its name in AWS is used. A
    client depends only on the resource servers and providers that it uses
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html).

    Attributes:
        servers: the resource servers by key.
        identity_providers: the identity providers by their name in AWS.
        groups: the groups by name.
        clients: the app clients by key.
        client_ids, client_secrets: the client ids, and the secrets of clients that have one, by key.
    """

    def __init__(self, name: str, args: AccessRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(facts.ACCESS_REGISTRY, name, {}, opts)
        self._name = name
        self._user_pool_id = args.user_pool_id
        self._live = deployed.clients(args.state)
        self.servers = {key: self._server(key, api) for key, api in args.apis.items()}
        # Outputs are slow: create one per scope, which all clients share.
        self._scopes: dict[str, pulumi.Input[str]] = {
            f"{api.identifier}/{scope}": pulumi.Output.concat(self.servers[key].identifier, "/", scope)
            for key, api in args.apis.items()
            for scope in api.scopes
        }
        known_keys = deployed.private_keys(args.state)
        self.identity_providers = {
            str(provider.name): self._identity_provider(provider, known_keys)
            for provider in args.identity_providers.values()
        }
        self.groups = {key: self._group(key, group) for key, group in args.groups.items()}
        self.clients = {key: self._client(key, client) for key, client in args.clients.items()}
        self.client_ids = {key: made.id for key, made in self.clients.items()}
        self.client_secrets = {key: self.clients[key].client_secret for key in args.clients if args.clients[key].secret}
        fingerprints = {str(provider.name): provider.key_fingerprint for provider in args.identity_providers.values()}
        self.register_outputs(
            {"privateKeys": {name: fingerprint for name, fingerprint in fingerprints.items() if fingerprint}}
        )

    def _server(self, key: str, api: Api) -> ResourceServer:
        return ResourceServer(
            f"{self._name}-server-{key}",
            user_pool_id=self._user_pool_id,
            **arguments(api.inputs()),
            opts=self._child("server", api.renamed_from),
        )

    def _identity_provider(self, provider: IdentityProvider, known_keys: Mapping[str, str]) -> cognito.IdentityProvider:
        inputs, name = provider.inputs(), str(provider.name)
        details = {
            key: pulumi.Output.secret(text) if key in provider.secrets else text
            for key, text in inputs["providerDetails"].items()
        }
        known_key = provider.key_fingerprint and provider.key_fingerprint == known_keys.get(name)
        unchanged = [*provider.added, *(["private_key"] if known_key else [])]
        return cognito.IdentityProvider(
            f"{self._name}-provider-{name}",
            # Without `arguments`: the keys of details and attributes are not property names.
            user_pool_id=self._user_pool_id,
            provider_name=name,
            provider_type=inputs["providerType"],
            provider_details=details,
            attribute_mapping=inputs["attributeMapping"],
            idp_identifiers=inputs["idpIdentifiers"],
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=[f"providerDetails.{key}" for key in unchanged],
                additional_secret_outputs=["providerDetails"],
            ),
        )

    def _group(self, key: str, group: Group) -> cognito.UserGroup:
        return cognito.UserGroup(
            f"{self._name}-group-{key}",
            user_pool_id=self._user_pool_id,
            name=key,
            **arguments(group.inputs()),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _client(self, key: str, client: Client) -> UserPoolClient:
        name = f"{self._name}-client-{key}"
        inputs = arguments(keep_equivalent(client.inputs(), self._live.get(name, {})))
        if client.flows:
            inputs["allowed_oauth_scopes"] = [self._scopes.get(scope, scope) for scope in client.scopes or ()]
        if client.identity_providers is not None:
            inputs["supported_identity_providers"] = [
                self.identity_providers[provider].provider_name if provider in self.identity_providers else provider
                for provider in client.identity_providers
            ]
        options = self._child("client", client.renamed_from)
        return UserPoolClient(name, user_pool_id=self._user_pool_id, **inputs, opts=options)

    def _child(self, kind: str, renamed_from: str | None) -> pulumi.ResourceOptions:
        # The alias renames the resource in the state, so that it keeps its id.
        aliases = [pulumi.Alias(name=f"{self._name}-{kind}-{renamed_from}")] if renamed_from else None
        return pulumi.ResourceOptions(parent=self, aliases=aliases)
