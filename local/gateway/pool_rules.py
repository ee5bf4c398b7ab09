"""Pools and app clients as AWS tells them: what the emulator leaves out of its answers, and what it does not keep.

A client's rotation of refresh tokens is held among its analytics, which the emulator keeps whatever is in them.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
"""

from typing import Final

from local.gateway.calls import Call
from local.gateway.directory import Json

_HELD: Final = "AnalyticsConfiguration"
_ROTATION: Final = "RefreshTokenRotation"
_OFF: Final = {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}


async def describe(call: Call) -> Json:
    """DescribeUserPool: the function before tokens has its first name as well."""
    done = await call.passed_on()
    functions = done["UserPool"].get("LambdaConfig") or {}
    if versioned := functions.get("PreTokenGenerationConfig"):
        functions.setdefault("PreTokenGeneration", versioned["LambdaArn"])
    return done


async def set_client(call: Call) -> Json:
    """CreateUserPoolClient and UpdateUserPoolClient: a client whose rotation is not named has none."""
    rotation = call.given.get(_ROTATION)
    held = {_ROTATION: _OFF | rotation} if rotation else {}
    return _told(await call.passed_on(**{_HELD: (call.given.get(_HELD) or {}) | held}))


async def describe_client(call: Call) -> Json:
    """DescribeUserPoolClient."""
    return _told(await call.passed_on())


def grace(client: Json) -> float | None:
    """For how many seconds a used refresh token stays good; None where the client does not rotate them.

    Args:
        client: as the emulator has it.
    """
    rotation = (client.get(_HELD) or {}).get(_ROTATION, _OFF)
    return float(rotation["RetryGracePeriodSeconds"]) if rotation["Feature"] == "ENABLED" else None


def _told(done: Json) -> Json:
    analytics = done["UserPoolClient"].pop(_HELD, None) or {}
    parts = {_ROTATION: analytics.pop(_ROTATION, None), _HELD: analytics}
    done["UserPoolClient"] |= {name: part for name, part in parts.items() if part}
    return done
