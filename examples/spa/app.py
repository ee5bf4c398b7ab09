"""The server of the page: its files, the values of the stack, and the example API at the same origin."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from examples.api.app import app_from_environment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / ".local/connect/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
_PAGE = (HERE / "index.html", "text/html; charset=utf-8")
_FILES = {
    "/": _PAGE,
    "/callback": _PAGE,
    "/app.js": (HERE / "app.js", "text/javascript"),
    "/oidc-client-ts.js": (LIBRARY, "text/javascript"),
}


def settings() -> dict[str, object]:
    """Return the settings of oidc-client-ts, and the URL that Cognito redirects to after sign-out."""
    env = os.environ
    found = {
        "authority": env["IDENTITY_ISSUER"],
        "metadataUrl": env["IDENTITY_OPENID_CONFIGURATION_URI"],
        "client_id": env["IDENTITY_CLIENT_WEB_ID"],
        "redirect_uri": env["IDENTITY_CLIENT_WEB_CALLBACK_URL"],
        "scope": env["IDENTITY_CLIENT_WEB_SCOPES"],
    }
    return {"oidc": found, "logoutUri": env["IDENTITY_CLIENT_WEB_LOGOUT_URL"]}


def app_from_environment_and_files() -> "WSGIApplication":
    """Return the app with the values that `make export` writes. Raises KeyError if one is not set."""
    api, values = app_from_environment(), json.dumps(settings()).encode()

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/settings.json":
            body, kind = values, "application/json"
        elif path in _FILES:
            file, kind = _FILES[path]
            body = file.read_bytes()
        else:
            return api(environ, start_response)
        start_response("200 OK", [("Content-Type", kind), ("Cache-Control", "no-store")])
        return [body]

    return app
