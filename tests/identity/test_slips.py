"""An invalid value of the pool gives one error. Errors that only follow from it are not reported."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from identity.parsing import related
from identity.user_pool.settings import UserPool
from tests.support.program import config_errors

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
POOL: dict[str, Any] = {
    "name": "people",
    "tier": "plus",
    "usernameAttributes": [],
    "aliasAttributes": ["email"],
    "caseSensitive": True,
    "autoVerifiedAttributes": ["email", "phone_number"],
    "selfSignUp": False,
    "standardAttributes": {"email": {"required": True, "minLength": 1, "maxLength": 99}},
    "customAttributes": {"tenant": {"maxLength": 36}, "seats": {"type": "Number", "minValue": 1, "maxValue": 9}},
    "passwordPolicy": {"minimumLength": 14, "requireNumbers": True, "passwordHistorySize": 5},
    "firstFactors": ["password", "emailOtp", "smsOtp", "passkey"],
    "passkeys": {"relyingPartyId": "auth.acme.app", "userVerification": "required"},
    "mfa": {"mode": "optional", "totp": True, "email": {"subject": "Code", "message": "{####}."}, "sms": {}},
    "recovery": ["verified_phone_number", "verified_email"],
    "verifyBeforeUpdate": ["email"],
    "devices": {"challengeOnNewDevice": True},
    "verification": {"by": "code", "subject": "Hello", "message": "Code {####}", "smsMessage": "Code {####}"},
    "invitation": {"subject": "Hi", "message": "{username} {####}"},
    "email": {"from": "no-reply@acme.app", "replyTo": "help@acme.app"},
    "sms": {"externalId": "everything", "region": "us-east-1"},
    "triggers": {
        **dict.fromkeys(["defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse"], FUNCTION),
        "preTokenGeneration": {"arn": FUNCTION, "version": "V2_0"},
        "customEmailSender": FUNCTION,
        "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1",
    },
    "threatProtection": {"mode": "enforced", "takeover": {"low": "none"}, "alwaysBlock": ["192.0.2.0/24"]},
    "logs": {"notifications": "90d", "signIns": "365d"},
    "webAcl": {"requestsPer5Minutes": 1000, "managedRules": ["common"]},
}
CONFIG: dict[str, Any] = {
    "product": "acme",
    "environment": "dev",
    "zoneName": "acme.app",
    "authDomain": "auth.acme.app",
    "customDomain": True,
    "userPool": POOL,
    "clients": {
        "app": {
            "callbackUrls": ["https://acme.app"],
            "authFlows": ["ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH"],
            "readAttributes": ["custom:tenant", "email"],
        }
    },
    "identityProviders": {
        "staff": {
            **{"type": "oidc", "clientId": "a", "clientSecret": "b", "issuer": "https://id.example"},
            **{"scopes": ["openid"], "attributes": {"email": "email", "custom:tenant": "tenant"}},
        }
    },
}
BESIDE = ("product", "environment", "zoneName", "authDomain", "customDomain")


def places(value: Any, way: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, entry in inner:
        yield from places(entry, (*way, step))


def broken(way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    place: Any = config
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return config


def test_the_whole_is_sound_and_has_every_key() -> None:
    assert config_errors(CONFIG) == []
    assert {field.alias for field in UserPool.model_fields.values()} == set(POOL)


@pytest.mark.parametrize("key", [*BESIDE, *POOL])
def test_one_slip_is_told_alone(key: str) -> None:
    start = (key,) if key in BESIDE else ("userPool", key)
    for way in places(CONFIG[key] if key in BESIDE else POOL[key], start):
        path = f"identity:{way[0]}" + "".join(f"[{item}]" if isinstance(item, int) else f".{item}" for item in way[1:])
        for value in ([["x"]], 7.5, {"unknown": [1]}, "\x00"):
            problems = config_errors(broken(way, value))
            assert problems, (path, value)
            assert [str(problem) for problem in problems if not related(problem.path, path)] == [], (path, value)
            assert all(
                problem.allowed and (problem.received or problem.allowed == "this key is required")
                for problem in problems
            )
