"""Test cases for the plugin's resource types: inputs, and changed inputs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from local.aws_plugin.properties import Props
from tests.local.aws_plugin.lifecycle import Made

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
POOL, CLIENT = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"

FUNCTION = "aws:lambda/function:Function"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}
VISIBLE = {"cloudwatchMetricsEnabled": True, "metricName": "sign-in", "sampledRequestsEnabled": False}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
PLAIN_TRIGGERS = (
    *("createAuthChallenge", "customMessage", "defineAuthChallenge", "postAuthentication", "postConfirmation"),
    *("preAuthentication", "preSignUp", "preTokenGeneration", "userMigration", "verifyAuthChallengeResponse"),
)


@dataclass(frozen=True)
class Case:
    """Inputs of a type, changed inputs, and those inputs that the emulator does not store.

    `given` and `changed` are called with the id of an existing pool.
    """

    token: str
    given: Callable[[str], Props]
    changed: Callable[[str], Props]
    remembered: set[str] = field(default_factory=set)
    import_id: Callable[[Made], str] = lambda made: made.id


def whole_pool(_: str) -> Props:
    """Return all 29 inputs of a pool."""
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
    """Return a pool without the inputs that the official provider resets when omitted. Most others are changed."""
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
    Case(
        "aws:iam/role:Role",
        lambda _: {
            "name": "sms",
            "description": "Texts",
            "assumeRolePolicy": json.dumps(TRUST, indent=2),
            "tags": {"a": "b"},
        },
        lambda _: {
            "name": "sms",
            "description": "All texts",
            "assumeRolePolicy": json.dumps(TRUST | {"Id": "another"}),
            "maxSessionDuration": 7200,
        },
    ),
    Case(
        "aws:cloudwatch/logGroup:LogGroup",
        lambda _: {"name": "/aws/lambda/claims", "retentionInDays": 90, "tags": {"a": "b"}},
        lambda _: {"name": "/aws/lambda/claims", "retentionInDays": 0, "tags": {"a": "c"}},
    ),
    Case(
        "aws:ssm/parameter:Parameter",
        lambda _: {"name": "/acme/dev/pool", "type": "String", "value": "one", "description": "It", "tags": {"a": "b"}},
        lambda _: {"name": "/acme/dev/pool", "type": "SecureString", "value": "two"},
    ),
    Case(
        "aws:secretsmanager/secret:Secret",
        lambda _: {"name": "acme/client", "description": "It", "recoveryWindowInDays": 0, "tags": {"a": "b"}},
        lambda _: {"name": "acme/client", "description": "Another", "recoveryWindowInDays": 0, "tags": {"a": "c"}},
    ),
    Case(
        "aws:sesv2/emailIdentity:EmailIdentity",
        lambda _: {"emailIdentity": "acme.app", "tags": {"a": "b"}},
        lambda _: {"emailIdentity": "acme.app", "tags": {"a": "c"}},
    ),
    Case(
        "aws:cognito/identityPool:IdentityPool",
        lambda pool: {
            "identityPoolName": "acme",
            "cognitoIdentityProviders": [
                {
                    "clientId": "client",
                    "providerName": f"cognito-idp.us-east-1.amazonaws.com/{pool}",
                    "serverSideTokenCheck": True,
                }
            ],
            "tags": {"a": "b"},
        },
        lambda _: {"identityPoolName": "acme", "allowUnauthenticatedIdentities": True, "allowClassicFlow": True},
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
            "rules": [
                {
                    "name": "common",
                    "priority": 0,
                    "overrideAction": {"none": {}},
                    "statement": {
                        "managedRuleGroupStatement": {"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}
                    },
                    "visibilityConfig": VISIBLE,
                }
            ],
            "visibilityConfig": VISIBLE,
            "tags": {"a": "c"},
        },
        import_id=lambda made: f"{made.id}/sign-in/REGIONAL",
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
]
