"""Connect to the emulator with botocore, on loopback addresses only: the plugin never connects to real AWS."""

import functools
import ipaddress
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class Refusal(Exception):
    """An error with a message for the user: what is wrong, where, and how to fix it."""


THREADS = 32  # for parallel requests to the emulator; the default is too low

# The official provider's endpoint names -> boto3's service names.
SERVICES = {
    **{"cognitoidentity": "cognito-identity", "cognitoidp": "cognito-idp"},
    **{name: name for name in ("acm", "cloudformation", "iam", "lambda", "logs", "route53", "secretsmanager", "ses")},
    **{name: name for name in ("sesv2", "ssm", "sts", "wafv2")},
}

_SESSION_LOCK = threading.RLock()  # a botocore session is not safe for parallel use
_NOT_FOUND_CODES = frozenset(
    [
        *("ResourceNotFoundException", "NoSuchHostedZone", "NoSuchEntity", "ParameterNotFound", "NotFoundException"),
        "WAFNonexistentItemException",
    ]
)


class Emulator:
    """The emulated account from the stack's `aws:` config.

    Raises Refusal for an endpoint that is not on this machine. A service's endpoint is required only when it is used.
    """

    def __init__(self, region: str, access_key: str, secret_key: str, endpoints: Mapping[str, str]) -> None:
        for service, url in endpoints.items():
            _refuse_unless_loopback(service, url)
        self.region = region
        self.stopped = threading.Event()
        self._keys = (access_key, secret_key)
        self._endpoints = endpoints
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a client for one of SERVICES; one per service and region. Safe to call from several threads."""
        where = region or self.region
        with _SESSION_LOCK:
            if (service, where) not in self._clients:
                self._clients[service, where] = self._connect(service, where)
            return self._clients[service, where]

    def _connect(self, service: str, region: str) -> Any:
        if service not in self._endpoints:
            raise Refusal(
                f"this plugin only speaks to the emulator, and the stack names no endpoint for {service}: "
                f"add `{service}: http://127.0.0.1:<port>` to aws:endpoints in the stack file"
            )
        # No retry: if only the response was lost, a retry would create the resource twice. The next `up` starts over
        # instead. One connection per thread.
        settings = {"read_timeout": 60, "retries": {"total_max_attempts": 1}, "max_pool_connections": THREADS}
        return connect(SERVICES[service], self._endpoints[service], region, self._keys, **settings)


def connect(service: str, url: str, region: str, key: tuple[str, str], **settings: Any) -> Any:
    """Return a client for a service, by its name in boto3, that connects only to this URL."""
    from botocore.config import Config  # not at the top: a preview without changes does not need it

    # No proxy: it would carry loopback requests elsewhere.
    config = Config(connect_timeout=5, proxies={}, **settings)
    names = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1]}
    with _SESSION_LOCK:
        return session().create_client(service, endpoint_url=url, region_name=region, config=config, **names)


@functools.cache
def session() -> Any:
    """Return the shared botocore session."""
    from botocore.session import Session

    return Session()  # shared: it caches the service models, which are slow to load


@functools.cache
def model(service: str) -> Any:
    """Return AWS's model of a service, by its name in boto3."""
    with _SESSION_LOCK:
        return session().get_service_model(service)


def endpoints_of(text: str) -> dict[str, str]:
    """Return service -> URL from `aws:endpoints`, which the engine sends as a JSON list of objects."""
    try:
        entries = json.loads(text)
        return {service: url for entry in entries for service, url in entry.items() if url}
    except (ValueError, AttributeError, TypeError) as error:
        raise Refusal(f"aws:endpoints must be a list of objects, service -> URL; received {text}") from error


def _refuse_unless_loopback(service: str, url: str) -> None:
    try:
        host = urlsplit(url).hostname or ""
        allowed = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        allowed = False
    if not allowed:
        raise Refusal(
            "this plugin only speaks to the emulator on this machine: aws:endpoints names "
            f"{url} for {service}; use http://127.0.0.1:<port>, or the official aws plugin for AWS"
        )


def code_of(error: Exception) -> str:
    """Return AWS's error code, or an empty string for any other error."""
    # The response of a lost connection is None.
    return str((getattr(error, "response", None) or {}).get("Error", {}).get("Code", ""))


def existing(call: Callable[[], T]) -> T | None:
    """Return the result of the call; None if AWS reports that the resource does not exist."""
    try:
        return call()
    except Exception as error:
        missing = code_of(error) == "ValidationError" and "does not exist" in str(error)
        if missing or code_of(error) in _NOT_FOUND_CODES:
            return None
        raise


@contextmanager
def plainly(subject: str) -> Iterator[None]:
    """Turn boto3's errors into a Refusal with the subject, AWS's error code and the fix."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as Unconnected

    try:
        yield
    except Refusal as error:
        raise Refusal(f"{subject}: {error}") from error
    except ClientError as error:
        answer = error.response.get("Error", {})
        raise Refusal(
            f"{subject}: {error.operation_name} was refused: {answer.get('Code')}: {answer.get('Message')}"
        ) from error
    except (HTTPClientError, Unconnected) as error:
        raise Refusal(f"{subject}: the emulator does not answer ({error}); start it with `make up`") from error
    except BotoCoreError as error:
        raise Refusal(f"{subject}: {error}") from error
