"""A Postman environment and collection (format v2.1) that sign in by themselves, ready to import.

The environment has this stack's values, the collection only their names: one collection serves every stack. A folder a
client; a request in it inherits the folder's authorization, so `Get New Access Token` is one click and needs no typing.
Newman, which cannot sign in, takes the token from `<client>.accessToken`; what needs a token or an address that is not
given is passed over, so that its run is green.
https://learning.postman.com/docs/sending-requests/authorization/oauth-20/
https://learning.postman.com/docs/tests-and-scripts/write-scripts/test-scripts/
"""

import json
from collections.abc import Mapping

from cli.outputs import ClientOutput, Outputs

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
Json = dict[str, object]
_SUBJECT = 'pm.expect(pm.response.json()).to.have.property("sub");'
_KEYS = """pm.test("The keys are there", () => {
  pm.response.to.have.status(200);
  pm.expect(pm.response.json().keys).to.be.an("array").that.is.not.empty;
});"""


def environment(outputs: Outputs, stack: str) -> Json:
    """The values of one stack. Client secrets are of Postman's `secret` type, which it masks on screen."""
    values = [
        _value("authorizeUrl", outputs.authorize_url),
        _value("tokenUrl", outputs.token_url),
        _value("userInfoUrl", outputs.user_info_url),
        _value("jwksUri", outputs.jwks_uri),
        _value("apiUrl", ""),
    ]
    for key, client in outputs.clients.items():
        values.append(_value(f"{key}.clientId", client.client_id))
        values.append(_value(f"{key}.scope", " ".join(client.scopes)))
        values.append(_value(f"{key}.accessToken", "", "secret"))
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
            "description": "Choose the environment of a stack, open a folder's Authorization, and get a new token."
            " The address of an API of yours goes into apiUrl, such as http://127.0.0.1:8000 for the example's.",
            "schema": SCHEMA,
        },
        "item": [_folder(key, client, key in outputs.client_secrets) for key, client in outputs.clients.items()]
        + [_request("The pool's public keys", "{{jwksUri}}", _KEYS, auth={"type": "noauth"})],
    }


def _folder(key: str, client: ClientOutput, has_secret: bool) -> Json:
    token = f"{key}.accessToken"
    only_with_address = 'if (!pm.environment.get("apiUrl")) pm.execution.skipRequest();'
    items = [_request("An API of yours", "{{apiUrl}}/projects", _accepted(token, ""), before=only_with_address)]
    if client.callback_urls:
        items.insert(0, _request("Who am I", "{{userInfoUrl}}", _accepted(token, _SUBJECT)))
    return {"name": key, "item": items, "auth": _authorization(key, client, has_secret)}


def _authorization(key: str, client: ClientOutput, has_secret: bool) -> Json:
    settings: dict[str, str | bool] = {
        "tokenName": key,
        "accessToken": f"{{{{{key}.accessToken}}}}",  # until Postman gets one
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


def _request(name: str, url: str, test: str, *, before: str = "", auth: Mapping[str, object] | None = None) -> Json:
    request: Json = {"method": "GET", "header": [], "url": url}
    if auth is not None:
        request["auth"] = auth
    scripts = {"prerequest": before, "test": test}
    events = [
        {"listen": when, "script": {"type": "text/javascript", "exec": script.splitlines()}}
        for when, script in scripts.items()
        if script
    ]
    return {"name": name, "event": events, "request": request, "response": []}


def _accepted(token: str, more: str) -> str:
    """That the server takes the token; passed over where there is none, which it refuses."""
    return "\n".join(
        [
            f"const none = !pm.environment.get({json.dumps(token)}) && pm.response.code === 401;",
            '(none ? pm.test.skip : pm.test)("The access token is accepted", () => {',
            *["  pm.response.to.have.status(200);", *([f"  {more}"] if more else [])],
            "});",
        ]
    )


def _value(key: str, value: str, kind: str = "default") -> Json:
    return {"key": key, "value": value, "type": kind, "enabled": True}
