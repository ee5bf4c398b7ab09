"""HTTP requests and responses of the gateway."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2

Response = httpx2.Response

PREFIX: Final = "AWSCognitoIdentityProviderService."  # before the operation in the X-Amz-Target header
TARGET: Final = "x-amz-target"


@dataclass(frozen=True)
class Request:
    """The parts of an HTTP request that the gateway uses; header names are in lower case."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, list[str]]
    body: bytes = b""
    scheme: str = "http"

    def header(self, name: str) -> str:
        """Return the value of a header; empty if it is missing or repeated."""
        values = self.headers.get(name, [])
        return values[0] if len(values) == 1 else ""

    def parameters(self) -> list[tuple[str, str]]:
        """Return the parameters of the query and of a form in the body."""
        return [*parse_qsl(self.query, keep_blank_values=True), *self._fields()]

    def asked(self) -> dict[str, str]:
        """Return the parameters of the query; for a repeated one, the first value."""
        return dict(reversed(parse_qsl(self.query, keep_blank_values=True)))

    def form(self) -> dict[str, str]:
        """Return the fields of a form in the body; for a repeated one, the first value."""
        return dict(reversed(self._fields()))

    def operation(self) -> str:
        """Return the name of the requested Cognito operation; empty for any other request."""
        target = self.header(TARGET)
        is_one = (self.method, self.path) == ("POST", "/") and target.startswith(PREFIX)
        return target.removeprefix(PREFIX) if is_one else ""

    def json(self) -> dict[str, Any] | None:
        """Return the body as a JSON object, as `json_object` does."""
        return json_object(self.body)

    def cookies(self) -> dict[str, str]:
        """Return the cookies; none if the header is invalid."""
        try:
            return {name: one.value for name, one in SimpleCookie(self.header("cookie")).items()}
        except CookieError:
            return {}

    def origin(self) -> str:
        """Return the gateway's address as the caller used it."""
        return f"{self.scheme}://{self.header('host')}"

    def _fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", errors="replace"), keep_blank_values=True)


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return a body as a JSON object; `{}` for an empty body, None if it is not an object."""
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def of_json(content: Mapping[str, Any], status: int = 200, kind: str = "application/json") -> Response:
    """Return a JSON response that must not be cached."""
    return Response(status, headers={"content-type": kind, "cache-control": "no-store"}, content=json.dumps(content))


def redirect(location: str) -> Response:
    """Return a redirect (302) that must not be cached."""
    to = location.encode("ascii", errors="ignore")
    return Response(302, headers={b"location": to, b"cache-control": b"no-store"})
