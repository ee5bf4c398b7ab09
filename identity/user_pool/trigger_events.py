"""The events that Cognito sends to each trigger, by trigger source
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_BY_ADMINISTRATOR: Final = "AdminCreateUser"
# The caller of such an event.
NO_CLIENT: Final = "CLIENT_ID_NOT_APPLICABLE"
# The forms of the event before tokens are made; every other trigger has one.
VERSIONS: Final = ("V1_0", "V2_0", "V3_0")
# The occasion that is no person's, of the last of them alone; also what such an event has for a user name.
MACHINE: Final = "ClientCredentials"


@dataclass(frozen=True)
class Event:
    """The event of one trigger.

    Args:
        prefix: what its sources begin with.
        sources: on which occasions Cognito calls it, the usual one first.
        request: what the event's request has besides the person's attributes.
        knows: whether the person is in the pool already, so that the event has their id and status.
        by_source: what the request has besides on one occasion.
    """

    prefix: str
    sources: tuple[str, ...]
    request: Mapping[str, Any] = field(default_factory=dict)
    knows: bool = True
    by_source: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(
        self,
        source: str,
        caller: Mapping[str, str],
        client_id: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
        version: str = "1",
    ) -> dict[str, Any]:
        """The whole event.

        Args:
            source: the occasion, one of `sources`.
            caller: region, userPoolId and userName.
            client_id: of the app.
            request: what differs from the usual one.
            response: what a function may change of it, as nobody has changed it.
            version: of the event.
        """
        caller_id = NO_CLIENT if source == _BY_ADMINISTRATOR else client_id
        return {
            "version": version,
            "triggerSource": f"{self.prefix}_{source}",
            **caller,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": caller_id},
            "request": {**self.request, **self.by_source.get(source, {}), **request},
            "response": dict(response),
        }


_DELIVERED: Final = (
    *("SignUp", "ResendCode", "ForgotPassword", "UpdateUserAttribute", "VerifyUserAttribute", _BY_ADMINISTRATOR),
    "Authentication",
)
_SIGN_IN: Final = ("Authentication",)
# By the key of `userPool.triggers`.
EVENTS: Final = {
    "preSignUp": Event(
        "PreSignUp", ("SignUp", _BY_ADMINISTRATOR, "ExternalProvider"), {"validationData": None}, knows=False
    ),
    "postConfirmation": Event("PostConfirmation", ("ConfirmSignUp", "ConfirmForgotPassword")),
    "preAuthentication": Event("PreAuthentication", _SIGN_IN, {"validationData": None, "userNotFound": False}),
    "postAuthentication": Event("PostAuthentication", _SIGN_IN, {"newDeviceUsed": False}),
    "preTokenGeneration": Event(
        "TokenGeneration",
        ("HostedAuth", *_SIGN_IN, "NewPasswordChallenge", "AuthenticateDevice", "RefreshTokens", MACHINE),
    ),
    "customMessage": Event(
        "CustomMessage",
        _DELIVERED,
        {"codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": None},
        by_source={_BY_ADMINISTRATOR: {"usernameParameter": "{username}"}},
    ),
    "userMigration": Event(
        "UserMigration", (*_SIGN_IN, "ForgotPassword"), {"password": "", "validationData": None}, knows=False
    ),
    "defineAuthChallenge": Event("DefineAuthChallenge", _SIGN_IN, {"session": [], "userNotFound": False}),
    "createAuthChallenge": Event(
        "CreateAuthChallenge", _SIGN_IN, {"challengeName": "CUSTOM_CHALLENGE", "session": [], "userNotFound": False}
    ),
    "verifyAuthChallengeResponse": Event(
        "VerifyAuthChallengeResponse",
        _SIGN_IN,
        {"privateChallengeParameters": {}, "challengeAnswer": "", "userNotFound": False},
    ),
    "customEmailSender": Event(
        "CustomEmailSender",
        (*_DELIVERED, "AccountTakeOverNotification"),
        {"type": "customEmailSenderRequestV1", "code": ""},
    ),
    "customSmsSender": Event("CustomSMSSender", _DELIVERED, {"type": "customSMSSenderRequestV1", "code": ""}),
}
