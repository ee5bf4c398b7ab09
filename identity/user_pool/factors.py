"""Sign-in factors: first factors, passkeys, MFA, remembered devices, and account recovery."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from identity import types
from identity.setting import SORTED, Change, Codec, Model, Plan, setting, words
from identity.user_pool.attribute_names import VerifiedAttribute
from identity.user_pool.messages import CodeBody, CodeText, Subject

FIRST_FACTORS: Final = {"password": "PASSWORD", "emailOtp": "EMAIL_OTP", "smsOtp": "SMS_OTP", "passkey": "WEB_AUTHN"}
MODES: Final = {"off": "OFF", "optional": "OPTIONAL", "on": "ON"}
RECOVERY: Final = ("verified_email", "verified_phone_number", "admin_only")
FirstFactor = Annotated[types.Text, types.one_of(*FIRST_FACTORS)]
# YAML 1.1 parsers, such as Python's, read `on` and `off` as true and false.
_WORD: Final = {True: "on", False: "off"}
Mode = Annotated[
    types.Text,
    types.one_of(*MODES),
    BeforeValidator(lambda value: _WORD[value] if isinstance(value, bool) else value),
]
Recovery = Annotated[types.Text, types.one_of(*RECOVERY)]


def _relying_party(value: str) -> str:
    if value.rpartition(".")[2].isdigit():
        types.refuse("a domain, not an IP address")
    return types.dns_name(value)


RelyingParty = Annotated[types.Text, AfterValidator(_relying_party), types.at_most(127)]


class Passkeys(Model):
    """Passkeys, if `firstFactors` contains `passkey`
    (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html).
    """

    relying_party_id: types.Maybe[RelyingParty] = setting(
        "The relying party, the domain of the passkeys: the auth domain or a parent of it. Default: the domain of "
        "the sign-in pages.",
        "webAuthnConfiguration.relyingPartyId",
        Change.MATTERS,
        loss="All passkeys belong to the old domain and would become invalid.",
        plan=Plan.ESSENTIALS,
        example="example.app",
    )
    user_verification: types.Maybe[Annotated[types.Text, types.one_of("preferred", "required")]] = setting(
        "Whether a passkey has to verify its user, by biometrics or a PIN: preferred or required. Default: preferred.",
        "webAuthnConfiguration.userVerification",
        loss="A device that does not verify its user would be enough.",
        order=("preferred", "required"),
        nothing="preferred",
        plan=Plan.ESSENTIALS,
        example="required",
    )


class MailedCode(Model):
    """A second factor by email; requires `email`, two ways of `recovery` and the Essentials plan."""

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        """Also true for an empty object: then AWS uses its default messages."""
        return outputs.get("emailMfaConfiguration") is not None

    subject: Subject = setting(
        "The subject of the email, 1-140 characters.",
        "emailMfaConfiguration.subject",
        default="Your sign-in code",
        example="Your code",
    )
    message: CodeBody = setting(
        "The email, 6-20,000 characters, with the placeholder {####}.",
        "emailMfaConfiguration.message",
        default="Your code is {####}.",
        example="Sign in with {####}.",
    )


class TextedCode(Model):
    """A second factor by text message; requires `sms`."""

    message: CodeText = setting(
        "The text message, 6-140 characters, with the placeholder {####}.",
        "smsAuthenticationMessage",
        default="Your authentication code is {####}. ",
        example="Sign in with {####}.",
        nothing="Your authentication code is {####}. ",
    )


class Mfa(Model):
    """The second factor (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html)."""

    mode: Mode = setting(
        "off; optional, for users who enrol; or on, for all users.",
        "mfaConfiguration",
        default="off",
        loss="A password alone would be enough to sign in, also for users who have enrolled.",
        order=tuple(MODES),
        codec=words(MODES),
        nothing="OFF",
        example="optional",
    )
    totp: bool = setting(
        "Codes from an authenticator app (TOTP).",
        "softwareTokenMfaConfiguration.enabled",
        default=False,
        loss="Users could no longer use their authenticator app.",
        codec=Codec(lambda on: on or None),  # the provider does not accept `false`: omitting the block means off
        nothing=False,
        example=True,
    )
    email: types.Maybe[MailedCode] = setting(
        "Codes by email.",
        example={"subject": "Your code"},
        loss="Users could no longer use email as their second factor.",
        plan=Plan.ESSENTIALS,
    )
    sms: types.Maybe[TextedCode] = setting(
        "Codes by text message.",
        example={},
        loss="Users could no longer use their phone as their second factor.",
    )


class Devices(Model):
    """Remembered devices
    (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html).
    """

    challenge_on_new_device: bool = setting(
        "Whether a remembered device replaces the second factor.",
        "deviceConfiguration.challengeRequiredOnNewDevice",
        default=False,
        loss="Remembered devices would no longer have to prove their key.",
        example=True,
    )
    only_remembered_on_user_prompt: bool = setting(
        "Whether a device is remembered only with the user's consent.",
        "deviceConfiguration.deviceOnlyRememberedOnUserPrompt",
        default=False,
        loss="Devices would be remembered without the users' consent.",
        example=True,
    )


def _mechanisms(recovery: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "priority": priority} for priority, name in enumerate(recovery, start=1)]


def _recovery(mechanisms: Sequence[Mapping[str, Any]]) -> list[str]:
    in_order = sorted(mechanisms, key=lambda mechanism: int(mechanism.get("priority", 0)))
    return [str(mechanism["name"]) for mechanism in in_order]


class Factors(Model):
    """The keys of `userPool` for sign-in and account recovery."""

    first_factors: types.Maybe[Annotated[list[FirstFactor], Field(min_length=1), types.Once]] = setting(
        "The first factors for sign-in: password, emailOtp, smsOtp, passkey; password is required. With more than "
        "the password, clients get the flow ALLOW_USER_AUTH. Default: password.",
        "signInPolicy.allowedFirstAuthFactors",
        loss="Users who sign in with this factor could no longer sign in.",
        kept=True,
        plan=Plan.ESSENTIALS,
        free=("password",),
        codec=words(FIRST_FACTORS),
        example=["password", "passkey"],
    )
    passkeys: types.Maybe[Passkeys] = setting(
        "Passkey settings.",
        example={"userVerification": "required"},
        loss="Passkeys would stop working.",
        plan=Plan.ESSENTIALS,
    )
    mfa: types.Maybe[Mfa] = setting(
        "Multi-factor authentication. Default: off.",
        example={"mode": "optional", "totp": True},
        loss="A password alone would be enough to sign in.",
    )
    recovery: types.Maybe[Annotated[list[Recovery], Field(min_length=1, max_length=2), types.Once]] = setting(
        "Account recovery, in order of preference: verified_email, verified_phone_number; or only admin_only. "
        "Default: AWS's, which is email for a new pool.",
        "accountRecoverySetting.recoveryMechanisms",
        loss="Users without another verified address could not recover their accounts.",
        kept=True,
        codec=Codec(_mechanisms, _recovery),
        example=["verified_email"],
    )
    verify_before_update: types.Maybe[Annotated[list[VerifiedAttribute], types.Once]] = setting(
        "Attributes whose new value takes effect only after verification: email, phone_number.",
        "userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates",
        loss="Anyone with a user's session could change the address for account recovery.",
        codec=SORTED,
        example=["email"],
    )
    devices: types.Maybe[Devices] = setting(
        "Remembered devices. Default: none.",
        example={"onlyRememberedOnUserPrompt": True},
        loss="Remembered devices would be forgotten.",
    )
