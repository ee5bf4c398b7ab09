"""The emulator as it is served: only who has this checkout's key gets what AWS gives to an account's own people.

The emulator itself answers anybody, and any web page can send requests to 127.0.0.1. So nothing comes to it but

- requests that are signed with the checkout's key (Signature Version 4,
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
- what AWS has open to everybody: the sign-in pages and endpoints, the pool's keys, and the operations of Cognito that
  take no signature, these with CORS as AWS has them,
- the question whether it is up.

A request for another host than this machine is refused with 421: a page whose name was made to point here sends one.
Everything else is refused with 403.

An ASGI application (https://asgi.readthedocs.io/en/stable/specs/www.html), served by hypercorn; `local.emulator` starts
it, with the key as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and the port as GATEWAY_PORT in its environment.
"""

import functools
import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from ministack.app import app as emulator
from ministack.core import sigv4

from local import public_requests, templates
from local.keys import Key
from local.public_requests import Request, is_open

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
_HEALTH: Final = "/_ministack/health"
_LARGEST: Final = 16 * 2**20  # bytes of a body; the largest that AWS takes for a sign-in stack are a few MB
_MISDIRECTED: Final = 421
_FOR_ALL: Final = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")]
_OURS_ONLY: Final = (
    "This emulator takes requests that are signed with its checkout's own key. `make env` there prints the key and "
    "the address, as `export` lines for the AWS CLI and SDKs."
)


@dataclass(frozen=True)
class Refused:
    """An answer in the place of the emulator's."""

    status: int
    code: str
    message: str


def refusal(request: Request, port: int, key: Key) -> Refused | None:
    """Why the emulator does not get a request; None where it does."""
    if request.header("host") not in {f"{host}:{port}" for host in _HOSTS}:
        return Refused(_MISDIRECTED, "MisdirectedRequest", f"This is 127.0.0.1:{port} and answers for no other host.")
    if refused := _odd(request):
        return refused
    if is_open(request):
        instead = public_requests.missing(request)
        return Refused(404, "NotFound", f"{instead} See docs/local.md.") if instead else None
    if (request.method, request.path) == ("GET", _HEALTH):
        return None
    if refused := _unsigned(request, key):
        return refused
    strange = templates.strange_types(request.body, request.query)
    return Refused(400, "ValidationError", f"{templates.LIMIT} Received: {', '.join(strange)}.") if strange else None


def _odd(request: Request) -> Refused | None:
    """What the emulator would read otherwise than it is read here, or not at all."""
    if len(request.body) > _LARGEST:
        return Refused(413, "RequestEntityTooLarge", f"A body has {_LARGEST:,} bytes at most here.")
    if not (request.raw_path + request.query).isascii():
        return Refused(400, "InvalidRequest", "The address has to be percent-encoded.")
    if "content-encoding" in request.headers:
        return Refused(415, "UnsupportedMediaType", "Send the body as it is: without Content-Encoding.")
    if public_requests.is_unsigned_operation(request) and not public_requests.is_json_object(request.body):
        return Refused(400, "SerializationException", "The body has to be a JSON object.")
    return None


def _unsigned(request: Request, key: Key) -> Refused | None:
    headers = {name: ",".join(values) for name, values in request.headers.items()}
    if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        return Refused(403, "MissingAuthenticationToken", _OURS_ONLY)
    signature = sigv4.parse_header_signature(headers)
    if isinstance(signature, tuple) or signature.access_key_id != key.id:
        return Refused(403, "InvalidClientTokenId", _OURS_ONLY)
    if refused := _partly_signed(request, signature.signed_headers.split(";")):
        return refused
    failure = sigv4.request_time_failure(signature) or sigv4.header_signature_failure(
        signature,
        key.secret,
        request.method,
        request.raw_path,
        parse_qs(request.query, keep_blank_values=True),
        headers,
        request.body,
    )
    return Refused(403, failure[0], failure[1]) if failure else None


def _partly_signed(request: Request, signed: list[str]) -> Refused | None:
    """What AWS wants to be signed: the host, its own headers, and the body."""
    left_out = [name for name in request.headers if name == "host" or name.startswith("x-amz-")]
    left_out = sorted(set(left_out) - {name.lower() for name in signed})
    if left_out:
        return Refused(403, "SignatureDoesNotMatch", f"These headers have to be signed: {', '.join(left_out)}.")
    stated = request.headers.get("x-amz-content-sha256")
    if stated and stated != [hashlib.sha256(request.body).hexdigest()]:
        return Refused(403, "SignatureDoesNotMatch", "x-amz-content-sha256 is not the SHA-256 of the body.")
    return None


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The application that hypercorn serves."""
    if scope["type"] == "lifespan":
        await emulator(scope, receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:  # nothing of this stack speaks over a WebSocket
        await receive()
        await send({"type": "websocket.close", "code": 1008})


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    request = await _read(scope, receive)
    if request is None:
        return
    refused = refusal(request, int(os.environ["GATEWAY_PORT"]), _key())
    if request.method == "OPTIONS" and (refused is None or refused.status != _MISDIRECTED):
        await _answer(send, 204, public_requests.preflight(request), b"")
    elif refused:
        headers, body = _error(request, refused)
        shown = refused.status != _MISDIRECTED and is_open(request)
        await _answer(send, refused.status, [*headers, *(_FOR_ALL if shown else [])], body)
    elif is_open(request):
        passed = scope | {"headers": public_requests.passed(scope["headers"], request)}
        await emulator(passed, _again(request.body, receive), _with_cors(send, _FOR_ALL))
    else:
        await emulator(scope, _again(request.body, receive), _with_cors(send, []))


@functools.cache
def _key() -> Key:
    return Key(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


async def _read(scope: Scope, receive: Receive) -> Request | None:
    """The request with its whole body; None where the client goes away before its end."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(sigv4.decode_header_value(value))
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        size += len(message.get("body", b""))
        if size <= _LARGEST + 1:  # of what is too long one byte more is enough
            parts.append(message.get("body", b""))
        else:
            parts = [bytes(_LARGEST + 1)]
        if not message.get("more_body"):
            break
    body = b"".join(parts)
    raw_path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], raw_path.decode("latin-1"), query, headers, body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the emulator; then whatever else comes."""
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _with_cors(send: Send, allowance: list[tuple[bytes, bytes]]) -> Send:
    """The emulator lets every page read every answer; what needs the key is for no page to read."""

    async def checked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [it for it in message["headers"] if not bytes(it[0]).lower().startswith(b"access-control-")]
            message = message | {"headers": [*headers, *allowance]}
        await send(message)

    return checked


def _error(request: Request, refused: Refused) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """A refusal in the words of the protocol: JSON for services like Cognito, XML for those like CloudFormation."""
    if "json" in request.header("content-type") or not request.header("content-type"):
        body = json.dumps({"__type": refused.code, "message": refused.message})
        return [(b"content-type", b"application/x-amz-json-1.1")], body.encode()
    error = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
    return [(b"content-type", b"text/xml")], f"<ErrorResponse>{error}</ErrorResponse>".encode()


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
