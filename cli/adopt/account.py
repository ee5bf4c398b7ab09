"""The AWS account that a stack is deployed to, for reading: any call that would change something is refused here."""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import boto3
from botocore.config import Config

from cli.adopt.report import AdoptError
from cli.adopt.trouble import reading
from local.aws_plugin.emulator import SERVICES, Emulator, endpoints_of

_READS = re.compile(r"(Describe|Get|List)[A-Z]")
_KEYS = ("accessKey", "secretKey", "token", "profile")


class Account(Emulator):
    """Clients for the readers of `local.aws_plugin`, at AWS or where the stack's `aws:endpoints` say.

    At AWS the credentials are those of boto3's usual chain, unless the stack's `aws:` config names others.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        keys = {key: config[f"aws:{key}"] for key in _KEYS if f"aws:{key}" in config}
        with reading("aws:endpoints", emulated=False):
            endpoints = endpoints_of(config.get("aws:endpoints", "[]"))
        self.emulated = bool(endpoints)
        with self.reading("AWS credentials"):
            self._boto = boto3.session.Session(
                aws_access_key_id=keys.get("accessKey"),
                aws_secret_access_key=keys.get("secretKey"),
                aws_session_token=keys.get("token"),
                profile_name=keys.get("profile"),
                region_name=config.get("aws:region"),
            )
        if not self._boto.region_name:
            raise AdoptError("No AWS region: set aws:region in the stack's file, or AWS_REGION, then try again.")
        super().__init__(self._boto.region_name, "", "", {})
        self._endpoints = endpoints
        self._boto.events.register("before-call", _refuse_writes)

    def reading(self, subject: str) -> AbstractContextManager[None]:
        """Say what goes wrong meanwhile in words of this account, AWS's or the emulator's."""
        return reading(subject, self.emulated)

    def _connect(self, service: str, region: str) -> Any:
        endpoint = self._endpoints.get(service)
        return self._boto.client(
            SERVICES[service],  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=endpoint,
            # Describing many clients runs into Cognito's quotas: wait as it says, and go on.
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"mode": "adaptive", "total_max_attempts": 8},
                proxies={} if endpoint else None,
            ),
        )


def _refuse_writes(model: Any, **_: Any) -> None:
    if not _READS.match(model.name):
        raise AdoptError(f"{model.name} would change something in AWS, and adoption only reads. Nothing was changed.")


def shown_place(config: Mapping[str, str]) -> str:
    """Where that account is, for a message."""
    urls = {url for entry in json.loads(config.get("aws:endpoints", "[]")) for url in entry.values()}
    return ", ".join(sorted(urls)) or "AWS"
