"""What an update takes back from a pool or a client, because the program does not speak of it."""

from typing import Any

import pytest

from identity import deployed
from identity.guard.unsaid import removed_by_update
from tests.conftest import Deploy

ARN = "arn:aws:lambda:us-west-2:123456789012:function:sign-up"
TAKEN_FROM_A_POOL: list[tuple[dict[str, Any], str, str]] = [
    ({"mfaConfiguration": "ON"}, "mfa", "mfaConfiguration"),
    ({"mfaConfiguration": "OPTIONAL"}, "mfa", "mfaConfiguration"),
    ({"softwareTokenMfaConfiguration": {"enabled": True}}, "mfa", "softwareTokenMfaConfiguration"),
    ({"emailMfaConfiguration": {"message": "{####}", "subject": "Code"}}, "mfa", "emailMfaConfiguration"),
    ({"smsAuthenticationMessage": "Code {####}"}, "mfa", "smsAuthenticationMessage"),
    ({"lambdaConfig": {"preSignUp": ARN}}, "triggers", "lambdaConfig.preSignUp"),
    ({"lambdaConfig": {"inboundFederation": {"lambdaArn": ARN}}}, "triggers", "lambdaConfig.inboundFederation"),
    (
        {"lambdaConfig": {"preTokenGeneration": ARN, "preTokenGenerationConfig": {"lambdaArn": ARN}}},
        "triggers",
        "lambdaConfig.preTokenGeneration",
    ),
    (
        {"lambdaConfig": {"kmsKeyId": "key", "customEmailSender": {"lambdaArn": ARN}}},
        "triggers",
        "lambdaConfig.customEmailSender",
    ),
    ({"deviceConfiguration": {"challengeRequiredOnNewDevice": False}}, "devices", "deviceConfiguration"),
    (
        {"userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]}},
        "verifyBeforeUpdate",
        "userAttributeUpdateSettings",
    ),
    ({"userPoolAddOns": {"advancedSecurityMode": "ENFORCED"}}, "threatProtection", "userPoolAddOns"),
    (
        {
            "userPoolAddOns": {
                "advancedSecurityMode": "OFF",
                "advancedSecurityAdditionalFlows": {"customAuthMode": "AUDIT"},
            }
        },
        "threatProtection",
        "userPoolAddOns",
    ),
    ({"webAuthnConfiguration": {"relyingPartyId": "acme.app"}}, "passkeys", "webAuthnConfiguration"),
    (
        {"verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_CODE"}},
        "verification",
        "verificationMessageTemplate",
    ),
]
KEPT_BY_AWS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK", "emailMessageByLink": "##Go##"}},
        "verification",
        "verificationMessageTemplate",
    ),
    ({"emailVerificationMessage": "Code {####}"}, "verification", "emailVerificationMessage"),
    ({"smsConfiguration": {"snsCallerArn": ARN, "externalId": "it"}}, "sms", "smsConfiguration"),
    ({"emailConfiguration": {"emailSendingAccount": "DEVELOPER"}}, "email", "emailConfiguration"),
    ({"signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}, "firstFactors", "signInPolicy"),
    ({"adminCreateUserConfig": {"allowAdminCreateUserOnly": True}}, "selfSignUp", "adminCreateUserConfig"),
    (
        {"adminCreateUserConfig": {"inviteMessageTemplate": {"emailSubject": "Welcome"}}},
        "invitation",
        "adminCreateUserConfig",
    ),
    (
        {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
        "recovery",
        "accountRecoverySetting",
    ),
    ({"userPoolTier": "PLUS"}, "tier", "userPoolTier"),
]
TAKEN_FROM_A_CLIENT: list[tuple[dict[str, Any], str, str]] = [
    ({"supportedIdentityProviders": ["COGNITO", "Google"]}, "identityProviders", "supportedIdentityProviders"),
    ({"supportedIdentityProviders": ["Google"]}, "identityProviders", "supportedIdentityProviders"),
    ({"allowedOauthFlows": ["code", "implicit"]}, "flows", "allowedOauthFlows"),
    ({"enableTokenRevocation": False}, "enableTokenRevocation", "enableTokenRevocation"),
    ({"preventUserExistenceErrors": "LEGACY"}, "preventUserExistenceErrors", "preventUserExistenceErrors"),
    (
        {"refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 60}},
        "rotationGrace",
        "refreshTokenRotation",
    ),
    ({"analyticsConfiguration": {"applicationId": "x"}}, "analyticsConfiguration", "analyticsConfiguration"),
]
KEPT_IN_A_CLIENT: list[tuple[dict[str, Any], str, str]] = [
    ({"readAttributes": ["email"]}, "readAttributes", "readAttributes"),
    ({"writeAttributes": ["email"]}, "writeAttributes", "writeAttributes"),
    ({"authSessionValidity": 15}, "authSessionValidity", "authSessionValidity"),
    ({"defaultRedirectUri": "https://app.example"}, "defaultRedirectUrl", "defaultRedirectUri"),
    (
        {"enablePropagateAdditionalUserContextData": True},
        "propagateUserContext",
        "enablePropagateAdditionalUserContextData",
    ),
]


def told(kind: str, outputs: dict[str, Any], *, emulated: bool = False) -> list[tuple[str, str]]:
    return [(it.loss, it.name) for it in removed_by_update(kind, outputs, emulated=emulated)]


@pytest.mark.parametrize(("outputs", "loss", "name"), TAKEN_FROM_A_POOL)
def test_what_is_taken_from_a_pool_is_told_by_its_name(outputs: dict[str, Any], loss: str, name: str) -> None:
    assert told(deployed.USER_POOL, outputs) == [(loss, name)]


@pytest.mark.parametrize(("outputs", "loss", "name"), TAKEN_FROM_A_CLIENT)
def test_what_is_taken_from_a_client_is_told_by_its_name(outputs: dict[str, Any], loss: str, name: str) -> None:
    assert told(deployed.USER_POOL_CLIENT, outputs) == [(loss, name)]


@pytest.mark.parametrize(
    ("kind", "outputs", "loss", "name"),
    [(deployed.USER_POOL, *row) for row in KEPT_BY_AWS]
    + [(deployed.USER_POOL_CLIENT, *row) for row in KEPT_IN_A_CLIENT],
)
def test_what_the_official_provider_keeps_is_at_risk_on_the_emulator_alone(
    kind: str, outputs: dict[str, Any], loss: str, name: str
) -> None:
    assert told(kind, outputs) == []
    assert told(kind, outputs, emulated=True) == [(loss, name)]


@pytest.mark.parametrize("emulated", [True, False])
@pytest.mark.parametrize(
    ("kind", "outputs"),
    [
        (deployed.USER_POOL, {}),
        (
            deployed.USER_POOL,
            {
                "mfaConfiguration": "OFF",
                "softwareTokenMfaConfiguration": {"enabled": False},
                "lambdaConfig": {"preSignUp": "", "customEmailSender": None},
                "smsAuthenticationMessage": "",
                "userPoolAddOns": {"advancedSecurityMode": "OFF"},
                "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK", "smsMessage": ""},
                "emailConfiguration": {"emailSendingAccount": "COGNITO_DEFAULT", "sourceArn": ""},
                "adminCreateUserConfig": {"allowAdminCreateUserOnly": False, "inviteMessageTemplate": None},
                "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
                "signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD"]},
                "userPoolTier": "ESSENTIALS",
            },
        ),
        (deployed.USER_POOL_CLIENT, {}),
        (
            deployed.USER_POOL_CLIENT,
            {
                "supportedIdentityProviders": ["COGNITO"],
                "allowedOauthFlows": ["code"],
                "enableTokenRevocation": True,
                "preventUserExistenceErrors": "ENABLED",
                "refreshTokenRotation": {"feature": "DISABLED", "retryGracePeriodSeconds": 0},
                "authSessionValidity": 3,
                "readAttributes": [],
            },
        ),
        (deployed.USER_POOL_DOMAIN, {"mfaConfiguration": "ON"}),
    ],
)
def test_what_is_aws_own_choice_is_nothing_to_lose(kind: str, outputs: dict[str, Any], emulated: bool) -> None:
    assert told(kind, outputs, emulated=emulated) == []


def test_the_program_takes_nothing_back_from_what_it_made_itself(deploy: Deploy) -> None:
    rotating = {"callbackUrls": ["https://app.example"], "rotateRefreshTokens": True}
    machine = {"flow": "client_credentials", "secret": True}
    run = deploy({"product": "acme", "clients": {"app": rotating, "job": machine}})
    resources = [*run.of_type("UserPool"), *run.of_type("UserPoolClient")]
    assert [told(it.type, it.inputs, emulated=True) for it in resources] == [[], [], []]
