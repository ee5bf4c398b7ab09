"""Valid responses of trigger functions: one model each
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html). Pure.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

# Claims that functions cannot add, change or remove.
_OF_BOTH_TOKENS: Final = frozenset(
    [
        *("acr", "amr", "at_hash", "auth_time", "azp", "exp", "iat", "iss", "jti", "nbf", "nonce", "origin_jti"),
        *("sub", "token_use"),
    ]
)
_OF_ID_TOKENS: Final = _OF_BOTH_TOKENS | {"aud", "cognito:username", "identities"}
_OF_ACCESS_TOKENS: Final = _OF_BOTH_TOKENS | {"client_id", "device_key", "event_id", "scope", "username", "version"}


class Answer(BaseModel):
    """The `response` of an event."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    @classmethod
    def unsaid(cls) -> dict[str, Any]:
        """The `response` as Cognito sends it in the event, before the function sets anything."""
        fields = cls.model_fields.values()
        return {str(field.alias): None if field.is_required() else field.default for field in fields}

    @model_validator(mode="before")
    @classmethod
    def _has_known_members(cls, given: Any) -> Any:
        known = cls.unsaid()
        unknown = [member for member in given if member not in known] if isinstance(given, Mapping) else []
        if unknown:
            raise ValueError(f"Cognito ignores {', '.join(unknown)} here; it knows {', '.join(known) or 'none'}")
        return given


class Nothing(Answer):
    """Triggers without a response: the function returns the event unchanged."""


class SignUp(Answer):
    """preSignUp: whether to confirm the user or verify an address automatically."""

    auto_confirm_user: bool = False
    auto_verify_email: bool = False
    auto_verify_phone: bool = False

    @model_validator(mode="after")
    def _has_verified_attributes(self, info: ValidationInfo) -> Self:
        for verified, name in ((self.auto_verify_email, "email"), (self.auto_verify_phone, "phone_number")):
            if verified and name not in (info.context or {})["userAttributes"]:
                raise ValueError(f"Cognito refuses to verify {name} of a user who has none")
        return self


class Groups(Answer):
    """Groups and roles that replace those of the user."""

    groups_to_override: list[str] | None = None
    iam_roles_to_override: list[str] | None = None
    preferred_role: str | None = None


Value = TypeVar("Value")


class Claims(Answer, Generic[Value]):
    """Claims of a token to add, change or remove."""

    reserved: ClassVar = _OF_ID_TOKENS

    claims_to_add_or_override: dict[str, Value] | None = None
    claims_to_suppress: list[str] | None = None

    @model_validator(mode="after")
    def _keeps_reserved_claims(self) -> Self:
        touched = sorted(self.reserved & {*(self.claims_to_add_or_override or ()), *(self.claims_to_suppress or ())})
        if touched:
            kept = ", ".join(touched)
            raise ValueError(f"{kept}: Cognito does not let functions add, change or remove these claims")
        return self


class TextClaims(Claims[str]):
    """Claims of the ID token, event version V1_0."""

    group_override_details: Groups | None = None


class AccessToken(Claims[JsonValue]):
    """Claims and scopes of the access token."""

    reserved = _OF_ACCESS_TOKENS

    scopes_to_add: list[str] | None = None
    scopes_to_suppress: list[str] | None = None

    @model_validator(mode="after")
    def _keeps_audience(self, info: ValidationInfo) -> Self:
        added = self.claims_to_add_or_override or {}
        if "aud" in added and added["aud"] != (info.context or {})["clientId"]:
            raise ValueError("Cognito accepts no other aud than the client id, event.callerContext.clientId")
        return self


class ClaimsAndScopes(Answer):
    """Claims and scopes of both tokens, event versions V2_0 and V3_0."""

    id_token_generation: Claims[JsonValue] | None = None
    access_token_generation: AccessToken | None = None
    group_override_details: Groups | None = None


class Tokens(Answer):
    """preTokenGeneration, event version V1_0."""

    claims_override_details: TextClaims | None = None


class AllTokens(Answer):
    """preTokenGeneration, event versions V2_0 and V3_0."""

    claims_and_scope_override_details: ClaimsAndScopes | None = None


class NextChallenge(Answer):
    """defineAuthChallenge: the next step of custom authentication; exactly one of the three is required."""

    challenge_name: str | None = None
    issue_tokens: bool | None = None
    fail_authentication: bool | None = None

    @model_validator(mode="after")
    def _has_one_next_step(self) -> Self:
        if sum(map(bool, (self.challenge_name, self.issue_tokens, self.fail_authentication))) != 1:
            raise ValueError("one of challengeName, issueTokens: true, or failAuthentication: true is required")
        return self


class Challenge(Answer):
    """createAuthChallenge: the challenge for the app, and the private part for verifyAuthChallengeResponse."""

    public_challenge_parameters: dict[str, str] | None = None
    private_challenge_parameters: dict[str, str] | None = None
    challenge_metadata: str | None = None


class Verdict(Answer):
    """verifyAuthChallengeResponse: whether the user's answer is correct."""

    answer_correct: bool


class Migrated(Answer):
    """userMigration: the user to create in the pool."""

    user_attributes: dict[str, str]
    final_user_status: Literal["CONFIRMED", "RESET_REQUIRED"] | None = None
    message_action: Literal["RESEND", "SUPPRESS"] | None = None
    desired_delivery_mediums: list[Literal["EMAIL", "SMS"]] | None = None
    force_alias_creation: bool | None = None
    enable_sms_mfa: bool | None = Field(None, alias="enableSMSMFA")


class Message(Answer):
    """customMessage: the texts, which have to contain the code."""

    email_subject: str | None = Field(None, max_length=140)
    email_message: str | None = Field(None, max_length=20_000)
    sms_message: str | None = Field(None, max_length=140)

    @model_validator(mode="after")
    def _contains_the_code(self, info: ValidationInfo) -> Self:
        code, link = (info.context or {})["codeParameter"], (info.context or {})["linkParameter"]
        name = (info.context or {})["usernameParameter"]
        for text, ways in ((self.email_message, (code, link)), (self.sms_message, (code,))):
            if text and not any(way in text for way in ways):
                raise ValueError(f"a message has to hold event.request.codeParameter, which is {code}")
            if text and name and name not in text:
                raise ValueError(f"an invitation has to hold event.request.usernameParameter, which is {name}")
        return self


# By key of `userPool.triggers`; Cognito ignores the response of the others.
_ANSWERS: Final[dict[str, type[Answer]]] = {
    "preSignUp": SignUp,
    "postConfirmation": Nothing,
    "preAuthentication": Nothing,
    "postAuthentication": Nothing,
    "preTokenGeneration": Tokens,
    "customMessage": Message,
    "userMigration": Migrated,
    "defineAuthChallenge": NextChallenge,
    "createAuthChallenge": Challenge,
    "verifyAuthChallengeResponse": Verdict,
}


def answer_of(trigger: str, version: str) -> type[Answer] | None:
    """The model of the response for a trigger and event version; None if Cognito ignores the response."""
    return AllTokens if trigger == "preTokenGeneration" and version != "1" else _ANSWERS.get(trigger)
