"""Calls to the emulator, which runs in the same process: only through its HTTP interface."""

import functools
import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx2
from ministack.app import app

from local import environment
from local.gateway.http import PREFIX, Response, json_object
from local.keys import Key

JSON: Final = "application/x-amz-json-1.1"
FORM: Final = "application/x-www-form-urlencoded"
_EMULATOR: Final = httpx2.ASGITransport(app)

_FAILED: Final = re.compile(r"PreTokenGeneration error: .*'errorMessage': (['\"])(.*?)\1")


class OperationError(Exception):
    """A request refused by the emulator or the gateway.

    Args:
        code: the error code of AWS, such as NotAuthorizedException.
        message: the cause.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@functools.cache
def key() -> Key:
    """Return the checkout's key, from the environment variables of the gateway."""
    return Key(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


def address() -> str:
    """Return the gateway's URL, without TLS."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


async def operate(name: str, **given: Any) -> dict[str, Any]:
    """Run a Cognito operation, signed with the checkout's key. Raises OperationError if it fails."""
    answer = await _signed("cognito-idp", "/", given, {"X-Amz-Target": PREFIX + name, "Content-Type": JSON})
    content = json_object(answer.content) or {}
    if failed := function_failure(answer):
        raise OperationError("UserLambdaValidationException", failed)
    if answer.is_error:
        code, message = content.get("__type", "InternalErrorException"), content.get("message", "")
        raise OperationError(code, message, answer.status_code)
    return content


def function_failure(answer: Response) -> str:
    """Return AWS's message for a failed pre token generation trigger, read from the emulator's error; else empty."""
    content = json_object(answer.content) if answer.status_code == 500 else None
    failed = _FAILED.search((content or {}).get("message", ""))
    return f"PreTokenGeneration failed with error {failed[2]}." if failed else ""


async def invoke(function: str, event: Mapping[str, Any]) -> Response:
    """Invoke a Lambda function by its ARN, and wait for its result."""
    return await _signed("lambda", f"/2015-03-31/functions/{quote(function, safe='')}/invocations", event, {})


async def _signed(service: str, path: str, content: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    from botocore.auth import SigV4Auth  # here: slow to import, and not needed for requests that are only passed on
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    body = json.dumps(content).encode()
    request = AWSRequest(method="POST", url=address() + path, data=body, headers=headers)
    SigV4Auth(Credentials(key().id, key().secret), service, environment.REGION).add_auth(request)
    return await send("POST", path, body, dict(request.headers))


async def post(path: str, form: Mapping[str, str], authorization: str = "") -> Response:
    """Send a form to an endpoint of the emulator."""
    shown = {"Authorization": authorization} if authorization else {}
    return await send("POST", path, urlencode(form).encode(), {"Content-Type": FORM, **shown})


async def send(method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = "") -> Response:
    """Send a request to the emulator, and wait for the whole response."""
    url = f"{address()}{path}{'?' if query else ''}{query}"
    try:
        answer = await _EMULATOR.handle_async_request(httpx2.Request(method, url, headers=headers, content=body))
    except RuntimeError as error:  # a Lambda trigger failed: the emulator's token endpoint does not catch it
        return Response(500, json={"message": str(error)})
    await answer.aread()
    return answer
