"""Each resource type of the plugin on a real emulator: made, read, changed, imported and deleted."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import local.emulator
from local.aws_plugin.emulator import Refusal
from local.aws_plugin.properties import Props
from local.aws_plugin.provider import RESOURCES
from tests.local.aws_plugin.lifecycle import Made, Plugin, differing

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
POOL, CLIENT = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"

VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "sign-in", "sampledRequestsEnabled": False}
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
    Case(
        "aws:cognito/identityProvider:IdentityProvider",
        lambda pool: {
            "userPoolId": pool,
            "providerName": "Google",
            "providerType": "Google",
            "providerDetails": {"client_id": "id", "client_secret": "hush", "authorize_scopes": "openid email"},
            "attributeMapping": {"email": "email", "username": "sub"},
            "idpIdentifiers": ["acme.app"],
        },
        lambda pool: {
            "userPoolId": pool,
            "providerName": "Google",
            "providerType": "Google",
            "providerDetails": {"client_id": "id", "client_secret": "rotated", "authorize_scopes": "openid"},
            "attributeMapping": {"email": "email"},
        },
    ),
    Case(
        "aws:cognito/userGroup:UserGroup",
        lambda pool: {"userPoolId": pool, "name": "admins", "description": "Admins", "precedence": 1},
        lambda pool: {"userPoolId": pool, "name": "admins", "precedence": 2},
    ),
]
REMEMBERED = [
    Case(
        "aws:cognito/riskConfiguration:RiskConfiguration",
        lambda pool: {
            "userPoolId": pool,
            "compromisedCredentialsRiskConfiguration": {"actions": {"eventAction": "BLOCK"}},
            "accountTakeoverRiskConfiguration": {
                "actions": {
                    "lowAction": {"eventAction": "NO_ACTION", "notify": False},
                    "mediumAction": {"eventAction": "MFA_IF_CONFIGURED", "notify": True},
                    "highAction": {"eventAction": "BLOCK", "notify": True},
                },
                "notifyConfiguration": {"sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/acme.app"},
            },
            "riskExceptionConfiguration": {"blockedIpRangeLists": ["10.0.0.0/8"]},
        },
        lambda pool: {
            "userPoolId": pool,
            "compromisedCredentialsRiskConfiguration": {"actions": {"eventAction": "NO_ACTION"}},
        },
    ),
    Case(
        "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration",
        lambda pool: {
            "userPoolId": pool,
            "logConfigurations": [
                {
                    "eventSource": "userNotification",
                    "logLevel": "ERROR",
                    "cloudWatchLogsConfiguration": {"logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:a"},
                }
            ],
        },
        lambda pool: {
            "userPoolId": pool,
            "logConfigurations": [
                {
                    "eventSource": "userAuthEvents",
                    "logLevel": "INFO",
                    "s3Configuration": {"bucketArn": "arn:aws:s3:::acme"},
                }
            ],
        },
    ),
    Case(
        "aws:cognito/managedLoginBranding:ManagedLoginBranding",
        lambda pool: {"userPoolId": pool, "clientId": "client", "settings": '{"categories": {}}'},
        lambda pool: {
            "userPoolId": pool,
            "clientId": "client",
            "useCognitoProvidedValues": False,
            "assets": [{"category": "FORM_LOGO", "colorMode": "LIGHT", "extension": "PNG", "bytes": "aWNvbg=="}],
        },
    ),
    Case(
        "aws:wafv2/webAcl:WebAcl",
        lambda _: {
            "name": "sign-in",
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "rules": [
                {
                    "name": "rate",
                    "priority": 1,
                    "action": {"block": {}},
                    "statement": {"rateBasedStatement": {"limit": 300, "aggregateKeyType": "IP"}},
                    "visibilityConfig": VISIBLE,
                }
            ],
            "visibilityConfig": VISIBLE,
            "tags": {"a": "b"},
        },
        lambda _: {
            "name": "sign-in",
            "scope": "REGIONAL",
            "defaultAction": {"block": {}},
            "visibilityConfig": VISIBLE,
        },
    ),
]


def of(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.token.rpartition(":")[2] for case in cases])


@of(CASES)
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


@of(REMEMBERED)
def test_a_type_that_the_emulator_lacks_is_remembered_and_said_once(plugin: Plugin, pool: str, case: Case) -> None:
    given, changed = case.given(pool), case.changed(pool)
    made = plugin.made(case.token, given)
    assert plugin.made(case.token, given, "another").state.keys() == made.state.keys()
    assert set(RESOURCES[case.token].outputs) <= made.state.keys()
    assert differing(case.token, given, made.state) == set()
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    told = made.diff(changed)
    assert told
    assert not [path for path, kind in told.items() if kind.endswith("_REPLACE")]
    made.update(changed)
    assert made.diff(changed) == {}
    assert differing(case.token, changed, made.state) == set()
    assert made.refreshed() == made.state
    with pytest.raises(Refusal, match="there is nothing to import"):
        made.imported(made.id)
    made.delete()
    (line,) = plugin.said
    assert "does nothing here" in line


def test_the_members_of_a_group_stay_when_it_changes(plugin: Plugin, pool: str, emulator: str) -> None:
    given = {"userPoolId": pool, "name": "admins", "precedence": 1}
    made = plugin.made("aws:cognito/userGroup:UserGroup", given)
    cognito = local.emulator.client("cognito-idp", int(emulator.rpartition(":")[2]))
    cognito.admin_create_user(UserPoolId=pool, Username="ada")
    cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="admins", Username="ada")
    made.update(given | {"precedence": 5})
    assert cognito.get_group(UserPoolId=pool, GroupName="admins")["Group"]["Precedence"] == 5
    users = cognito.list_users_in_group(UserPoolId=pool, GroupName="admins")["Users"]
    assert [user["Username"] for user in users] == ["ada"]


def test_a_providers_secrets_are_secret_in_its_state(plugin: Plugin, pool: str) -> None:
    token = "aws:cognito/identityProvider:IdentityProvider"
    made = plugin.made(token, next(case for case in CASES if case.token == token).given(pool))
    details = made.values["providerDetails"].value
    assert {name: value.is_secret for name, value in details.items()} == {
        "client_id": False,
        "client_secret": True,
        "authorize_scopes": False,
    }


def test_details_that_aws_adds_are_no_difference(plugin: Plugin, pool: str, emulator: str) -> None:
    token = "aws:cognito/identityProvider:IdentityProvider"
    given = next(case for case in CASES if case.token == token).given(pool)
    made = plugin.made(token, given)
    cognito = local.emulator.client("cognito-idp", int(emulator.rpartition(":")[2]))
    added = {"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://google"}
    cognito.update_identity_provider(
        UserPoolId=pool, ProviderName="Google", ProviderDetails={**given["providerDetails"], **added}
    )
    assert made.refreshed() == made.state


def test_an_empty_block_of_a_web_acl_says_something(plugin: Plugin) -> None:
    given = {"name": "acl", "scope": "REGIONAL", "visibilityConfig": VISIBLE}
    made = plugin.made("aws:wafv2/webAcl:WebAcl", given | {"defaultAction": {"allow": {}}})
    told = made.diff(given | {"defaultAction": {"block": {}}})
    assert told == {"defaultAction.allow": "DELETE", "defaultAction.block": "ADD"}


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
