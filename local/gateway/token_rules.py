"""The operations on refresh tokens, as strict as AWS.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html
"""

from local.gateway import tokens
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError
from local.gateway.pool_rules import grace


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
