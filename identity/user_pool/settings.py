"""What a stack file may say of the user pool, and what of it can never work."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from identity import types
from identity.errors import Problem, shown
from identity.setting import INVERTED, SORTED, Change, Plan, setting, words
from identity.types import Maybe, Once
from identity.user_pool import attributes
from identity.user_pool.attributes import CustomAttributes, StandardAttribute, StandardAttributes
from identity.user_pool.factors import Factors
from identity.user_pool.messages import Messages
from identity.user_pool.password_policy import PasswordPolicy
from identity.user_pool.protection import Protection
from identity.user_pool.triggers import Triggers, trigger_problems

PATH: Final = "identity:userPool"
TIERS: Final = {"lite": "LITE", "essentials": "ESSENTIALS", "plus": "PLUS"}
_EVERYBODY = "The engine would make another pool and delete this one, with everybody in it."
_EMAIL_ALONE = {"email": StandardAttribute.model_construct(required=True)}


class UserPool(Factors, Messages, Protection):
    """The user pool; each default is the setting of the old system, or AWS's own where it had none."""

    name: Maybe[types.Name] = setting(
        None,
        "The name of the pool. Not given - `<product>-<environment>-userpool-customers`.",
        "name",
        example="customers",
    )
    tier: Maybe[Annotated[str, types.one_of(*TIERS), types.NotBlank]] = setting(
        None,
        "The plan: lite, essentials or plus. Not given - AWS's, Essentials for a new pool.",
        "userPoolTier",
        Change.LESSENS,
        loss="What needs the higher plan would stop.",
        order=tuple(TIERS),
        kept=True,
        codec=words(TIERS),
        example="essentials",
    )
    username_attributes: Annotated[list[types.VerifiedAttribute], Once] = setting(
        [],
        "Of email and phone_number, those that are the user name; then there are no aliases.",
        "usernameAttributes",
        Change.REPLACES,
        loss=_EVERYBODY,
        codec=SORTED,
        example=["email"],
    )
    alias_attributes: Annotated[list[types.AliasAttribute], Once] = setting(
        ["preferred_username"],
        "By what people can sign in besides their user name, of email, phone_number and preferred_username.",
        "aliasAttributes",
        Change.REPLACES,
        loss=_EVERYBODY,
        codec=SORTED,
        example=["email"],
    )
    case_sensitive: bool = setting(
        False,
        "Whether user names that differ in case alone are two.",
        "usernameConfiguration.caseSensitive",
        Change.REPLACES,
        loss=_EVERYBODY,
    )
    auto_verified_attributes: Annotated[list[types.VerifiedAttribute], Once] = setting(
        ["email"],
        "Of email and phone_number, those that Cognito verifies at sign-up; phone_number needs `sms`.",
        "autoVerifiedAttributes",
        Change.LESSENS,
        loss="Nobody's new address would be verified any more, nor give back a forgotten password.",
        always=True,
        codec=SORTED,
        example=["email"],
    )
    self_sign_up: Maybe[bool] = setting(
        None,
        "Whether people sign up by themselves. Not given - AWS's: they do in a new pool.",
        "adminCreateUserConfig.allowAdminCreateUserOnly",
        Change.LESSENS,
        loss="Nobody could sign up any more but by an administrator.",
        kept=True,
        codec=INVERTED,
        example=False,
    )
    standard_attributes: StandardAttributes = setting(
        _EMAIL_ALONE,
        "The standard attributes that the pool declares, name -> object; `{}` for none.",
        change=Change.IMPOSSIBLE,
        example={"email": {"required": True}, "given_name": {"required": True, "maxLength": 100}},
    )
    custom_attributes: CustomAttributes = setting(
        {},
        "Attributes `custom:<name>`, name -> object; at most 50 with the standard ones, 25 new ones an update.",
        change=Change.IMPOSSIBLE,
        example={"tenant": {"maxLength": 36, "mutable": False}},
    )
    password_policy: PasswordPolicy = setting(PasswordPolicy(), "What a password has to be.")
    triggers: Maybe[Triggers] = setting(
        None,
        "Functions that Cognito calls, trigger -> ARN or object.",
        change=Change.LESSENS,
        loss="What these functions do would not be done any more.",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_alias_beside_user_names(cls, given: Any) -> Any:
        """Where an address is the user name, there is no alias by default."""
        if isinstance(given, Mapping) and given.get("usernameAttributes"):
            return {"aliasAttributes": [], **given}
        return given

    def inputs(self) -> dict[str, Any]:
        """The provider's inputs of the pool itself."""
        made = {**super().inputs(), "schemas": attributes.schemas(self.standard_attributes, self.custom_attributes)}
        for either in (
            ("usernameAttributes", "aliasAttributes") if self.username_attributes else ("usernameAttributes",)
        ):
            if not made[either]:
                del made[either]
        return made

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        """A live pool, from the provider's outputs. One that says nothing of its user names' case tells it apart."""
        found, schemas = super().read(outputs), outputs.get("schemas") or []
        return found.model_copy(
            update={
                "alias_attributes": sorted(outputs.get("aliasAttributes") or []),
                "auto_verified_attributes": sorted(outputs.get("autoVerifiedAttributes") or []),
                "case_sensitive": bool((outputs.get("usernameConfiguration") or {}).get("caseSensitive", True)),
                "standard_attributes": attributes.live_standard(schemas),
                "custom_attributes": attributes.live_custom(schemas),
            }
        )

    @property
    def user_sign_in(self) -> bool:
        """Whether clients may let the pool choose how a person signs in (ALLOW_USER_AUTH)."""
        return bool(self.first_factors)


def pool_problems(pool: UserPool, auth_flows: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """What AWS would refuse, what nobody could ever use, and as warnings, what is seldom meant."""
    yield from attributes.attribute_problems(PATH, pool.standard_attributes, pool.custom_attributes)
    yield from _user_names(pool)
    yield from _addresses(pool)
    yield from _factors(pool)
    yield from _second_factor(pool)
    yield from _recovery(pool)
    yield from _messages(pool)
    yield from _choice_of_sign_in(pool, auth_flows)
    yield from trigger_problems(f"{PATH}.triggers", pool.triggers or Triggers(), auth_flows)


def _choice_of_sign_in(pool: UserPool, auth_flows: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for client, flows in auth_flows.items():
        if "ALLOW_USER_AUTH" in flows and not pool.first_factors:
            allowed = "a flow that the pool can serve: this one needs userPool.firstFactors"
            place = f"{client}.authFlows[{flows.index('ALLOW_USER_AUTH')}]"
            yield Problem(place, allowed, '"ALLOW_USER_AUTH"', "take it out, or give userPool.firstFactors")


def _user_names(pool: UserPool) -> Iterator[Problem]:
    if pool.username_attributes and pool.alias_attributes:
        allowed = f"none beside usernameAttributes: an address is the user name, {shown(pool.username_attributes)}"
        yield Problem(f"{PATH}.aliasAttributes", allowed, shown(pool.alias_attributes), "take one of the two out")


def _addresses(pool: UserPool) -> Iterator[Problem]:
    verified = pool.auto_verified_attributes
    if "phone_number" in verified and pool.sms is None:
        place = f"{PATH}.autoVerifiedAttributes[{verified.index('phone_number')}]"
        allowed = "email alone: Cognito verifies a phone number by a text message"
        yield Problem(place, allowed, '"phone_number"', "take it out, or give userPool.sms, {} for a role made here")
    for index, alias in enumerate(pool.alias_attributes):
        if alias in types.VERIFIED_ATTRIBUTES and alias not in verified:
            allowed = f"an alias that gets verified: nobody can sign in by {alias} before"
            fix = f"add {alias} to {PATH}.autoVerifiedAttributes, or take it out here"
            yield Problem(f"{PATH}.aliasAttributes[{index}]", allowed, shown(alias), fix)
    if not verified:
        allowed = "[email]: where nothing is verified, nobody can confirm a sign-up or get back a forgotten password"
        yield Problem(f"{PATH}.autoVerifiedAttributes", allowed, "[]", warning=True)


def _factors(pool: UserPool) -> Iterator[Problem]:
    factors, path = pool.first_factors or [], f"{PATH}.firstFactors"
    if factors and "password" not in factors:
        yield Problem(path, "password among them: AWS takes no list without it", shown(factors), "add password")
    if "smsOtp" in factors and pool.sms is None:
        yield Problem(f"{path}[{factors.index('smsOtp')}]", "smsOtp with userPool.sms", '"smsOtp"', "give userPool.sms")
    if "emailOtp" in factors and pool.email is None:
        allowed = "emailOtp with userPool.email: Cognito's own mail is 50 a day"
        yield Problem(
            f"{path}[{factors.index('emailOtp')}]", allowed, '"emailOtp"', "give userPool.email", warning=True
        )
    if pool.passkeys and "passkey" not in factors:
        allowed = "passkeys where firstFactors has passkey"
        yield Problem(f"{PATH}.passkeys", allowed, "firstFactors without passkey", "add passkey to firstFactors")
    codes = [factor for factor in factors if factor in ("emailOtp", "smsOtp")]
    if codes and pool.mfa and pool.mfa.mode == "on":
        allowed = "password and passkey where mfa.mode is on: Cognito does not offer codes as a first factor then"
        yield Problem(path, allowed, ", ".join(codes), "set mfa.mode: optional, or take them out", warning=True)


def _second_factor(pool: UserPool) -> Iterator[Problem]:
    mfa, path = pool.mfa, f"{PATH}.mfa"
    if mfa is None:
        return
    texted = mfa.sms is not None or pool.sms is not None
    if mfa.mode != "off" and not (mfa.totp or mfa.email or texted):
        fix = "add `totp: true`, or set mode: off"
        yield Problem(f"{path}.mode", "off without a factor: totp, email or sms", shown(mfa.mode), fix)
    if mfa.email and pool.email is None:
        yield Problem(
            f"{path}.email", "a factor by e-mail with userPool.email (SES)", "no email", "give userPool.email"
        )
    if mfa.email and set(pool.recovery or ["verified_email"]) <= {"verified_email"}:
        allowed = "a factor by e-mail with two ways of userPool.recovery, or admin_only: not with e-mail alone"
        fix = "set recovery: [verified_phone_number, verified_email], or [admin_only]"
        yield Problem(f"{path}.email", allowed, shown(pool.recovery or ["verified_email"]), fix)
    if mfa.sms and mfa.mode != "off" and pool.sms is None:
        yield Problem(f"{path}.sms", "a factor by text message with userPool.sms", "no sms", "give userPool.sms")
    if mfa.mode != "off" and "phone_number" in pool.username_attributes and pool.sms is None:
        allowed = "off, or userPool.sms: a person whose user name is a phone number gets codes there"
        yield Problem(f"{path}.mode", allowed, shown(mfa.mode), "give userPool.sms")


def _recovery(pool: UserPool) -> Iterator[Problem]:
    ways = pool.recovery or []
    if "admin_only" in ways and len(ways) > 1:
        yield Problem(f"{PATH}.recovery", "admin_only alone", shown(ways), "take admin_only out, or the other")
    for index, attribute in enumerate(pool.verify_before_update or []):
        if attribute not in pool.auto_verified_attributes:
            allowed = "an attribute of autoVerifiedAttributes"
            fix = f"add it to {PATH}.autoVerifiedAttributes"
            yield Problem(f"{PATH}.verifyBeforeUpdate[{index}]", allowed, shown(attribute), fix)


def _messages(pool: UserPool) -> Iterator[Problem]:
    verification = pool.verification
    if verification.message is None:
        return
    try:
        (types.with_link if verification.by == "link" else types.with_code)(verification.message)
    except PydanticCustomError as error:
        context = error.context or {}
        yield Problem(f"{PATH}.verification.message", context["allowed"], shown(verification.message))


def needs_plan(pool: UserPool) -> Plan | None:
    """The plan that a pool's triggers need; what its other keys need is in their declarations."""
    version = pool.triggers and pool.triggers.pre_token_generation and pool.triggers.pre_token_generation.version
    return Plan.ESSENTIALS if version in ("V2_0", "V3_0") else None
