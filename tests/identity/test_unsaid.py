"""Settings of a pool or client that an update resets, because the config omits them."""

from typing import Any

import pytest

from identity import config, facts
from identity.guard.client import client_losses
from identity.guard.fields import field_losses
from identity.user_pool.settings import PATH, UserPool
from tests.identity.test_guard import APIS, BASE, change
from tests.support.program import Deploy

CLIENTS = '{"app": {"callbackUrls": ["https://app.example/back"]}}'
ARN = "arn:aws:lambda:us-west-2:123456789012:function:sign-up"
TAKEN_FROM_A_POOL: list[tuple[dict[str, Any], str]] = [
    ({"mfaConfiguration": "ON"}, "mfa"),
    ({"mfaConfiguration": "OPTIONAL"}, "mfa"),
    ({"softwareTokenMfaConfiguration": {"enabled": True}}, "mfa"),
    ({"emailMfaConfiguration": {"message": "{####}", "subject": "Code"}}, "mfa"),
    ({"smsAuthenticationMessage": "Code {####}"}, "mfa"),
    ({"lambdaConfig": {"preSignUp": ARN}}, "triggers"),
    (
        {"lambdaConfig": {"preTokenGeneration": ARN, "preTokenGenerationConfig": {"lambdaArn": ARN}}},
        "triggers",
    ),
    (
        {"lambdaConfig": {"kmsKeyId": "key", "customEmailSender": {"lambdaArn": ARN}}},
        "triggers",
    ),
    ({"deviceConfiguration": {"challengeRequiredOnNewDevice": False}}, "devices"),
    (
        {"userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]}},
        "verifyBeforeUpdate",
    ),
    ({"userPoolAddOns": {"advancedSecurityMode": "ENFORCED"}}, "threatProtection"),
    (
        {
            "userPoolAddOns": {
                "advancedSecurityMode": "OFF",
                "advancedSecurityAdditionalFlows": {"customAuthMode": "AUDIT"},
            }
        },
        "threatProtection",
    ),
    ({"webAuthnConfiguration": {"relyingPartyId": "acme.app"}}, "passkeys"),
    (
        {"verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_CODE"}},
        "verification",
    ),
    # The provider never removes these, so the stack file must set them.
    ({"smsConfiguration": {"snsCallerArn": ARN, "externalId": "it"}}, "sms"),
]
KEPT_IN_A_POOL: list[dict[str, Any]] = [
    {"verificationMessageTemplate": {"defaultEmailOption": "CONFIRM_WITH_LINK", "emailMessageByLink": "##Go##"}},
    {"emailVerificationMessage": "Code {####}"},
    {"emailConfiguration": {"emailSendingAccount": "DEVELOPER"}},
    {"signInPolicy": {"allowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
    {"adminCreateUserConfig": {"allowAdminCreateUserOnly": True}},
    {"adminCreateUserConfig": {"inviteMessageTemplate": {"emailSubject": "Welcome"}}},
    {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
    {"userPoolTier": "PLUS"},
    {"userPoolTier": "LITE"},
]
TAKEN_FROM_A_CLIENT: list[tuple[dict[str, Any], str]] = [
    ({"supportedIdentityProviders": ["COGNITO", "Google"]}, "identityProviders"),
    ({"supportedIdentityProviders": ["Google"]}, "identityProviders"),
    ({"allowedOauthFlows": ["code", "implicit"]}, "flows"),
    ({"enableTokenRevocation": False}, "enableTokenRevocation"),
    ({"preventUserExistenceErrors": "LEGACY"}, "preventUserExistenceErrors"),
    (
        {"refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 60}},
        "rotateRefreshTokens",
    ),
    ({"analyticsConfiguration": {"applicationId": "x"}}, "analyticsConfiguration"),
]
KEPT_IN_A_CLIENT: list[dict[str, Any]] = [
    {"readAttributes": ["email"]},
    {"writeAttributes": ["email"]},
    {"authSessionValidity": 15},
    {"defaultRedirectUri": "https://app.example"},
    {"enablePropagateAdditionalUserContextData": True},
]


def told(kind: str, outputs: dict[str, Any]) -> list[str]:
    """Return the losses for a config with only the required keys, each with the key that would keep the setting."""
    settings = config.check({"identity:product": "acme", "identity:clients": CLIENTS}, "dev")[0]
    if kind == facts.USER_POOL:
        live = UserPool.read({**settings.user_pool.inputs(), **outputs})
        losses = field_losses("it", PATH, live, settings.user_pool, settings.config.user_pool, settings, "pool")
    else:
        client = settings.clients["app"]
        losses = client_losses("it", "app", {**client.inputs(), **outputs}, client, settings, set())
    return sorted({loss.what for loss in losses})


@pytest.mark.parametrize(("outputs", "loss"), TAKEN_FROM_A_POOL)
def test_what_is_taken_from_a_pool_is_told_by_its_key(outputs: dict[str, Any], loss: str) -> None:
    assert told(facts.USER_POOL, outputs) == [loss]


def test_the_setting_to_write_has_every_value() -> None:
    outputs = {
        "userPoolAddOns": {"advancedSecurityMode": "ENFORCED"},
        "compromisedCredentialsRiskConfiguration": {"actions": {"eventAction": "BLOCK"}},
    }
    settings = config.check({"identity:product": "acme"}, "dev")[0]
    live = UserPool.read({**settings.user_pool.inputs(), **outputs})
    (loss,) = field_losses("it", PATH, live, settings.user_pool, settings.config.user_pool, settings, "pool")
    assert loss.fix == 'write `threatProtection: {"mode": "enforced", "leakedPasswords": "block"}` to keep it.'


@pytest.mark.parametrize(("outputs", "loss"), TAKEN_FROM_A_CLIENT)
def test_what_is_taken_from_a_client_is_told_by_its_key(outputs: dict[str, Any], loss: str) -> None:
    assert told(facts.USER_POOL_CLIENT, outputs) == [loss]


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


def test_a_refresh_of_what_the_program_made_takes_nothing_back(deploy: Deploy) -> None:
    rotating = {"callbackUrls": ["https://app.example"], "rotateRefreshTokens": True}
    machine = {"flow": "client_credentials", "secret": True}
    config = {**BASE, "apis": APIS, "clients": {"app": rotating, "job": machine}}
    assert change(deploy, config, {}).of_type("UserPool")
