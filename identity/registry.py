"""The registry of what may be asked for and who may ask: resource servers and app clients."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws.cognito import (
    ResourceServer,
    ResourceServerScopeArgs,
    UserPoolClient,
    UserPoolClientRefreshTokenRotationArgs,
    UserPoolClientTokenValidityUnitsArgs,
)

from identity.apis import ApiSettings
from identity.clients import CLIENT_CREDENTIALS, ClientSettings, Scope

# A client on a bad line may send a rotated token twice within this time, and stays signed in.
_ROTATION_GRACE_SECONDS = 10


@dataclass(frozen=True)
class AccessRegistryArgs:
    """What the registry holds.

    Args:
        user_pool_id: the pool of it all.
        apis: the resource servers by key, at most 300.
        clients: the app clients by key, at most 1,000.
    """

    user_pool_id: pulumi.Input[str]
    apis: Mapping[str, ApiSettings]
    clients: Mapping[str, ClientSettings]


class AccessRegistry(pulumi.ComponentResource):
    """A resource server for each API and an app client for each client, by key: their order means nothing.

    A client's scopes are taken from its servers' outputs, so it waits for those servers and for nothing else
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html).

    Attributes:
        servers: the resource servers by key.
        clients: the app clients by key.
    """

    servers: Mapping[str, ResourceServer]
    clients: Mapping[str, UserPoolClient]

    def __init__(self, name: str, args: AccessRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:AccessRegistry", name, {}, opts)
        self._name = name
        self._user_pool_id = args.user_pool_id
        self._scopes: dict[Scope, pulumi.Input[str]] = {}
        self.servers = {key: self._server(api) for key, api in args.apis.items()}
        self.clients = {key: self._client(client) for key, client in args.clients.items()}
        self.register_outputs({})

    def _server(self, api: ApiSettings) -> ResourceServer:
        return ResourceServer(
            f"{self._name}-server-{api.key}",
            user_pool_id=self._user_pool_id,
            identifier=api.identifier,
            name=api.name,
            scopes=[
                ResourceServerScopeArgs(scope_name=scope, scope_description=description)
                for scope, description in api.scopes.items()
            ],
            opts=self._child("server", api.renamed_from),
        )

    def _client(self, client: ClientSettings) -> UserPoolClient:
        # Everything is said, since the provider takes an omitted field for "keep what is there".
        return UserPoolClient(
            f"{self._name}-client-{client.key}",
            user_pool_id=self._user_pool_id,
            name=client.name,
            generate_secret=client.secret,
            allowed_oauth_flows=[client.flow],
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_scopes=[self._scope(scope) for scope in client.scopes],
            callback_urls=list(client.callback_urls),
            logout_urls=list(client.logout_urls),
            supported_identity_providers=[] if client.flow == CLIENT_CREDENTIALS else ["COGNITO"],
            explicit_auth_flows=list(client.auth_flows),
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=client.access_validity.amount,
            id_token_validity=client.id_validity.amount,
            refresh_token_validity=client.refresh_validity.amount,
            token_validity_units=UserPoolClientTokenValidityUnitsArgs(
                access_token=client.access_validity.unit,
                id_token=client.id_validity.unit,
                refresh_token=client.refresh_validity.unit,
            ),
            refresh_token_rotation=UserPoolClientRefreshTokenRotationArgs(
                feature="ENABLED" if client.rotate_refresh_tokens else "DISABLED",
                retry_grace_period_seconds=_ROTATION_GRACE_SECONDS if client.rotate_refresh_tokens else 0,
            ),
            opts=self._child("client", client.renamed_from),
        )

    def _child(self, kind: str, renamed_from: str | None) -> pulumi.ResourceOptions:
        # Under its old name the state has the resource already: it is renamed there, and keeps its id.
        aliases = [pulumi.Alias(name=f"{self._name}-{kind}-{renamed_from}")] if renamed_from else None
        return pulumi.ResourceOptions(parent=self, aliases=aliases)

    def _scope(self, scope: Scope) -> pulumi.Input[str]:
        if scope.api is None:
            return scope.name
        # Clients share scopes, and an output costs more than anything else here: one a scope is enough for all.
        if scope not in self._scopes:
            self._scopes[scope] = pulumi.Output.concat(self.servers[scope.api].identifier, "/", scope.name)
        return self._scopes[scope]
