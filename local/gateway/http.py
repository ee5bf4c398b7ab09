"""An HTTP request as the gateway decides on it, and the answers that it gives."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2

Response = httpx2.Response

PREFIX: Final = "AWSCognitoIdentityProviderService."  # of Cognito's operations
TARGET: Final = "x-amz-target"


@dataclass(frozen=True)
class Request:
    """What a decision needs of an HTTP request."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, list[str]]
    body: bytes = b""
    scheme: str = "http"

    def header(self, name: str) -> str:
        """The one value of a header; empty where it is missing or stands there twice."""
        values = self.headers.get(name, [])
        return values[0] if len(values) == 1 else ""

    def parameters(self) -> list[tuple[str, str]]:
        """Those of the query and of a form in the body."""
        return [*parse_qsl(self.query, keep_blank_values=True), *self._fields()]

    def asked(self) -> dict[str, str]:
        """The parameters of the query; of one that stands there twice, the first."""
        return dict(reversed(parse_qsl(self.query, keep_blank_values=True)))

    def form(self) -> dict[str, str]:
        """The fields of a form in the body; of one that stands there twice, the first."""
        return dict(reversed(self._fields()))

    def operation(self) -> str:
        """Cognito's operation that it asks for; empty where it asks for something else."""
        target = self.header(TARGET)
        is_one = (self.method, self.path) == ("POST", "/") and target.startswith(PREFIX)
        return target.removeprefix(PREFIX) if is_one else ""

    def json(self) -> dict[str, Any] | None:
        """The JSON object in the body, empty for an empty one; None where it is no object."""
        return json_object(self.body)

    def cookies(self) -> dict[str, str]:
        """The cookies that came along; none where they cannot be read."""
        try:
            return {name: one.value for name, one in SimpleCookie(self.header("cookie")).items()}
        except CookieError:
            return {}

    def origin(self) -> str:
        """The address that the gateway was called by."""
        return f"{self.scheme}://{self.header('host')}"

    def _fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", errors="replace"), keep_blank_values=True)


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, empty for an empty one; None where it is no object."""
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def of_json(content: Mapping[str, Any], status: int = 200, kind: str = "application/json") -> Response:
    """An answer of JSON that nobody keeps."""
    return Response(status, headers={"content-type": kind, "cache-control": "no-store"}, content=json.dumps(content))


def redirect(location: str) -> Response:
    """An answer that sends a browser elsewhere."""
    to = location.encode("ascii", errors="ignore")
    return Response(302, headers={b"location": to, b"cache-control": b"no-store"})
