"""The operations on refresh tokens and on the clients that have them, as strict as AWS.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html
"""

from typing import Final

from local.gateway import clients, tokens
from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import OperationError


async def _refresh(call: Call) -> Json:
    client, token = await call.client(), str(call.given.get("RefreshToken", ""))
    if client.get("ClientSecret") and call.given.get("ClientSecret") != client["ClientSecret"]:
        raise OperationError("NotAuthorizedException", f"Unable to verify secret hash for client {client['ClientId']}")
    if tokens.is_used_up(token):
        raise OperationError("RefreshTokenReuseException", "Refresh token has been invalidated")
    done = await call.passed_on(RefreshToken=tokens.original(token))
    grace = clients.grace(client["ClientId"])
    if grace is not None:
        done["AuthenticationResult"]["RefreshToken"] = tokens.rotated(token, grace)
    return done


async def _revoke(call: Call) -> Json:
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


async def _set_client(call: Call) -> Json:
    done = await call.passed_on()
    client_id = str(done["UserPoolClient"]["ClientId"])
    clients.remember(client_id, call.given)
    return _with_rotation(done)


async def _tell_client(call: Call) -> Json:
    return _with_rotation(await call.passed_on())


def _with_rotation(done: Json) -> Json:
    rotation = clients.rotation(str(done["UserPoolClient"]["ClientId"]))
    if rotation:
        done["UserPoolClient"]["RefreshTokenRotation"] = rotation
    return done


RULES: Final[dict[str, Rule]] = {
    "GetTokensFromRefreshToken": _refresh,
    "RevokeToken": _revoke,
    "CreateUserPoolClient": _set_client,
    "UpdateUserPoolClient": _set_client,
    "DescribeUserPoolClient": _tell_client,
}
