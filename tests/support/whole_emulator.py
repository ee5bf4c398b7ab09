"""The emulator with everything in it, for a test that calls an API behind its authorizer, which the gateway has closed.

Nobody but the test may speak to it: each request needs a header that no page and no other program knows.
"""

import os
from typing import Any

from ministack.app import app as emulator

HEADER = "x-of-this-test"
_KEY = os.environ["TEST_KEY"]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The application that hypercorn serves."""
    if scope["type"] == "lifespan":
        await emulator(scope, receive, send)
        return
    given = [value.decode("latin-1") for name, value in scope.get("headers", []) if name.decode("latin-1") == HEADER]
    # The emulator itself gets a pool's keys by HTTP, to check a token.
    public = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].endswith("/.well-known/jwks.json")
    if public or (scope["type"] == "http" and given == [_KEY]):
        await emulator(scope, receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})
