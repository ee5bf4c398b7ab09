"""The settings of the user pool. The rules between them are in `rules.py`."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Self

from pydantic import model_validator

from identity import types
from identity.setting import INVERTED, SORTED, Change, Codec, Plan, setting, words
from identity.user_pool import attributes
from identity.user_pool.attribute_names import AliasAttribute, VerifiedAttribute
from identity.user_pool.attributes import CustomAttributes, StandardAttribute, StandardAttributes
from identity.user_pool.factors import Factors
from identity.user_pool.logs import Logs
from identity.user_pool.messages import Messages
from identity.user_pool.password_policy import PasswordPolicy
from identity.user_pool.threat_protection import UNWATCHED, ThreatProtection
from identity.user_pool.triggers import Triggers
from identity.user_pool.web_acl import WebAcl

PATH: Final = "identity:userPool"
TIERS: Final = {"lite": "LITE", "essentials": "ESSENTIALS", "plus": "PLUS"}
_unchangeable = partial(
    setting,
    change=Change.REPLACES,
    loss="Pulumi would create a new pool and delete this one with all its users.",
)
_EMAIL_ALONE = {"email": StandardAttribute.model_construct(required=True)}


class UserPool(Factors, Messages):
    """The user pool. Each default is the setting of the old system, or AWS's default if it had none."""

    name: types.Maybe[types.Name] = setting(
        "The name of the pool. Default: `<product>-<environment>-userpool-customers`.",
        "name",
        example="customers",
    )
    tier: types.Maybe[Annotated[types.Text, types.one_of(*TIERS)]] = setting(
        "The feature plan: lite, essentials or plus. Default: AWS's, which is Essentials for a new pool.",
        "userPoolTier",
        loss="Features of the higher plan would stop working.",
        order=tuple(TIERS),
        kept=True,
        codec=words(TIERS),
        nothing="ESSENTIALS",
        example="essentials",
    )
    username_attributes: Annotated[list[VerifiedAttribute], types.Once] = _unchangeable(
        "Use email or phone_number as the user name. Excludes aliases.",
        "usernameAttributes",
        default=[],
        codec=Codec(lambda names: sorted(names) or None, sorted),
        example=["email"],
    )
    alias_attributes: Annotated[list[AliasAttribute], types.Once] = _unchangeable(
        "Attributes that users can sign in with in addition to the user name: email, phone_number, preferred_username.",
        "aliasAttributes",
        default=["preferred_username"],
        codec=SORTED,
        silent=[],
        example=["email"],
    )
    case_sensitive: bool = _unchangeable(
        "Whether user names are case-sensitive.",
        "usernameConfiguration.caseSensitive",
        silent=True,
        default=False,
        example=False,
    )
    auto_verified_attributes: Annotated[list[VerifiedAttribute], types.Once] = setting(
        "Attributes that Cognito verifies at sign-up: email, phone_number; phone_number requires `sms`.",
        "autoVerifiedAttributes",
        default=["email"],
        loss="New addresses would no longer be verified, so they could not be used for account recovery.",
        always=True,
        codec=SORTED,
        silent=[],
        example=["email"],
    )
    self_sign_up: types.Maybe[bool] = setting(
        "Whether users can sign up themselves. Default: AWS's, which is true for a new pool.",
        "adminCreateUserConfig.allowAdminCreateUserOnly",
        loss="Only administrators could create users.",
        kept=True,
        codec=INVERTED,
        example=False,
    )
    standard_attributes: StandardAttributes = setting(
        "The standard attributes of the pool, name -> object; `{}` for none.",
        default=_EMAIL_ALONE,
        change=Change.IMPOSSIBLE,
        example={"email": {"required": True}, "given_name": {"required": True, "maxLength": 100}},
    )
    custom_attributes: CustomAttributes = setting(
        "Custom attributes (`custom:<name>`), name -> object; at most 50 with the standard ones, 25 new ones per "
        "update.",
        default={},
        change=Change.IMPOSSIBLE,
        example={"tenant": {"maxLength": 36, "mutable": False}},
    )
    password_policy: PasswordPolicy = setting(
        "The password policy.", default=PasswordPolicy(), example={"minimumLength": 14}
    )
    triggers: types.Maybe[Triggers] = setting(
        "Lambda triggers, trigger -> ARN or object.",
        loss="These functions would no longer be called.",
        example={"preSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:check"},
    )
    threat_protection: types.Maybe[ThreatProtection] = setting(
        "Threat protection. Default: off.",
        loss=UNWATCHED,
        plan=Plan.PLUS,
        example={"mode": "audit"},
    )
    logs: types.Maybe[Logs] = setting(
        "Logs of the pool. Default: none.",
        loss="Events of the pool would no longer be logged.",
        always=True,
        example={"notifications": "90d"},
    )
    web_acl: types.Maybe[Annotated[WebAcl, types.ByArn]] = setting(
        "An AWS WAF web ACL. Default: none.",
        loss="Requests that the web ACL blocks would reach the pool.",
        always=True,
        example={"requestsPer5Minutes": 1000},
    )

    @model_validator(mode="before")
    @classmethod
    def _no_alias_beside_user_names(cls, given: Any) -> Any:
        """Without alias attributes by default if an address is the user name."""
        if isinstance(given, Mapping) and given.get("usernameAttributes"):
            return {"aliasAttributes": [], **given}
        return given

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pool resource."""
        made = super().inputs()
        if schemas := attributes.schemas(self.standard_attributes, self.custom_attributes):
            made["schemas"] = schemas
        if self.username_attributes and not self.alias_attributes:
            del made["aliasAttributes"]
        return made

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        """Read a live pool from its outputs."""
        found, schemas = super().read(outputs), outputs.get("schemas") or []
        standard, custom = attributes.live_standard(schemas), attributes.live_custom(schemas)
        return found.model_copy(update={"standard_attributes": standard, "custom_attributes": custom})
