"""The application that hypercorn serves: the emulator, behind what AWS has and it has not.

An ASGI application (https://asgi.readthedocs.io/en/stable/specs/www.html); `local.emulator` starts it, with the key as
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the port as GATEWAY_PORT and the mark of its functions as AWS_SDK_UA_APP_ID
in its environment.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final
from xml.sax.saxutils import escape

from ministack.app import app as emulator
from ministack.core import sigv4

from local.gateway import emulated, public_requests, served
from local.gateway.access import LARGEST, MISDIRECTED, Refused, refusal
from local.gateway.http import Headers, Request
from local.gateway.public_requests import is_open, is_page

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_FOR_ALL: Final = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")]


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
    refused = refusal(request, _ports(), emulated.key(), os.environ["AWS_SDK_UA_APP_ID"])
    allowance = _FOR_ALL if is_open(request) and not is_page(request) else []
    if request.method == "OPTIONS" and (refused is None or refused.status != MISDIRECTED):
        await _answer(send, 204, public_requests.preflight(request), b"")
    elif refused:
        headers, body = _error(request, refused)
        await _answer(send, refused.status, [*headers, *(allowance if refused.status != MISDIRECTED else [])], body)
    elif own := await served.answer(request):
        await _answer(send, own.status, [*own.headers, *allowance], own.body)
    elif is_open(request):
        passed = scope | {"headers": public_requests.passed(scope["headers"], request)}
        await emulator(passed, _again(request.body, receive), _with_cors(send, allowance))
    else:
        await emulator(scope, _again(request.body, receive), _with_cors(send, []))


def _ports() -> list[str]:
    """Where the gateway listens, without and, where it is on, with TLS."""
    return [port for name in ("GATEWAY_PORT", "GATEWAY_TLS_PORT") if (port := os.environ.get(name))]


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
        if size <= LARGEST + 1:  # of what is too long one byte more is enough
            parts.append(message.get("body", b""))
        else:
            parts = [bytes(LARGEST + 1)]
        if not message.get("more_body"):
            break
    body = b"".join(parts)
    raw_path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], raw_path.decode("latin-1"), query, headers, body, scope["scheme"])


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the emulator; then whatever else comes."""
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _with_cors(send: Send, allowance: Headers) -> Send:
    """The emulator lets every page read every answer; what needs the key is for no page to read."""

    async def checked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                header for header in message["headers"] if not bytes(header[0]).lower().startswith(b"access-control-")
            ]
            message = message | {"headers": [*headers, *allowance]}
        await send(message)

    return checked


def _error(request: Request, refused: Refused) -> tuple[Headers, bytes]:
    """A refusal in the words of the protocol: JSON for services like Cognito, XML for those like CloudFormation."""
    if "json" in request.header("content-type") or not request.header("content-type"):
        body = json.dumps({"__type": refused.code, "message": refused.message})
        return [(b"content-type", b"application/x-amz-json-1.1")], body.encode()
    error = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
    return [(b"content-type", b"text/xml")], f"<ErrorResponse>{error}</ErrorResponse>".encode()


async def _answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
