"""Read-only access to the AWS account of a stack. Any call that would change something is refused."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from cli.aws import refusals
from identity.guard.unseen import keep_unknown_members
from local.console import Failure

_READS = re.compile(r"(Describe|Get|List)[A-Z]")
_KEYS = {
    "aws_access_key_id": "aws:accessKey",
    "aws_secret_access_key": "aws:secretKey",
    "aws_session_token": "aws:token",
    "profile_name": "aws:profile",
}
# Describing many clients can exceed Cognito's quotas: the adaptive mode waits and tries again.
_RETRIES: Any = {"mode": "adaptive", "total_max_attempts": 8}
_MISSING = ("ResourceNotFoundException", "NotFoundException", "NoSuchHostedZone", "WAFNonexistentItemException")
# Error codes of the emulator for an operation that it lacks; AWS has all of them.
_NOT_EMULATED = ("InvalidAction", "UnknownOperationException", "NotImplementedException", "400", "404", "501")


class Account:
    """Read-only clients for AWS, or for the URLs in the stack's `aws:endpoints`.

    The credentials come from the stack's `aws:` config; by default, from boto3's usual chain.

    Args:
        config: the stack's config, each value as text.
        region: the default if the config has no `aws:region`.
    """

    def __init__(self, config: Mapping[str, str], region: str | None = None) -> None:
        self._endpoints = _endpoints(config.get("aws:endpoints", "[]"))
        self.emulated = bool(self._endpoints)
        self.place = ", ".join(sorted(set(self._endpoints.values()))) or "AWS"  # for a message
        with refusals("AWS credentials", self.emulated):
            keys = {name: config[key] for name, key in _KEYS.items() if key in config}
            self._session = boto3.session.Session(region_name=config.get("aws:region", region), **keys)  # type: ignore[arg-type]
        if not self._session.region_name:
            raise Failure("No AWS region: set aws:region in the stack file, or AWS_REGION, and try again.")
        self.region: str = self._session.region_name
        self._session.events.register("before-call", _refuse_writes)
        self._session.events.register("after-call.cognito-identity-provider", keep_unknown_members)
        self.client = cache(self._client)

    def _client(self, service: str, region: str | None = None) -> Any:
        endpoint = self._endpoints.get(service.replace("-", ""))
        config = Config(connect_timeout=10, read_timeout=60, retries=_RETRIES, proxies={} if endpoint else None)
        return self._session.client(service, region or self.region, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]

    def ask(self, service: str, operation: str, region: str | None = None, **request: Any) -> dict[str, Any]:
        """Return all pages of the response; empty if the resource is missing or the emulator lacks the operation."""
        if self.emulated and service.replace("-", "") not in self._endpoints:
            return {}  # never ask AWS for what the emulator lacks
        client = self.client(service, region)
        with refusals(operation, self.emulated):
            try:
                if client.can_paginate(operation):
                    return dict(client.get_paginator(operation).paginate(**request).build_full_result())
                answer: dict[str, Any] = getattr(client, operation)(**request)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _MISSING or (self.emulated and code in _NOT_EMULATED):
                    return {}
                raise
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _endpoints(text: str) -> dict[str, str]:
    """Parse `aws:endpoints` as the engine passes it: a JSON list of objects, service -> URL."""
    try:
        return {service: url for entry in json.loads(text) for service, url in entry.items() if url}
    except (ValueError, AttributeError, TypeError):
        raise Failure(f"aws:endpoints: expected a list of objects, service -> URL; received {text}") from None


def _refuse_writes(model: Any, **_: Any) -> None:
    if not _READS.match(model.name):
        raise Failure(f"{model.name} would change AWS, but adoption only reads. Nothing was changed.")
