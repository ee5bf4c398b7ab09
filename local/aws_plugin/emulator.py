"""The way to the emulator, and the only way out of this plugin: botocore, on loopback endpoints alone."""

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
    """Something to tell the user as it stands: what, where, and what fixes it."""


THREADS = 32  # that wait for the emulator; the default of a few would make parallel work queue up

# The official provider's endpoint names -> boto3's service names.
SERVICES = {
    **{"cognitoidentity": "cognito-identity", "cognitoidp": "cognito-idp"},
    **{name: name for name in ("acm", "cloudformation", "iam", "lambda", "logs", "route53", "secretsmanager", "ses")},
    **{name: name for name in ("sesv2", "ssm", "sts", "wafv2")},
}

_MAKING = threading.RLock()  # a session does one thing at a time
_GONE = frozenset(
    [
        *("ResourceNotFoundException", "NoSuchHostedZone", "NoSuchEntity", "ParameterNotFound", "NotFoundException"),
        "WAFNonexistentItemException",
    ]
)


class Emulator:
    """The emulated account as the stack's `aws:` config describes it.

    Raises Refusal on an endpoint that is not on this machine; asks for an endpoint only when a service is used.
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
        """A client for one of SERVICES, made once a service and region. Safe to call from several threads."""
        where = region or self.region
        with _MAKING:
            if (service, where) not in self._clients:
                self._clients[service, where] = self._connect(service, where)
            return self._clients[service, where]

    def _connect(self, service: str, region: str) -> Any:
        if service not in self._endpoints:
            raise Refusal(
                f"this plugin only speaks to the emulator, and the stack names no endpoint for {service}: "
                f"add `{service}: http://127.0.0.1:<port>` to aws:endpoints in the stack file"
            )
        # No second attempt: where only the answer was lost, it would make the thing twice; the next `up` clears up
        # instead. A connection for each thread that calls.
        settings = {"read_timeout": 60, "retries": {"total_max_attempts": 1}, "max_pool_connections": THREADS}
        return connect(SERVICES[service], self._endpoints[service], region, self._keys, **settings)


def connect(service: str, url: str, region: str, key: tuple[str, str], **settings: Any) -> Any:
    """A client for a service, by boto3's name of it, that goes to this URL alone."""
    from botocore.config import Config  # here, since a preview of nothing new never needs it

    # No proxy: it would carry loopback requests elsewhere.
    config = Config(connect_timeout=5, proxies={}, **settings)
    names = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1]}
    with _MAKING:
        return session().create_client(service, endpoint_url=url, region_name=region, config=config, **names)


@functools.cache
def session() -> Any:
    """Botocore's, with nothing of a person's own in it."""
    from botocore.session import Session

    return Session()  # it keeps the descriptions of the services, which take longest to read


@functools.cache
def model(service: str) -> Any:
    """AWS's model of a service, by boto3's name of it."""
    with _MAKING:
        return session().get_service_model(service)


def endpoints_of(text: str) -> dict[str, str]:
    """`aws:endpoints` as the engine hands it over: a JSON list of objects, service -> URL."""
    try:
        entries = json.loads(text)
        return {service: url for entry in entries for service, url in entry.items() if url}
    except (ValueError, AttributeError, TypeError) as error:
        raise Refusal(f"aws:endpoints must be a list of objects, service -> URL; received {text}") from error


def _refuse_unless_loopback(service: str, url: str) -> None:
    try:
        host = urlsplit(url).hostname or ""
        good = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        good = False
    if not good:
        raise Refusal(
            "this plugin only speaks to the emulator on this machine: aws:endpoints names "
            f"{url} for {service}; use http://127.0.0.1:<port>, or the official aws plugin for AWS"
        )


def code_of(error: Exception) -> str:
    """AWS's error code, or an empty string for any other error."""
    # A lost connection is an error whose response is None.
    return str((getattr(error, "response", None) or {}).get("Error", {}).get("Code", ""))


def existing(call: Callable[[], T]) -> T | None:
    """What the call answers, or None where AWS says that the thing asked for does not exist."""
    try:
        return call()
    except Exception as error:
        missing = code_of(error) == "ValidationError" and "does not exist" in str(error)
        if missing or code_of(error) in _GONE:
            return None
        raise


@contextmanager
def plainly(subject: str) -> Iterator[None]:
    """Turn what boto3 raises into a Refusal that names the subject, AWS's code and what to do."""
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
