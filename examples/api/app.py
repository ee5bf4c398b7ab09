"""A small API of projects in plain WSGI: each route requires a scope, and errors follow RFC 6750.

    set -a; . .local/export/local/identity.env; set +a      # written by `make export`
    python -m examples.api                                  # on http://127.0.0.1:8000
    curl -H "Authorization: Bearer $(make -s token)" http://127.0.0.1:8000/projects

401: no token, or an invalid one. 403: a valid token without the scope. 503: the pool's keys are not available.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from examples.api.tokens import AccessTokens, Caller, KeysUnavailableError, ScopeError, TokenError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer = tuple[str, dict[str, str], object]
Route = tuple[str, Callable[[Caller], object]]


def make_app(tokens: AccessTokens, identifier: str) -> "WSGIApplication":
    """Return the API. `identifier` is its resource server's: the first part of its scopes' full names."""
    projects: dict[str, list[str]] = {}
    routes: Mapping[tuple[str, str], Route] = {
        ("GET", "/projects"): (f"{identifier}/project.read", lambda caller: projects.get(caller.subject, [])),
        ("DELETE", "/projects"): (f"{identifier}/project.delete", lambda caller: projects.pop(caller.subject, [])),
    }

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        route = routes.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        status, headers, body = ("404 Not Found", {}, {}) if route is None else _answer(environ, tokens, route)
        start_response(status, [("Content-Type", "application/json"), *headers.items()])
        return [json.dumps(body).encode()]

    return app


def app_from_environment() -> "WSGIApplication":
    """Return the API with the values that `make export` writes. Raises KeyError if one is not set."""
    tokens = AccessTokens(os.environ["IDENTITY_ISSUER"], os.environ["IDENTITY_JWKS_URI"])
    return make_app(tokens, os.environ["IDENTITY_API_PROJECT_IDENTIFIER"])


def _answer(environ: "WSGIEnvironment", tokens: AccessTokens, route: Route) -> Answer:
    scope, handler = route
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return _refuse("401 Unauthorized")  # without an error code: RFC 6750, section 3.1
    try:
        caller = tokens.check(token.strip(), scope)
    except TokenError as error:
        return _refuse("401 Unauthorized", error="invalid_token", error_description=str(error))
    except ScopeError as error:
        return _refuse("403 Forbidden", error="insufficient_scope", scope=str(error))
    except KeysUnavailableError:
        return "503 Service Unavailable", {"Retry-After": "30"}, {}
    return "200 OK", {}, handler(caller)


def _refuse(status: str, **parts: str) -> Answer:
    challenge = ", ".join(f'{name}="{value}"' for name, value in {"realm": "projects", **parts}.items())
    return status, {"WWW-Authenticate": f"Bearer {challenge}"}, parts
