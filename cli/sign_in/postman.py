"""A Postman environment and collection (format v2.1) that sign in by themselves, ready to import.

The environment has this stack's values, the collection only their names: one collection serves every stack. A folder a
client; a request in it inherits the folder's authorization, so `Get New Access Token` is one click and needs no typing.
https://learning.postman.com/docs/sending-requests/authorization/oauth-20/
"""

from collections.abc import Mapping

from cli.outputs import Client, Outputs

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
Json = dict[str, object]


def environment(outputs: Outputs, stack: str) -> Json:
    """The values of one stack. Client secrets are of Postman's `secret` type, which it masks on screen."""
    values = [
        _value("authorizeUrl", outputs.authorize_url),
        _value("tokenUrl", outputs.token_url),
        _value("userInfoUrl", outputs.user_info_url),
        _value("jwksUri", outputs.jwks_uri),
        _value("apiUrl", "http://127.0.0.1:8000"),  # where the example API listens
    ]
    for key, client in outputs.clients.items():
        values.append(_value(f"{key}.clientId", client.client_id))
        values.append(_value(f"{key}.scope", " ".join(client.scopes)))
        if client.callback_urls:
            values.append(_value(f"{key}.callbackUrl", client.callback_urls[0]))
        if key in outputs.client_secrets:
            values.append(_value(f"{key}.clientSecret", outputs.client_secrets[key], "secret"))
    return {"name": f"identity {stack}", "values": values, "_postman_variable_scope": "environment"}


def collection(outputs: Outputs) -> Json:
    """Requests to try a token with, once for each client."""
    return {
        "info": {
            "name": "identity",
            "description": "Choose the environment of a stack, open a folder's Authorization, and get a new token.",
            "schema": SCHEMA,
        },
        "item": [_folder(key, client, key in outputs.client_secrets) for key, client in outputs.clients.items()]
        + [_request("The pool's public keys", "{{jwksUri}}", {"type": "noauth"})],
    }


def _folder(key: str, client: Client, has_secret: bool) -> Json:
    items = [_request("An API of yours", "{{apiUrl}}/projects")]
    if client.callback_urls:
        items.insert(0, _request("Who am I", "{{userInfoUrl}}"))
    return {"name": key, "item": items, "auth": _authorization(key, client, has_secret)}


def _authorization(key: str, client: Client, has_secret: bool) -> Json:
    settings: dict[str, str | bool] = {
        "tokenName": key,
        "accessTokenUrl": "{{tokenUrl}}",
        "clientId": f"{{{{{key}.clientId}}}}",
        "scope": f"{{{{{key}.scope}}}}",
        "addTokenTo": "header",
        "headerPrefix": "Bearer",
        # Cognito takes a secret in the header, and a public client's id in the body.
        "client_authentication": "header" if has_secret else "body",
    }
    if has_secret:
        settings["clientSecret"] = f"{{{{{key}.clientSecret}}}}"
    if client.callback_urls:
        settings |= {
            "grant_type": "authorization_code_with_pkce",
            "challengeAlgorithm": "S256",
            "authUrl": "{{authorizeUrl}}",
            "redirect_uri": f"{{{{{key}.callbackUrl}}}}",
            "useBrowser": False,  # Postman's own window sees the callback, wherever it leads
        }
    else:
        settings["grant_type"] = "client_credentials"
    return {"type": "oauth2", "oauth2": [_setting(name, value) for name, value in settings.items()]}


def _setting(name: str, value: str | bool) -> Json:
    return {"key": name, "value": value, "type": "boolean" if isinstance(value, bool) else "string"}


def _request(name: str, url: str, auth: Mapping[str, object] | None = None) -> Json:
    request: Json = {"method": "GET", "header": [], "url": url}
    if auth is not None:
        request["auth"] = auth
    return {"name": name, "request": request, "response": []}


def _value(key: str, value: str, kind: str = "default") -> Json:
    return {"key": key, "value": value, "type": kind, "enabled": True}
