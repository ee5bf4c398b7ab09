"""Pools, app clients and refresh tokens: settings and checks of AWS that the emulator lacks.

Refresh token rotation is stored in a client's AnalyticsConfiguration, because the emulator keeps any content there.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_LambdaConfigType.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html
"""

from typing import Final

from local.gateway import tokens
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError

_STORED_IN: Final = "AnalyticsConfiguration"
_ROTATION: Final = "RefreshTokenRotation"
_OFF: Final = {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}


async def describe(call: Call) -> Json:
    """Handle DescribeUserPool: add PreTokenGeneration, the older name of the pre token generation trigger."""
    done = await call.passed_on()
    functions = done["UserPool"].get("LambdaConfig") or {}
    if versioned := functions.get("PreTokenGenerationConfig"):
        functions.setdefault("PreTokenGeneration", versioned["LambdaArn"])
    return done


async def set_client(call: Call) -> Json:
    """Handle CreateUserPoolClient and UpdateUserPoolClient: rotation is off if it is not set."""
    rotation = call.given.get(_ROTATION)
    stored = {_ROTATION: _OFF | rotation} if rotation else {}
    return _with_rotation(await call.passed_on(**{_STORED_IN: (call.given.get(_STORED_IN) or {}) | stored}))


async def describe_client(call: Call) -> Json:
    """Handle DescribeUserPoolClient."""
    return _with_rotation(await call.passed_on())


async def refresh(call: Call) -> Json:
    """Handle GetTokensFromRefreshToken."""
    client, token = await call.client(), str(call.given.get("RefreshToken", ""))
    if client.get("ClientSecret") and call.given.get("ClientSecret") != client["ClientSecret"]:
        raise OperationError("NotAuthorizedException", f"Unable to verify secret hash for client {client['ClientId']}")
    if tokens.is_used_up(token):
        raise OperationError("RefreshTokenReuseException", "Refresh token has been invalidated")
    done = await call.passed_on(RefreshToken=tokens.original(token))
    if (seconds := grace(client)) is not None:
        done["AuthenticationResult"]["RefreshToken"] = tokens.rotated(token, seconds)
    return done


async def revoke(call: Call) -> Json:
    """Handle RevokeToken."""
    client, token = await call.client(), str(call.given.get("Token", ""))
    if client.get("ClientSecret") and call.given.get("ClientSecret") != client["ClientSecret"]:
        raise OperationError("UnauthorizedException", "Unable to verify the secret of the client")
    claims = tokens.claims(token)
    if claims and claims.get("token_use") != "refresh":
        raise OperationError("UnsupportedTokenTypeException", "Unsupported token type")
    if claims and claims.get("client_id") != client["ClientId"]:
        raise OperationError("UnauthorizedException", "Token is not issued to this client")
    if not client.get("EnableTokenRevocation", True):
        raise OperationError("UnsupportedOperationException", "Token revocation is not enabled for this client")
    return await call.passed_on(Token=tokens.original(token))


def grace(client: Json) -> float | None:
    """Return for how many seconds a used refresh token stays valid; None if the client does not rotate tokens.

    Args:
        client: the app client, as the emulator returns it.
    """
    rotation = (client.get(_STORED_IN) or {}).get(_ROTATION, _OFF)
    return float(rotation["RetryGracePeriodSeconds"]) if rotation["Feature"] == "ENABLED" else None


def _with_rotation(done: Json) -> Json:
    """Move the stored rotation from AnalyticsConfiguration to its own key in a response."""
    analytics = done["UserPoolClient"].pop(_STORED_IN, None) or {}
    parts = {_ROTATION: analytics.pop(_ROTATION, None), _STORED_IN: analytics}
    done["UserPoolClient"] |= {name: part for name, part in parts.items() if part}
    return done
