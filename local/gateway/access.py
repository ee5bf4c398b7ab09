"""Access control of the emulator: privileged requests need this checkout's key.

The emulator itself answers anybody, and any web page can send requests to 127.0.0.1. So nothing comes to it but

- requests that are signed with the checkout's key (Signature Version 4,
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
- what AWS has open to everybody: the sign-in pages and endpoints, the pool's keys, the APIs behind API Gateway, and the
  operations of Cognito that take no signature, these with CORS as AWS has them,
- requests of the functions that the emulator itself runs: their SDKs show a mark that nothing else is given. Their
  session keys alone would not do, for the emulator makes these of names; their signature, and what their role may do,
  the emulator checks,
- the question whether it is up.

A request for another host than this machine is refused with 421: a page whose name was made to point here sends one.
Everything else is refused with 403. Pure.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ministack.core import sigv4

from local.gateway import public_requests
from local.gateway.http import Request
from local.gateway.public_requests import is_open
from local.keys import Key

_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
_HEALTH: Final = "/_ministack/health"
LARGEST: Final = 16 * 2**20  # bytes of a body; the largest that AWS takes for a sign-in stack are a few MB
MISDIRECTED: Final = 421
_OURS_ONLY: Final = (
    "This emulator only accepts requests that are signed with its checkout's key. `make env` prints the key and "
    "the address, as `export` lines for the AWS CLI and SDKs."
)


@dataclass(frozen=True)
class Refused:
    """An answer in the place of the emulator's."""

    status: int
    code: str
    message: str


def refusal(request: Request, ports: Sequence[str], key: Key, mark: str) -> Refused | None:
    """Why the emulator does not get a request; None where it does.

    Args:
        request: whatever came.
        ports: where the gateway listens.
        key: the checkout's.
        mark: what the functions of this emulator show.
    """
    if request.header("host") not in {f"{host}:{port}" for host in _HOSTS for port in ports}:
        told = f"This is 127.0.0.1:{ports[0]} and does not answer for other hosts."
        return Refused(MISDIRECTED, "MisdirectedRequest", told)
    if refused := _odd(request):
        return refused
    if is_open(request):
        return _posted_elsewhere(request)
    if (request.method, request.path) == ("GET", _HEALTH):
        return None
    return _unsigned(request, key, mark)


def _odd(request: Request) -> Refused | None:
    """What the emulator would read otherwise than it is read here, or not at all."""
    if len(request.body) > LARGEST:
        return Refused(413, "RequestEntityTooLarge", f"A body has {LARGEST:,} bytes at most here.")
    if not (request.raw_path + request.query).isascii():
        return Refused(400, "InvalidRequest", "The address has to be percent-encoded.")
    if "content-encoding" in request.headers:
        return Refused(415, "UnsupportedMediaType", "Send the body without Content-Encoding.")
    if public_requests.is_unsigned_operation(request) and request.json() is None:
        return Refused(400, "SerializationException", "The body has to be a JSON object.")
    return None


def _posted_elsewhere(request: Request) -> Refused | None:
    """A form of our pages that was sent by another page: it would sign its reader in as somebody else."""
    origin = request.header("origin")
    if not public_requests.is_form(request) or "origin" not in request.headers:
        return None
    if urlsplit(origin).netloc == request.header("host"):
        return None
    return Refused(403, "Forbidden", "Only the sign-in pages can submit their forms.")


def _unsigned(request: Request, key: Key, mark: str) -> Refused | None:
    headers = {name: ",".join(values) for name, values in request.headers.items()}
    if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        return Refused(403, "MissingAuthenticationToken", _OURS_ONLY)
    signature = sigv4.parse_header_signature(headers)
    of_a_function = f"app/{mark}" in request.header("user-agent").split()
    if isinstance(signature, tuple) or (signature.access_key_id != key.id and not of_a_function):
        return Refused(403, "InvalidClientTokenId", _OURS_ONLY)
    if refused := _partly_signed(request, signature.signed_headers.split(";")):
        return refused
    if signature.access_key_id != key.id:
        return None
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
