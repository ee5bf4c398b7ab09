"""The settings of a stack: its config with all defaults and derived values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from identity.api import Api, known_scopes
from identity.client.settings import Client, ClientContext
from identity.config.keys import Config
from identity.domain import ZONE_KEYS, Domain, ZoneReference
from identity.identity_pool import IdentityPool
from identity.identity_provider.settings import IdentityProvider
from identity.link_accounts import linking
from identity.naming import Names
from identity.user_pool.attribute_names import WRITABLE_ATTRIBUTES
from identity.user_pool.settings import UserPool
from identity.user_pool.sms import external_id


@dataclass(frozen=True)
class Settings:
    """The config of a stack, and the values derived from it.

    Args:
        config: the config as written.
        stack: the stack's name.
        region, cognito_endpoint: those of the AWS provider, if set.
    """

    config: Config
    stack: str
    region: str | None = None
    cognito_endpoint: str | None = None

    @cached_property
    def names(self) -> Names:
        return Names(self.config.product, self.config.environment or self.stack)

    @cached_property
    def domain(self) -> Domain:
        config = self.config
        references = zip(ZONE_KEYS, (config.zone_name, config.zone_id, config.zone_export), strict=True)
        return Domain(
            auth_domain=config.auth_domain or self.names.auth_domain,
            custom=config.custom_domain,
            prefix=config.domain_prefix or self.names.domain_prefix,
            keep_prefix=config.keep_prefix_domain,
            certificate_arn=config.certificate_arn,
            zones=tuple(ZoneReference(key, value) for key, value in references if value),
            served=config.sign_in_domain,
            login_version=config.login.version if config.login else None,
        )

    @cached_property
    def tags(self) -> Mapping[str, str]:
        return {**self.config.tags, **self.names.tags}

    @cached_property
    def user_pool(self) -> UserPool:
        pool, name = self.config.user_pool, self.config.user_pool.name or self.names.user_pool
        more: dict[str, Any] = {"name": name}
        if pool.passkeys and pool.passkeys.relying_party_id is None:
            served = self.domain.served_on(self.region)
            more["passkeys"] = pool.passkeys.model_copy(update={"relying_party_id": served})
        if pool.sms and pool.sms.external_id is None and pool.sms.role_arn is None:
            more["sms"] = pool.sms.model_copy(update={"external_id": external_id(name)})
        if self.config.link_accounts:
            more["triggers"] = linking(pool.triggers, self.identity_providers)
        return pool.model_copy(update=more)

    @cached_property
    def identity_pool(self) -> IdentityPool | None:
        written = self.config.identity_pool
        return written and written.model_copy(update={"name": written.name or self.names.identity_pool})

    @cached_property
    def exports(self) -> Mapping[str, str]:
        """The names of the CloudFormation exports, by output, such as `userPoolId`."""
        names = self.config.cloud_formation_exports
        return names.filled(self.names) if names else {}

    @cached_property
    def apis(self) -> Mapping[str, Api]:
        return {key: api.filled(key, self.names) for key, api in sorted(self.config.apis.items())}

    @cached_property
    def identity_providers(self) -> Mapping[str, IdentityProvider]:
        return {key: provider.filled(key) for key, provider in sorted(self.config.identity_providers.items())}

    @cached_property
    def clients(self) -> Mapping[str, Client]:
        rest = ClientContext(
            names=self.names,
            auth_domain=self.domain.auth_domain,
            scopes=known_scopes(self.apis),
            providers={key: str(provider.name) for key, provider in self.identity_providers.items()},
            write_attributes=self._writable,
            choice=len(self.config.user_pool.first_factors or ()) > 1,
        )
        return {key: client.filled(key, rest) for key, client in sorted(self.config.clients.items())}

    @property
    def _writable(self) -> list[str] | None:
        """The attributes that a client without a list can write: no custom ones. None if the pool has none."""
        pool = self.config.user_pool
        if not pool.custom_attributes:
            return None
        fixed = {name for name, attribute in pool.standard_attributes.items() if not attribute.mutable}
        return sorted(set(WRITABLE_ATTRIBUTES) - fixed)
