"""Pools, app clients and their refresh tokens as on AWS: what the emulator leaves out, does not keep or lets through.

A client's rotation of refresh tokens is held among its analytics, which the emulator keeps whatever is in them.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html
"""

from typing import Final

from local.gateway import tokens
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError

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


async def refresh(call: Call) -> Json:
    """GetTokensFromRefreshToken."""
    client, token = await call.client(), str(call.given.get("RefreshToken", ""))
    if client.get("ClientSecret") and call.given.get("ClientSecret") != client["ClientSecret"]:
        raise OperationError("NotAuthorizedException", f"Unable to verify secret hash for client {client['ClientId']}")
    if tokens.is_used_up(token):
        raise OperationError("RefreshTokenReuseException", "Refresh token has been invalidated")
    done = await call.passed_on(RefreshToken=tokens.original(token))
    if (lasts := grace(client)) is not None:
        done["AuthenticationResult"]["RefreshToken"] = tokens.rotated(token, lasts)
    return done


async def revoke(call: Call) -> Json:
    """RevokeToken."""
    client, token = await call.client(), str(call.given.get("Token", ""))
    if client.get("ClientSecret") and call.given.get("ClientSecret") != client["ClientSecret"]:
        raise OperationError("UnauthorizedException", "Unable to verify the secret of the client")
    said = tokens.claims(token)
    if said and said.get("token_use") != "refresh":
        raise OperationError("UnsupportedTokenTypeException", "Unsupported token type")
    if said and said.get("client_id") != client["ClientId"]:
        raise OperationError("UnauthorizedException", "Token is not issued to this client")
    if not client.get("EnableTokenRevocation", True):
        raise OperationError("UnsupportedOperationException", "Token revocation is not enabled for this client")
    return await call.passed_on(Token=tokens.original(token))


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
