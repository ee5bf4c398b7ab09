"""Public requests: those that AWS accepts without a signature, and their CORS headers. Pure.

The emulator chooses the service by headers and parameters before the path, and trusts some access keys without a
signature. So a request is public only if no header or parameter in it names another service or an access key.
"""

import functools
import re
from collections.abc import Iterable
from typing import Final

from local.gateway.http import TARGET, Request

# The sign-in endpoints that apps call, and the user's APIs behind API Gateway, which check tokens themselves.
# Each pattern matches a method and a path.
_ENDPOINTS: Final = re.compile(
    r"""
    (GET|POST)\ /oauth2/(userInfo|userinfo)
    | GET\ /[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/(jwks\.json|openid-configuration)
    | POST\ /oauth2/(token|revoke)
    | (DELETE|GET|PATCH|POST|PUT)\ /restapis/[a-z0-9]+/[\w-]+/_user_request_(/.*)?
    """,
    re.VERBOSE,
)
# The forms of the gateway's pages; only these pages may send them.
_FORMS: Final = re.compile(
    r"""
    POST\ /(login|loginByCode|mfa|changePassword|forgotPassword|confirmForgotPassword|signup|confirm|resendcode)
    | POST\ /_provider/.+/authorize
    """,
    re.VERBOSE,
)
# The other pages, and the inbox; no foreign page may read them. Identity providers redirect to idpresponse;
# _provider is the simulated provider.
_PAGES: Final = re.compile(
    r"""
    GET\ /(oauth2/authorize|logout|login|loginByCode|signup|confirmUser|forgotPassword|_mail)
    | (GET|POST)\ /oauth2/idpresponse
    | POST\ /saml2/idpresponse
    | GET\ /_provider/.+
    | POST\ /_provider/.+/token
    """,
    re.VERBOSE,
)
# Authorization headers of public requests: a token, or a client's ID and secret.
_SHOWN: Final = re.compile(r"(bearer|basic) ", re.IGNORECASE)
# Parameters by which requests to AWS services name the action or the access key.
_OF_SERVICES: Final = re.compile(r"Action|(?i:x-amz-.*|awsaccesskeyid)", re.DOTALL)
# The only headers of a public request that the emulator receives.
_PASSED: Final = frozenset(
    ("accept", "accept-language", "authorization", "content-length", "content-type", "cookie", "host", "user-agent")
)


@functools.cache
def unsigned_operations() -> frozenset[str]:
    """Return the Cognito operations that need no signature, as botocore's model marks them."""
    from botocore.loaders import Loader  # here: most requests are signed, and need no model of half a megabyte

    model = Loader().load_service_model("cognito-idp", "service-2")
    return frozenset(name for name, operation in model["operations"].items() if operation.get("authtype") == "none")


def is_open(request: Request) -> bool:
    """Whether AWS accepts this request without a signature."""
    return is_page(request) or _is_one_of(_ENDPOINTS, request) or is_unsigned_operation(request)


def is_page(request: Request) -> bool:
    """Whether a request is for a page shown in a browser, or sends its form."""
    return _is_one_of(_PAGES, request) or is_form(request)


def is_form(request: Request) -> bool:
    """Whether a request sends a form of the gateway's pages."""
    return _is_one_of(_FORMS, request)


def is_unsigned_operation(request: Request) -> bool:
    """Whether a request is a Cognito operation that needs no signature, without query or Authorization header."""
    bare = not request.query and "authorization" not in request.headers
    return bare and request.operation() in unsigned_operations()


def _is_one_of(known: re.Pattern[str], request: Request) -> bool:
    shown = request.headers.get("authorization", [])
    return (
        _matches(known, request.method, request.path)
        and TARGET not in request.headers
        and (not shown or (len(shown) == 1 and bool(_SHOWN.match(shown[0]))))
        and not any(_OF_SERVICES.fullmatch(name) for name, _ in request.parameters())
    )


def _matches(known: re.Pattern[str], method: str, path: str) -> bool:
    return method.isalpha() and known.fullmatch(f"{method} {path}") is not None  # HTTP/2 allows any text as a method


def passed(headers: Iterable[tuple[bytes, bytes]], request: Request) -> list[tuple[bytes, bytes]]:
    """Return the headers to pass to the emulator: all of a signed request, only the needed ones of a public request."""
    if not is_open(request):
        return list(headers)
    names = _PASSED | ({TARGET} if is_unsigned_operation(request) else set())
    return [(name, value) for name, value in headers if name.decode("latin-1").lower() in names]


def preflight(request: Request) -> list[tuple[bytes, bytes]]:
    """Return the CORS headers for a public request; none for others, so that no browser sends them."""
    method = request.header("access-control-request-method")
    asked = request.header("access-control-request-headers").lower()
    names = {name.strip() for name in asked.split(",")}
    endpoint = _matches(_ENDPOINTS, method, request.path)
    operation = (method, request.path, request.query) == ("POST", "/", "") and "authorization" not in names
    if not (endpoint and TARGET not in names) and not (operation and TARGET in names):
        return []
    return [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", method.encode("latin-1")),
        (b"access-control-allow-headers", asked.encode("latin-1")),
        (b"access-control-max-age", b"600"),
    ]
