"""AWS as a command speaks to it about a stack: the emulator for the local one, the person's own AWS for any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from cli.outputs import Outputs
from local import emulator, environment
from local.console import Failure


def client(outputs: Outputs, service: Any) -> Any:
    """A boto3 client, where the stack is."""
    if outputs.is_local:
        environment.shut_out_others()  # a person's own AWS settings, which may be broken
        return emulator.client(service, urlsplit(outputs.jwks_uri).port or 80, region=outputs.region)
    import boto3

    return boto3.session.Session().client(service, region_name=outputs.region)


@contextmanager
def refusals(outputs: Outputs, what: str) -> Iterator[None]:
    """Tell what AWS refuses, and what to do. Raises Failure, which begins with `what`."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        from cli.adopt.trouble import told  # here: it brings boto3 along

        raise Failure(f"{what}: {told(error, outputs.is_local)}") from error
