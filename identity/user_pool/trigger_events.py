"""The events that Cognito sends to each trigger, by trigger source
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_BY_ADMINISTRATOR: Final = "AdminCreateUser"
# The client id in events caused by an administrator.
NO_CLIENT: Final = "CLIENT_ID_NOT_APPLICABLE"
# The event versions of preTokenGeneration; all other triggers have one version.
VERSIONS: Final = ("V1_0", "V2_0", "V3_0")
# The source for machine-to-machine clients, V3_0 only; also the user name in such events.
MACHINE: Final = "ClientCredentials"


@dataclass(frozen=True)
class Event:
    """The event of one trigger.

    Args:
        prefix: the prefix of its trigger sources.
        sources: the trigger sources without prefix, the most common first.
        request: the members of the request besides the user's attributes.
        knows: whether the user already exists, so that the event has their id and status.
        by_source: additional members of the request, by source.
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
        """The complete event.

        Args:
            source: one of `sources`.
            caller: region, userPoolId and userName.
            client_id: the app's client id.
            request: additional or different members of the request.
            response: the members that the function can set, with their initial values.
            version: the event version.
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
# By key of `userPool.triggers`.
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
