"""The ASGI application that hypercorn serves: the gateway, with the emulator behind it.

`local.emulator` starts it with these environment variables: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (the checkout's
key), GATEWAY_PORT, GATEWAY_TLS_PORT if TLS is on, and AWS_SDK_UA_APP_ID (the mark of the Lambda functions).
https://asgi.readthedocs.io/en/stable/specs/www.html
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final
from xml.sax.saxutils import escape

from ministack.app import app as emulator
from ministack.core import sigv4

from local.gateway import access, emulated, public_requests, served
from local.gateway.emulated import OperationError
from local.gateway.http import Request, Response
from local.gateway.public_requests import is_open, is_page

Scope = dict[str, Any]
Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CORS: Final = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI connection: HTTP and lifespan; a WebSocket is closed."""
    if scope["type"] == "lifespan":
        await emulator(scope, receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    else:  # no part of the stack uses WebSockets
        await receive()
        await send({"type": "websocket.close", "code": 1008})


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    request = await _read(scope, receive)
    if request is None:
        return
    cors: Headers = []
    try:
        access.check_host(request, _ports())
        if request.method == "OPTIONS":
            await _answer(send, Response(204), public_requests.preflight(request))
            return
        cors = _CORS if is_open(request) and not is_page(request) else []
        access.check(request, emulated.key(), os.environ["AWS_SDK_UA_APP_ID"])
    except OperationError as refused:
        await _answer(send, _error(request, refused), cors)
        return
    if (own := await served.answer(request)) is not None:
        await _answer(send, own, cors)
    else:
        passed = scope | {"headers": public_requests.passed(scope["headers"], request)}
        await emulator(passed, _replayed(request.body, receive), _with_cors(send, cors))


def _ports() -> list[str]:
    """Return the ports of the gateway: HTTP, then HTTPS if TLS is on."""
    return [port for name in ("GATEWAY_PORT", "GATEWAY_TLS_PORT") if (port := os.environ.get(name))]


async def _read(scope: Scope, receive: Receive) -> Request | None:
    """Return the request with its whole body; None if the client disconnects before the end."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(sigv4.decode_header_value(value))
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= access.LARGEST:  # a longer body is refused, so the rest is dropped
            body += message.get("body", b"")
        more = message.get("more_body", False)
    raw_path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    return Request(
        scope["method"], scope["path"], raw_path.decode("latin-1"), query, headers, bytes(body), scope["scheme"]
    )


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that replays the body to the emulator, then continues with the real one."""
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _with_cors(send: Send, cors: Headers) -> Send:
    """Replace the emulator's CORS headers: it lets every web page read every response, even private ones."""

    async def checked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*filter(_is_kept, message["headers"]), *cors]}
        await send(message)

    return checked


def _is_kept(header: tuple[bytes, bytes]) -> bool:
    return not bytes(header[0]).lower().startswith(b"access-control-")


def _error(request: Request, refused: OperationError) -> Response:
    """Return an error in the protocol of the request: JSON as for Cognito, XML as for CloudFormation."""
    kind = request.header("content-type")
    if "json" in kind or not kind:
        body = json.dumps({"__type": refused.code, "message": refused.message})
        return Response(refused.status, headers={"content-type": emulated.JSON}, content=body)
    error = f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message></Error>"
    body = f"<ErrorResponse>{error}</ErrorResponse>"
    return Response(refused.status, headers={"content-type": "text/xml"}, content=body)


async def _answer(send: Send, answer: Response, cors: Headers) -> None:
    answer.headers["content-length"] = str(len(answer.content))
    started = {"type": "http.response.start", "status": answer.status_code, "headers": answer.headers.raw}
    await _with_cors(send, cors)(started)
    await send({"type": "http.response.body", "body": answer.content})
