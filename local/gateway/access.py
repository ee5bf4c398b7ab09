"""Access control of the emulator: privileged requests need this checkout's key.

The emulator itself accepts every request, and any web page can send requests to 127.0.0.1. So the gateway passes only

- requests signed with the checkout's key (Signature Version 4,
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
- requests that are public on AWS: the sign-in pages and endpoints, the pool's keys, API Gateway APIs, and the
  Cognito operations that need no signature, with the same CORS headers as on AWS,
- requests of Lambda functions that the emulator runs. Their SDKs send a secret mark in the user agent. Their access key
  is no proof, because the emulator derives it from names. The emulator checks their signature and permissions,
- the health check.

A request for another host is refused with 421: this stops DNS rebinding. Everything else is refused with 403. Pure.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ministack.core import sigv4

from local.gateway import public_requests
from local.gateway.emulated import OperationError
from local.gateway.http import Request
from local.gateway.public_requests import is_open
from local.keys import Key

_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
_HEALTH: Final = "/_ministack/health"
LARGEST: Final = 16 * 2**20  # bytes of a body; the largest requests of a sign-in stack are a few MB
_KEY_REQUIRED: Final = (
    "This emulator only accepts requests that are signed with its checkout's key. `make env` prints the key and "
    "the address, as `export` lines for the AWS CLI and SDKs."
)


def check_host(request: Request, ports: Sequence[str]) -> None:
    """Raise OperationError if the Host header is not this machine with one of the gateway's ports."""
    if request.header("host") not in {f"{host}:{port}" for host in _HOSTS for port in ports}:
        message = f"This is 127.0.0.1:{ports[0]} and does not answer for other hosts."
        raise OperationError("MisdirectedRequest", message, 421)


def check(request: Request, key: Key, mark: str) -> None:
    """Raise OperationError if a request must not reach the emulator.

    Args:
        request: any HTTP request.
        key: the checkout's key.
        mark: the secret in the user agent of this emulator's Lambda functions.
    """
    _check_form(request)
    if is_open(request):
        _check_origin(request)
    elif (request.method, request.path) != ("GET", _HEALTH):
        _check_signature(request, key, mark)


def _check_form(request: Request) -> None:
    """Refuse what the emulator would parse differently from the gateway, or could not parse."""
    if len(request.body) > LARGEST:
        raise OperationError("RequestEntityTooLarge", f"A body has {LARGEST:,} bytes at most here.", 413)
    if not (request.raw_path + request.query).isascii():
        raise OperationError("InvalidRequest", "The address has to be percent-encoded.", 400)
    if "content-encoding" in request.headers:
        raise OperationError("UnsupportedMediaType", "Send the body without Content-Encoding.", 415)
    if public_requests.is_unsigned_operation(request) and request.json() is None:
        raise OperationError("SerializationException", "The body has to be a JSON object.", 400)


def _check_origin(request: Request) -> None:
    """Refuse a form sent by a foreign page: it could sign the user in to another account (login CSRF)."""
    if not public_requests.is_form(request) or "origin" not in request.headers:
        return
    if urlsplit(request.header("origin")).netloc != request.header("host"):
        raise OperationError("Forbidden", "Only the sign-in pages can submit their forms.", 403)


def _check_signature(request: Request, key: Key, mark: str) -> None:
    """Require the checkout's signature, or the mark of a Lambda function, whose signature the emulator checks."""
    headers = {name: ",".join(values) for name, values in request.headers.items()}
    if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        raise OperationError("MissingAuthenticationToken", _KEY_REQUIRED, 403)
    signature = sigv4.parse_header_signature(headers)
    from_function = f"app/{mark}" in request.header("user-agent").split()
    if isinstance(signature, tuple) or (signature.access_key_id != key.id and not from_function):
        raise OperationError("InvalidClientTokenId", _KEY_REQUIRED, 403)
    _check_signed_parts(request, signature.signed_headers.split(";"))
    if signature.access_key_id != key.id:
        return
    failure = sigv4.request_time_failure(signature) or sigv4.header_signature_failure(
        signature,
        key.secret,
        request.method,
        request.raw_path,
        parse_qs(request.query, keep_blank_values=True),
        headers,
        request.body,
    )
    if failure:
        raise OperationError(failure[0], failure[1], 403)


def _check_signed_parts(request: Request, signed: list[str]) -> None:
    """Require a signature over what AWS requires: the host, the `x-amz-` headers and the body."""
    unsigned = [name for name in request.headers if name == "host" or name.startswith("x-amz-")]
    unsigned = sorted(set(unsigned) - {name.lower() for name in signed})
    if unsigned:
        raise OperationError("SignatureDoesNotMatch", f"These headers have to be signed: {', '.join(unsigned)}.", 403)
    stated = request.headers.get("x-amz-content-sha256")
    if stated and stated != [hashlib.sha256(request.body).hexdigest()]:
        raise OperationError("SignatureDoesNotMatch", "x-amz-content-sha256 is not the SHA-256 of the body.", 403)
