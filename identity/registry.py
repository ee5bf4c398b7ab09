"""The registry of what may be asked for and who may ask: resource servers and app clients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws.cognito import ResourceServer, ResourceServerArgs, UserPoolClient, UserPoolClientArgs

from identity.api import Api
from identity.client import Client, as_it_rests
from identity.setting import arguments


@dataclass(frozen=True)
class AccessRegistryArgs:
    """What the registry holds.

    Args:
        user_pool_id: the pool of it all.
        apis: the resource servers by key, names filled in, at most 300.
        clients: the app clients by key, names filled in, at most 1,000.
        live: the outputs of the clients that the stack has, by logical name; none by default.
    """

    user_pool_id: pulumi.Input[str]
    apis: Mapping[str, Api]
    clients: Mapping[str, Client]
    live: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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
        self._live = args.live
        self.servers = {key: self._server(key, api) for key, api in args.apis.items()}
        # Clients share scopes, and an output costs more than anything else here: one a scope is enough for all.
        self._scopes: dict[str, pulumi.Input[str]] = {
            f"{api.identifier}/{scope}": pulumi.Output.concat(self.servers[key].identifier, "/", scope)
            for key, api in args.apis.items()
            for scope in api.scopes
        }
        self.clients = {key: self._client(key, client) for key, client in args.clients.items()}
        self.register_outputs({})

    def _server(self, key: str, api: Api) -> ResourceServer:
        return ResourceServer(
            f"{self._name}-server-{key}",
            ResourceServerArgs(user_pool_id=self._user_pool_id, **arguments(api.inputs())),
            opts=self._child("server", api.renamed_from),
        )

    def _client(self, key: str, client: Client) -> UserPoolClient:
        name = f"{self._name}-client-{key}"
        inputs = arguments(as_it_rests(client.inputs(), self._live.get(name, {})))
        if client.flows:
            inputs["allowed_oauth_scopes"] = [self._scopes.get(scope, scope) for scope in client.scopes or ()]
        return UserPoolClient(
            name,
            UserPoolClientArgs(user_pool_id=self._user_pool_id, **inputs),
            opts=self._child("client", client.renamed_from),
        )

    def _child(self, kind: str, renamed_from: str | None) -> pulumi.ResourceOptions:
        # Under its old name the state has the resource already: it is renamed there, and keeps its id.
        aliases = [pulumi.Alias(name=f"{self._name}-{kind}-{renamed_from}")] if renamed_from else None
        return pulumi.ResourceOptions(parent=self, aliases=aliases)
