"""Which requests AWS takes from anybody, and the browser's leave to send them (CORS). Pure.

The emulator finds the service that a request is for by what else it brings before it looks at the path, and believes
some keys without a signature. So a request is open only if nothing in it speaks of another service or a key.
"""

import functools
import re
from collections.abc import Iterable
from typing import Final

from local.gateway.http import TARGET, Request

# The endpoints of sign-in, which apps call, and the APIs that somebody with the key has made: these ask for tokens by
# themselves. Each of the patterns is of a method and a path.
_ENDPOINTS: Final = re.compile(
    r"""
    (GET|POST)\ /oauth2/(userInfo|userinfo)
    | GET\ /[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/(jwks\.json|openid-configuration)
    | POST\ /oauth2/(token|revoke)
    | (DELETE|GET|PATCH|POST|PUT)\ /restapis/[a-z0-9]+/[\w-]+/_user_request_(/.*)?
    """,
    re.VERBOSE,
)
# The forms of its pages, which these pages alone send.
_FORMS: Final = re.compile(
    r"""
    POST\ /(login|loginByCode|mfa|changePassword|forgotPassword|confirmForgotPassword|signup|confirm|resendcode)
    | POST\ /_provider/.+/authorize
    """,
    re.VERBOSE,
)
# The other pages, and the mail: nothing that another page may read. Identity providers send people back to idpresponse;
# behind _provider is what stands in for them.
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
# What people and apps show at these pages: a token, or a client's id and secret.
_SHOWN: Final = re.compile(r"(bearer|basic) ", re.IGNORECASE)
# Parameters by which requests to AWS's services name what they want, and whose key has signed them.
_OF_SERVICES: Final = re.compile(r"Action|(?i:x-amz-.*|awsaccesskeyid)", re.DOTALL)
# The headers that an open request is answered by; no other comes to the emulator.
_PASSED: Final = frozenset(
    ("accept", "accept-language", "authorization", "content-length", "content-type", "cookie", "host", "user-agent")
)


@functools.cache
def unsigned_operations() -> frozenset[str]:
    """The operations of Cognito that AWS takes without a signature, as botocore's model marks them."""
    from botocore.loaders import Loader  # here: it reads half a megabyte, and most requests are signed

    model = Loader().load_service_model("cognito-idp", "service-2")
    return frozenset(name for name, operation in model["operations"].items() if operation.get("authtype") == "none")


def is_open(request: Request) -> bool:
    """Whether AWS takes this request from anybody."""
    return is_page(request) or _is_one_of(_ENDPOINTS, request) or is_unsigned_operation(request)


def is_page(request: Request) -> bool:
    """Whether it is for a page that people see in a browser."""
    return _is_one_of(_PAGES, request) or is_form(request)


def is_form(request: Request) -> bool:
    """Whether it is what a person filled in at one of our own pages."""
    return _is_one_of(_FORMS, request)


def is_unsigned_operation(request: Request) -> bool:
    """Whether it is one of Cognito's operations that take no signature, and nothing besides."""
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
    return method.isalpha() and known.fullmatch(f"{method} {path}") is not None  # HTTP/2 has any text for a method


def passed(headers: Iterable[tuple[bytes, bytes]], request: Request) -> list[tuple[bytes, bytes]]:
    """The headers that the emulator is given: of an open request no other than those that it is answered by."""
    if not is_open(request):
        return list(headers)
    names = _PASSED | ({TARGET} if is_unsigned_operation(request) else set())
    return [(name, value) for name, value in headers if name.decode("latin-1").lower() in names]


def preflight(request: Request) -> list[tuple[bytes, bytes]]:
    """The allowance for what is open; none for anything else, so that no browser sends it."""
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
