"""Each resource type of the plugin on a real emulator: made, read, changed, imported and deleted."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from local.aws_plugin.properties import Props
from local.aws_plugin.provider import RESOURCES
from tests.local.aws_plugin.lifecycle import Made, Plugin, differing

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
POOL, CLIENT = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"

PLAIN_TRIGGERS = (
    *("createAuthChallenge", "customMessage", "defineAuthChallenge", "postAuthentication", "postConfirmation"),
    *("preAuthentication", "preSignUp", "preTokenGeneration", "userMigration", "verifyAuthChallengeResponse"),
)


@dataclass(frozen=True)
class Case:
    """A type's inputs, another set of them, and what the emulator does not hold of either.

    `given` and `changed` get the id of a pool that is there.
    """

    token: str
    given: Callable[[str], Props]
    changed: Callable[[str], Props]
    remembered: set[str] = field(default_factory=set)
    import_id: Callable[[Made], str] = lambda made: made.id


@pytest.fixture
def plugin(emulator: str) -> Plugin:
    return Plugin(emulator)


@pytest.fixture
def pool(plugin: Plugin) -> str:
    return plugin.made(POOL, {"name": "pool", "userPoolTier": "PLUS"}, "pool").id


def whole_pool(_: str) -> Props:
    """All 29 arguments of a pool."""
    return {
        "name": "whole",
        "accountRecoverySetting": {
            "recoveryMechanisms": [
                {"name": "verified_email", "priority": 1},
                {"name": "verified_phone_number", "priority": 2},
            ]
        },
        "adminCreateUserConfig": {
            "allowAdminCreateUserOnly": True,
            "inviteMessageTemplate": {
                "emailMessage": "Hello {username}, {####}",
                "emailSubject": "Welcome",
                "smsMessage": "{username} {####}",
            },
        },
        "aliasAttributes": ["email", "preferred_username"],
        "autoVerifiedAttributes": ["email"],
        "deletionProtection": "ACTIVE",
        "deviceConfiguration": {"challengeRequiredOnNewDevice": True, "deviceOnlyRememberedOnUserPrompt": True},
        "emailConfiguration": {
            "configurationSet": "set",
            "emailSendingAccount": "DEVELOPER",
            "fromEmailAddress": "Acme <no-reply@acme.app>",
            "replyToEmailAddress": "help@acme.app",
            "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/acme.app",
        },
        "emailMfaConfiguration": {"message": "Code {####}", "subject": "Code"},
        "emailVerificationMessage": "Your code {####}",
        "emailVerificationSubject": "Your code",
        "lambdaConfig": {
            **dict.fromkeys(PLAIN_TRIGGERS, ARN),
            "customEmailSender": {"lambdaArn": ARN, "lambdaVersion": "V1_0"},
            "customSmsSender": {"lambdaArn": ARN, "lambdaVersion": "V1_0"},
            "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/k",
            "preTokenGenerationConfig": {"lambdaArn": ARN, "lambdaVersion": "V2_0"},
        },
        "mfaConfiguration": "OPTIONAL",
        "passwordPolicy": {
            **dict.fromkeys(("requireLowercase", "requireNumbers", "requireSymbols", "requireUppercase"), True),
            "minimumLength": 12,
            "passwordHistorySize": 5,
            "temporaryPasswordValidityDays": 3,
        },
        "schemas": [
            {
                "name": "email",
                "attributeDataType": "String",
                "mutable": True,
                "required": True,
                "stringAttributeConstraints": {"minLength": "0", "maxLength": "2048"},
            },
            {
                "name": "seats",
                "attributeDataType": "Number",
                "mutable": True,
                "numberAttributeConstraints": {"minValue": "1", "maxValue": "9"},
            },
        ],
        "signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]},
        "smsAuthenticationMessage": "Sign in with {####}",
        "smsConfiguration": {
            "externalId": "x",
            "snsCallerArn": "arn:aws:iam::000000000000:role/sms",
            "snsRegion": "us-east-1",
        },
        "smsVerificationMessage": "Verify with {####}",
        "softwareTokenMfaConfiguration": {"enabled": True},
        "tags": {"service": "auth"},
        "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email", "phone_number"]},
        "userPoolAddOns": {
            "advancedSecurityMode": "ENFORCED",
            "advancedSecurityAdditionalFlows": {"customAuthMode": "AUDIT"},
        },
        "userPoolTier": "PLUS",
        "usernameConfiguration": {"caseSensitive": False},
        "verificationMessageTemplate": {
            "defaultEmailOption": "CONFIRM_WITH_LINK",
            "emailMessage": "Your code {####}",
            "emailMessageByLink": "Press {##here##}",
            "emailSubject": "Your code",
            "emailSubjectByLink": "Link",
            "smsMessage": "Verify with {####}",
        },
        "webAuthnConfiguration": {"relyingPartyId": "acme.app", "userVerification": "required"},
    }


def changed_pool(pool: str) -> Props:
    """Everything that the official provider takes out where it is not said, and a change of most of the rest."""
    given = whole_pool(pool)
    reset = (
        *("lambdaConfig", "deviceConfiguration", "userAttributeUpdateSettings", "userPoolAddOns", "mfaConfiguration"),
        *("softwareTokenMfaConfiguration", "emailMfaConfiguration", "webAuthnConfiguration", "tags"),
        *("smsAuthenticationMessage", "autoVerifiedAttributes", "deletionProtection"),
    )
    extra = {"name": "plan", "attributeDataType": "String", "stringAttributeConstraints": {"maxLength": "9"}}
    return {name: value for name, value in given.items() if name not in reset} | {
        "passwordPolicy": {"minimumLength": 20, "temporaryPasswordValidityDays": 3},
        "schemas": [*given["schemas"], extra],
        "accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]},
        "signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD"]},
        "userPoolTier": "ESSENTIALS",
    }


def whole_client(pool: str) -> Props:
    return {
        "name": "whole",
        "userPoolId": pool,
        "accessTokenValidity": 30,
        "allowedOauthFlows": ["code", "implicit"],
        "allowedOauthFlowsUserPoolClient": True,
        "allowedOauthScopes": ["openid", "email"],
        "analyticsConfiguration": {
            "applicationId": "app",
            "externalId": "x",
            "roleArn": "arn:aws:iam::000000000000:role/analytics",
            "userDataShared": True,
        },
        "authSessionValidity": 5,
        "callbackUrls": ["https://acme.app/b", "https://acme.app/a"],
        "defaultRedirectUri": "https://acme.app/a",
        "enablePropagateAdditionalUserContextData": True,
        "enableTokenRevocation": True,
        "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"],
        "generateSecret": True,
        "idTokenValidity": 30,
        "logoutUrls": ["https://acme.app/bye"],
        "preventUserExistenceErrors": "ENABLED",
        "readAttributes": ["email", "name"],
        "refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 20},
        "refreshTokenValidity": 10,
        "supportedIdentityProviders": ["COGNITO"],
        "tokenValidityUnits": {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"},
        "writeAttributes": ["name"],
    }


def changed_client(pool: str) -> Props:
    return whole_client(pool) | {
        "authSessionValidity": 15,
        "readAttributes": ["email"],
        "writeAttributes": ["email", "name"],
        "enablePropagateAdditionalUserContextData": False,
        "refreshTokenRotation": {"feature": "DISABLED", "retryGracePeriodSeconds": 0},
        "analyticsConfiguration": None,
        "logoutUrls": [],
    }


CASES = [
    Case(POOL, whole_pool, changed_pool),
    Case(
        CLIENT,
        whole_client,
        changed_client,
        remembered={"refreshTokenRotation"},
        import_id=lambda made: f"{made.state['userPoolId']}/{made.id}",
    ),
    Case(
        "aws:cognito/resourceServer:ResourceServer",
        lambda pool: {
            "userPoolId": pool,
            "identifier": "app.book",
            "name": "books",
            "scopes": [{"scopeName": "read", "scopeDescription": "Read"}],
        },
        lambda pool: {"userPoolId": pool, "identifier": "app.book", "name": "the books", "scopes": []},
    ),
]
each = pytest.mark.parametrize("case", CASES, ids=[case.token.rpartition(":")[2] for case in CASES])


@each
def test_a_resource_lives_from_its_making_to_its_deletion(plugin: Plugin, pool: str, case: Case) -> None:
    given, changed = case.given(pool), case.changed(pool)
    made = plugin.made(case.token, given)
    outputs = {name for name in made.state if not name.startswith("__")}
    assert set(RESOURCES[case.token].outputs) <= outputs
    assert differing(case.token, given, made.state) == set()
    assert set(made.state.get("__remembered", [])) <= case.remembered
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    told = made.diff(changed)
    assert told
    assert not [path for path, kind in told.items() if kind.endswith("_REPLACE")]
    made.update(changed)
    assert made.diff(changed) == {}
    assert made.refreshed() == made.state
    read = made.imported(case.import_id(made))
    assert read is not None
    assert differing(case.token, changed, read) <= case.remembered
    made.delete()
    assert made.refreshed() is None
    made.delete()


def test_rotation_that_is_off_is_answered_as_aws_does(plugin: Plugin, pool: str) -> None:
    made = plugin.made(CLIENT, {"name": "client", "userPoolId": pool})
    off = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}
    assert made.state["refreshTokenRotation"] == off
    assert made.diff({"name": "client", "userPoolId": pool, "refreshTokenRotation": off}) == {}
    assert plugin.said == []


def test_what_the_emulator_does_not_hold_is_said_once_a_run(plugin: Plugin, pool: str) -> None:
    for name in ("one", "two"):
        plugin.made(CLIENT, whole_client(pool), name)
    (line,) = plugin.said
    assert "refreshTokenRotation" in line
