"""The naming rules: all AWS names, domains and tags that are derived from product and environment. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PRODUCTION = "prod"


def key_of(logical_name: str) -> str:
    """The key of an API, client, group or provider from its logical name."""
    return re.sub("^access-[a-z]+-", "", logical_name)


def function(pool: str, trigger: str) -> str:
    """The logical name of the Lambda function that is created for a trigger such as `preSignUp`."""
    return f"{pool}-{trigger}"


def permission(pool: str, trigger: str) -> str:
    """The logical name of the Lambda permission for a trigger such as `preSignUp`."""
    return f"{pool}-{trigger}-permission"


@dataclass(frozen=True)
class Names:
    """The names of one deployment.

    Args:
        product: the product, a DNS label; also the domain `<product>.app`.
        environment: the environment, a DNS label; for `prod`, the auth domain has no environment prefix.
    """

    product: str
    environment: str

    @property
    def placeholders(self) -> dict[str, str]:
        """The values of {product} and {environment}."""
        return {"product": self.product, "environment": self.environment}

    @property
    def stem(self) -> str:
        return f"{self.product}-{self.environment}"

    @property
    def auth_domain(self) -> str:
        host = "auth" if self.environment == PRODUCTION else f"{self.environment}-auth"
        return f"{host}.{self.product}.app"

    @property
    def domain_prefix(self) -> str:
        return self.stem

    @property
    def user_pool(self) -> str:
        return f"{self.stem}-userpool-customers"

    def resource_server(self, key: str) -> str:
        return f"{self.stem}-resourceserver-{key}"

    def resource_server_identifier(self, key: str) -> str:
        # Without the environment, so that an API has the same scopes in all environments.
        return f"app.{self.product}.api.{key}"

    def client(self, key: str) -> str:
        return f"{self.stem}-userpoolclient-{key}"

    @property
    def identity_pool(self) -> str:
        return f"{self.stem}-identitypool"

    @property
    def exports_stack(self) -> str:
        return f"{self.stem}-auth-exports"

    def changed(self, tags: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Product and environment, if they differ from a stack's tags, each as (old, new).

        An adopted pool may have an unrelated tag `product`, so the tags only count if all tags of the program exist.
        """
        if not tags.keys() >= self.tags.keys():
            return {}
        return {key: (tags[key], name) for key, name in self.placeholders.items() if tags.get(key, name) != name}

    @property
    def tags(self) -> dict[str, str]:
        return {
            "environment": self.environment,
            "orchestration": "pulumi",
            "service": "auth",
            "service-type": "aws-managed",
            "product": self.product,
        }
