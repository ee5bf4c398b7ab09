"""The resources for the style of the sign-in pages."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import cognito

from identity.branding import encoded
from identity.client.settings import Client
from identity.login import Login
from identity.provider_names import arguments


@dataclass(frozen=True)
class LoginPagesArgs:
    """The arguments of `LoginPages`.

    Args:
        login: the settings of the pages.
        user_pool_id: the id of the pool.
        domain: the domain resource; AWS accepts a style only if the pool has a domain.
        clients: the clients by key, with defaults filled in.
        client_ids: the client ids by key.
    """

    login: Login
    user_pool_id: pulumi.Input[str]
    domain: pulumi.Resource
    clients: Mapping[str, Client]
    client_ids: Mapping[str, pulumi.Input[str]]


class LoginPages(pulumi.ComponentResource):
    """The styles of the sign-in pages.

    Version 2 needs a style for each client with sign-in pages: without one, a client has no page. Version 1 has one
    style for the whole pool, created only if it is set. The version itself is a setting of the domain.
    """

    def __init__(self, name: str, args: LoginPagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:LoginPages", name, {}, opts)
        if args.login.version == 1:
            self._old_pages(name, args)
        else:
            for key, client in args.clients.items():
                if not client.has_pages:
                    continue
                former = client.renamed_from
                aliases = [pulumi.Alias(name=f"{name}-{former}")] if former else None
                cognito.ManagedLoginBranding(
                    f"{name}-{key}",
                    user_pool_id=args.user_pool_id,
                    client_id=args.client_ids[key],
                    **arguments(args.login.look_of(key).styled()),
                    opts=pulumi.ResourceOptions(parent=self, aliases=aliases, depends_on=[args.domain]),
                )
        self.register_outputs({})

    def _old_pages(self, name: str, args: LoginPagesArgs) -> None:
        css, logo = args.login.old_css(), args.login.branding and args.login.branding.logo
        if css or logo:
            cognito.UserPoolUICustomization(
                name,
                user_pool_id=args.user_pool_id,
                css=css or None,
                image_file=encoded(logo) if logo else None,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[args.domain]),
            )
