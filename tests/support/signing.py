"""Requests signed like those of the AWS CLI and SDKs, also with a part changed afterwards."""

from collections.abc import Mapping

import httpx2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local import keys
from tests.support import http


def headers(
    method: str,
    url: str,
    body: bytes = b"",
    given: Mapping[str, str] | None = None,
    key: keys.Key | None = None,
    service: str = "cognito-idp",
) -> dict[str, str]:
    """Return the headers of a signed request. The default key is that of this checkout."""
    key = key or keys.own()
    request = AWSRequest(method=method, url=url, data=body, headers=dict(given or {}))
    SigV4Auth(Credentials(key.id, key.secret), service, "us-east-1").add_auth(request)
    return dict(request.headers)


def send(
    method: str, url: str, body: bytes = b"", given: Mapping[str, str] | None = None, service: str = "cognito-idp"
) -> httpx2.Response:
    """Sign a request with this checkout's key and send it."""
    signed = headers(method, url, body, given, service=service)
    return http.request(method, url, content=body, headers=signed, timeout=30)
