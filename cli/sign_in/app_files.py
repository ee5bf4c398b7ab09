"""The files by which frameworks are configured: Amplify, ASP.NET, Spring, and Next with Auth.js.

Each is read as it is written, on AWS and on the local stack alike: the endpoints are said one by one, since on the
local stack the issuer is not where the keys are. Each is for one client that people sign in with.
"""

import json
import shlex
from collections.abc import Callable
from urllib.parse import urlsplit

import yaml

from cli.outputs import ClientOutput, Outputs
from cli.sign_in.errors import plain
from local import tls
from local.console import Failure

Json = dict[str, object]


def files(outputs: Outputs, key: str | None = None) -> dict[str, str]:
    """The text of each file by its name; of those alone that a client of the stack can be used with.

    Args:
        outputs: of the stack.
        key: the client, by its key in the stack. One with a secret is none for Amplify, whose secret would be public.
            Without a key: for Amplify the first public client by key; for the others, which have a server that keeps a
            secret, the first client with a secret, else the same.

    Raises Failure for a client that is not there, and for one that nobody signs in with.
    """
    if not outputs.authorize_url:
        return {}  # each of them is for sign-in pages
    people = {name: client for name, client in sorted(outputs.clients.items()) if client.callback_urls}
    if key is not None and key not in people:
        why = "is a machine-to-machine client without user sign-in" if key in outputs.clients else "is not in the stack"
        raise Failure(f"The client `{plain(key, 60)}` {why}. Name one of: {', '.join(people) or 'none'}.")
    chosen = [key] if key else list(people)
    public = [name for name in chosen if name not in outputs.client_secrets]
    confidential = [name for name in chosen if name in outputs.client_secrets]
    made: dict[str, str] = {}
    for name in public[:1]:
        made["amplify_outputs.json"] = _json(amplify(outputs, people[name]))
    for name in [*confidential, *public][:1]:
        secret = outputs.client_secrets.get(name)
        for file, write in _WITH_A_SERVER.items():
            made[file] = write(outputs, people[name], secret)
    return made


def amplify(outputs: Outputs, client: ClientOutput) -> Json:
    """Amplify's own form, version 1.5, of which it takes no key that it does not know but under `custom`.

    https://docs.amplify.aws/react/reference/amplify_outputs/
    """
    written: Json = {
        "version": "1.5",
        "auth": {
            "aws_region": outputs.region,
            "user_pool_id": outputs.user_pool_id,
            "user_pool_client_id": client.client_id,
            "oauth": {
                "identity_providers": [],
                "domain": _https_host(outputs),
                "scopes": client.scopes,
                "redirect_sign_in_uri": client.callback_urls,
                "redirect_sign_out_uri": client.logout_urls or client.callback_urls,  # one at least has to be there
                "response_type": "code",
            },
        },
    }
    # Amplify finds AWS by the region.
    return written | ({"custom": {"user_pool_endpoint": outputs.api_endpoint}} if outputs.is_local else {})


def _https_host(outputs: Outputs) -> str:
    """Amplify goes to the sign-in pages by HTTPS alone; the local stack serves that on a second port, if asked to."""
    https = tls.turned_on() if outputs.is_local else None
    return f"localhost:{https.port}" if https else urlsplit(outputs.authorize_url).netloc


def app_settings(outputs: Outputs, client: ClientOutput, secret: str | None) -> str:
    """ASP.NET's appsettings.json: the schemes `Bearer` of an API and `OpenIdConnect` of a web app.

    https://learn.microsoft.com/aspnet/core/security/authentication/configure-jwt-bearer-authentication
    """
    served = {"MetadataAddress": outputs.discovery_uri} | ({"RequireHttpsMetadata": False} if outputs.is_local else {})
    signs_in = {
        "ClientId": client.client_id,
        **({} if secret is None else {"ClientSecret": secret}),
        "ResponseType": "code",
        "CallbackPath": urlsplit(client.callback_urls[0]).path or "/",
        "Scope": client.scopes,
        "MapInboundClaims": False,  # the claims keep their names
    }
    bearer: Json = {**served, "ValidIssuer": outputs.issuer, "MapInboundClaims": False}
    schemes: Json = {"Bearer": bearer, "OpenIdConnect": {**served, **signs_in}}
    return _json({"Authentication": {"Schemes": schemes}})


def spring(outputs: Outputs, client: ClientOutput, secret: str | None) -> str:
    """Spring Boot's application.yaml: its resource server, and its client under the registration `cognito`.

    https://docs.spring.io/spring-boot/reference/web/spring-security.html
    """
    registration: Json = {
        "client-id": client.client_id,
        **({} if secret is None else {"client-secret": secret}),
        # Without a secret Spring proves itself by PKCE.
        "client-authentication-method": "none" if secret is None else "client_secret_basic",
        "authorization-grant-type": "authorization_code",
        # Spring's own address for it: /login/oauth2/code/cognito.
        "redirect-uri": "{baseUrl}/{action}/oauth2/code/{registrationId}",
        "scope": client.scopes,
    }
    provider: Json = {
        "authorization-uri": outputs.authorize_url,
        "token-uri": outputs.token_url,
        "jwk-set-uri": outputs.jwks_uri,
        "user-info-uri": outputs.user_info_url,
        "user-name-attribute": "sub",
    }
    oauth2: Json = {
        "resourceserver": {"jwt": {"issuer-uri": outputs.issuer, "jwk-set-uri": outputs.jwks_uri}},
        "client": {"registration": {"cognito": registration}, "provider": {"cognito": provider}},
    }
    return yaml.safe_dump({"spring": {"security": {"oauth2": oauth2}}}, sort_keys=False)


def next_auth(outputs: Outputs, client: ClientOutput, secret: str | None) -> str:
    """Next's .env.local, with the names that Auth.js looks for and those of docs/connect.md.

    https://authjs.dev/getting-started/providers/cognito
    """
    values = {
        "AUTH_COGNITO_ID": client.client_id,
        "AUTH_COGNITO_SECRET": secret or "",
        "AUTH_COGNITO_ISSUER": outputs.issuer,
        "AUTH_COGNITO_AUTHORIZE_URL": outputs.authorize_url,
        "AUTH_COGNITO_TOKEN_URL": outputs.token_url,
        "AUTH_COGNITO_USER_INFO_URL": outputs.user_info_url,
        "AUTH_COGNITO_SCOPE": " ".join(client.scopes),
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


_WITH_A_SERVER: dict[str, Callable[[Outputs, ClientOutput, str | None], str]] = {
    "appsettings.json": app_settings,
    "application.yaml": spring,
    ".env.local": next_auth,
}


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
