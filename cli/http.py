"""HTTP requests to one server, with httpx: a network error is a Failure with the cause and the fix."""

import contextlib
import functools
import ssl
from collections.abc import Iterator
from typing import Any

import httpx2

from cli.outputs import is_loopback
from local.console import Failure


@contextlib.contextmanager
def client(url: str) -> Iterator[httpx2.Client]:
    """Yield an HTTP client for the server of a URL. Raises Failure if the server cannot be reached."""
    host = httpx2.URL(url).netloc.decode()
    try:
        made = httpx2.Client(**options(url))
    except (httpx2.InvalidURL, ImportError, OSError, ValueError) as error:
        # Values of the environment variables are not shown: they may contain passwords.
        raise Failure(
            f"No request can be sent to {host}: a proxy or the certificates in this shell's environment are invalid"
            f" ({type(error).__name__}). Correct or unset them: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE,"
            " SSL_CERT_DIR."
        ) from None
    try:
        with made:
            yield made
    except httpx2.RequestError as error:
        if is_loopback(url):
            raise Failure(f"The emulated AWS at {host} does not answer. Start it with `make up`.") from None
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Failure(
                f"The certificate of {host} is not one that this machine trusts. Where a proxy decrypts the traffic,"
                " name its certificates: SSL_CERT_FILE=<file>."
            ) from None
        raise Failure(f"{host} does not answer ({type(error).__name__}). Is this machine online?") from None


def options(url: str) -> dict[str, Any]:
    """Return the options of an httpx client. It uses no proxy for loopback addresses."""
    of_environment = not is_loopback(url)
    return {"timeout": 15.0, "trust_env": of_environment, "verify": _certificates(of_environment)}


@functools.cache
def _certificates(of_environment: bool) -> ssl.SSLContext:
    """Return the trusted certificates. Cached, because reading them takes longer than a request."""
    return httpx2.create_ssl_context(trust_env=of_environment)
