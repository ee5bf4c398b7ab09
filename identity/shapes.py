"""The objects of the stack config as a person writes them: `userPool`, `apis` and `clients`.

Each class is one object of the YAML; its fields are the keys, in the same words. What a field may hold is said by its
type in `identity.limits`. What holds between fields, or once names are filled in, is in `identity.attributes`,
`identity.apis` and `identity.clients`.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from identity import limits
from identity.errors import Problem
from identity.limits import Key, Once


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class PasswordPolicy(_Shape):
    """https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html"""

    minimum_length: limits.PasswordLength = 8
    require_lowercase: bool = True
    require_uppercase: bool = True
    require_numbers: bool = False
    require_symbols: bool = False
    temporary_password_validity_days: limits.TemporaryPasswordDays = 14
    password_history_size: limits.PasswordHistory = 0


class CustomAttribute(_Shape):
    """An attribute `custom:<name>`. Cognito can add one to a pool, never change or take one away.

    `bounded: false` is a text without bounds, which a pool that was made by hand may have.
    """

    type: limits.AttributeType = "String"
    mutable: bool = True
    min_length: limits.AttributeLength | None = None
    max_length: limits.AttributeLength | None = None
    min_value: int | None = None
    max_value: int | None = None
    bounded: bool = True

    def misfits(self, path: str) -> Iterator[Problem]:
        """Bounds that do not fit the type, or each other."""
        bounds = {
            "String": ("minLength", self.min_length, "maxLength", self.max_length),
            "Number": ("minValue", self.min_value, "maxValue", self.max_value),
        }
        for kind, (low_key, low, high_key, high) in bounds.items():
            for key, bound in ((low_key, low), (high_key, high)):
                if bound is not None and kind != self.type:
                    yield Problem(f"{path}.{key}", f"a bound of an attribute of type {kind}", f"type {self.type}")
                elif bound is not None and not self.bounded:
                    yield Problem(
                        f"{path}.{key}", "no bound where bounded is false", str(bound), "take one of them out"
                    )
            if low is not None and high is not None and low > high:
                yield Problem(f"{path}.{low_key}", f"at most {high_key}, {high}", str(low))


class UserPool(_Shape):
    """Overrides of the pool's settings; each default is the setting of the deployed system."""

    alias_attributes: Annotated[list[limits.AliasAttribute], Once] = ["preferred_username"]
    auto_verified_attributes: Annotated[list[limits.VerifiedAttribute], Once] = ["email"]
    case_sensitive: bool = False
    password_policy: PasswordPolicy = PasswordPolicy()
    custom_attributes: dict[limits.AttributeName, CustomAttribute] = {}


class Api(_Shape):
    """A resource server: scopes by name, each with its description.

    `renamedFrom` is the key it had, after a new one; its identifier is then still that key's, if none is given.
    """

    scopes: Annotated[
        dict[limits.ScopeName, limits.ScopeDescription], Field(min_length=1, max_length=limits.SCOPES_PER_SERVER)
    ]
    identifier: limits.ServerIdentifier | None = None
    renamed_from: Key | None = None


class TokenValidity(_Shape):
    """How long tokens live: a number with a unit, s, m, h or d."""

    access: limits.AccessValidity = "60m"
    id: limits.AccessValidity = "60m"
    refresh: limits.RefreshValidity = "30d"


class Client(_Shape):
    """An app client. One that says nothing else is the safe one. `renamedFrom` is the key it had, after a new one."""

    secret: bool = False
    callback_urls: Annotated[list[limits.Text], Field(max_length=limits.URLS_PER_CLIENT), Once] = []
    logout_urls: Annotated[list[limits.Text], Field(max_length=limits.URLS_PER_CLIENT), Once] = []
    scopes: Annotated[list[limits.Text], Field(min_length=1), Once] | None = None
    flow: limits.Flow = "code"
    auth_flows: Annotated[list[limits.AuthFlow], Field(min_length=1), Once] | None = None
    token_validity: TokenValidity = TokenValidity()
    rotate_refresh_tokens: bool = False
    renamed_from: Key | None = None


KEY: TypeAdapter[str] = TypeAdapter(Key)
TAGS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[limits.TagKey, limits.TagValue])
NAMES: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[limits.Text], Once])
EXEMPTIONS: TypeAdapter[dict[str, dict[str, str]]] = TypeAdapter(
    dict[limits.Text, dict[limits.Text, limits.Text]], config=ConfigDict(strict=True)
)
SERVER_LIMIT: TypeAdapter[int] = TypeAdapter(limits.ServerLimit, config=ConfigDict(strict=True))
# The keys that are a text, each with its type.
TEXTS: dict[str, TypeAdapter[str]] = {
    "product": TypeAdapter(limits.DnsLabel),
    "environment": TypeAdapter(limits.DnsLabel),
    "zoneName": TypeAdapter(limits.DnsName),
    "zoneId": TypeAdapter(limits.ZoneId),
    "zoneExport": TypeAdapter(limits.ExportName),
    "authDomain": TypeAdapter(limits.DnsName),
    "domainPrefix": TypeAdapter(limits.DomainPrefix),
}
