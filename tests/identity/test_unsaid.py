"""What an update takes back from a pool or a client, because the program does not speak of it."""

from typing import Any

import pytest

from identity import facts
from identity.guard.unsaid import removed_by_update
from tests.support.program import Deploy

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
KEPT_IN_A_POOL: list[dict[str, Any]] = [
    {"verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK", "emailMessageByLink": "##Go##"}},
    {"emailVerificationMessage": "Code {####}"},
    {"smsConfiguration": {"snsCallerArn": ARN, "externalId": "it"}},
    {"emailConfiguration": {"emailSendingAccount": "DEVELOPER"}},
    {"signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
    {"adminCreateUserConfig": {"allowAdminCreateUserOnly": True}},
    {"adminCreateUserConfig": {"inviteMessageTemplate": {"emailSubject": "Welcome"}}},
    {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
    {"userPoolTier": "PLUS"},
    {"userPoolTier": "LITE"},
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
KEPT_IN_A_CLIENT: list[dict[str, Any]] = [
    {"readAttributes": ["email"]},
    {"writeAttributes": ["email"]},
    {"authSessionValidity": 15},
    {"defaultRedirectUri": "https://app.example"},
    {"enablePropagateAdditionalUserContextData": True},
]


def told(kind: str, outputs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(it.loss, it.name) for it in removed_by_update(kind, outputs)]


@pytest.mark.parametrize(("outputs", "loss", "name"), TAKEN_FROM_A_POOL)
def test_what_is_taken_from_a_pool_is_told_by_its_name(outputs: dict[str, Any], loss: str, name: str) -> None:
    assert told(facts.USER_POOL, outputs) == [(loss, name)]


@pytest.mark.parametrize(("outputs", "loss", "name"), TAKEN_FROM_A_CLIENT)
def test_what_is_taken_from_a_client_is_told_by_its_name(outputs: dict[str, Any], loss: str, name: str) -> None:
    assert told(facts.USER_POOL_CLIENT, outputs) == [(loss, name)]


@pytest.mark.parametrize("outputs", KEPT_IN_A_POOL)
def test_what_the_provider_keeps_of_a_pool_is_no_loss(outputs: dict[str, Any]) -> None:
    assert told(facts.USER_POOL, outputs) == []


@pytest.mark.parametrize("outputs", KEPT_IN_A_CLIENT)
def test_what_the_provider_keeps_of_a_client_is_no_loss(outputs: dict[str, Any]) -> None:
    assert told(facts.USER_POOL_CLIENT, outputs) == []


@pytest.mark.parametrize(
    ("kind", "outputs"),
    [
        (facts.USER_POOL, {}),
        (
            facts.USER_POOL,
            {
                "mfaConfiguration": "OFF",
                "softwareTokenMfaConfiguration": {"enabled": False},
                "lambdaConfig": {"preSignUp": "", "customEmailSender": None},
                "smsAuthenticationMessage": "",
                "webAuthnConfiguration": {"relyingPartyId": "", "userVerification": "preferred"},
                "userPoolAddOns": {"advancedSecurityMode": "OFF"},
                "verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK", "smsMessage": ""},
                "emailConfiguration": {"emailSendingAccount": "COGNITO_DEFAULT", "sourceArn": ""},
                "adminCreateUserConfig": {"allowAdminCreateUserOnly": False, "inviteMessageTemplate": None},
                "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
                "signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD"]},
                "userPoolTier": "ESSENTIALS",
            },
        ),
        (facts.USER_POOL, {"smsAuthenticationMessage": "Your authentication code is {####}. "}),
        (facts.USER_POOL_CLIENT, {}),
        (
            facts.USER_POOL_CLIENT,
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
        (facts.USER_POOL_DOMAIN, {"mfaConfiguration": "ON"}),
    ],
)
def test_what_is_aws_own_choice_is_nothing_to_lose(kind: str, outputs: dict[str, Any]) -> None:
    assert told(kind, outputs) == []


def test_the_program_takes_nothing_back_from_what_it_made_itself(deploy: Deploy) -> None:
    rotating = {"callbackUrls": ["https://app.example"], "rotateRefreshTokens": True}
    machine = {"flow": "client_credentials", "secret": True}
    run = deploy({"product": "acme", "clients": {"app": rotating, "job": machine}})
    resources = [*run.of_type("UserPool"), *run.of_type("UserPoolClient")]
    assert [told(it.type, it.inputs) for it in resources] == [[], [], []]
