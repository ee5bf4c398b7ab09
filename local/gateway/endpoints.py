"""The OAuth 2.0 endpoints: token, refresh, revocation (RFC 7009) and discovery.

https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
"""

import base64
import binascii
import hmac
from typing import Final
from urllib.parse import unquote

from local.gateway import directory, emulated, federation, operations, tokens
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response, of_json
from local.gateway.pool_rules import grace

_OAUTH: Final = {
    "UnauthorizedException": "unauthorized_client",
    "UnsupportedTokenTypeException": "unsupported_token_type",
}


async def discovery(request: Request) -> Response:
    """Return the discovery document, with the revocation endpoint, which the emulator leaves out."""
    named = {"Host": request.header("host"), "X-Forwarded-Proto": request.scheme}
    answer = await emulated.send("GET", request.path, b"", named)
    if answer.status_code != 200:
        return answer
    return of_json({**answer.json(), "revocation_endpoint": f"{request.origin()}/oauth2/revoke"})


async def token(request: Request) -> Response:
    """Return the emulator's tokens, with the time of the sign-in as `auth_time`."""
    form = request.form()
    if form.get("grant_type") == "refresh_token":
        return await _refresh(request, form)
    if form.get("grant_type") == "authorization_code" and await _authenticated(request, form) is None:
        return of_json({"error": "invalid_client"}, 400)
    if not federation.is_proven(form):
        return of_json({"error": "invalid_grant"}, 400)
    answer = await emulated.post("/oauth2/token", form, request.header("authorization"))
    if failed := emulated.function_failure(answer):
        return of_json({"error": "invalid_grant", "error_description": failed}, 400)
    if answer.status_code != 200:
        return answer
    issued = answer.json()
    return of_json(tokens.with_auth_time(issued, issued.get("refresh_token", "")))


async def _refresh(request: Request, form: dict[str, str]) -> Response:
    """Return new tokens for a refresh token, if it was issued to this client."""
    client, given = await _authenticated(request, form), form.get("refresh_token", "")
    if client is None:
        return of_json({"error": "invalid_client"}, 400)
    if tokens.claims(given).get("client_id") != client["ClientId"] or tokens.is_used_up(given):
        return of_json({"error": "invalid_grant"}, 400)
    proof = {"client_id": client["ClientId"], "client_secret": client.get("ClientSecret", "")}
    answer = await emulated.post("/oauth2/token", {**form, **proof, "refresh_token": tokens.original(given)})
    if answer.status_code != 200:
        return answer
    seconds = grace(client)
    rotated = {} if seconds is None else {"refresh_token": tokens.rotated(given, seconds)}
    return of_json({**tokens.with_auth_time(answer.json(), given), **rotated})


async def revoke(request: Request) -> Response:
    """Revoke a refresh token and the tokens issued from it. An unknown token is no error."""
    form = request.form()
    client, given = await _authenticated(request, form), form.get("token", "")
    if client is None:
        return of_json({"error": "invalid_client"}, 401)
    if not given:
        return of_json({"error": "invalid_request"}, 400)
    secret = {"ClientSecret": client["ClientSecret"]} if client.get("ClientSecret") else {}
    asked = {"ClientId": client["ClientId"], "Token": given, **secret}
    try:
        await operations.run(Call("RevokeToken", asked, request.origin()))
    except OperationError as error:
        return of_json({"error": _OAUTH.get(error.code, "invalid_request")}, 400)
    return Response(200)


async def _authenticated(request: Request, form: dict[str, str]) -> Json | None:
    """Return the client if its secret, in the header or the form, is right, or it has none; else None."""
    client_id, secret = _credentials(request, form)
    try:
        client = await directory.client(client_id)
    except OperationError:
        return None
    return client if hmac.compare_digest(secret.encode(), client.get("ClientSecret", secret).encode()) else None


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return client ID and secret from the Authorization header, else from the form; empty if invalid."""
    scheme, _, proof = request.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(proof, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client_id), unquote(secret)  # RFC 6749, section 2.3.1: both are form-encoded
