"""The inbox of the local stack: `make mail`."""

import json
import webbrowser
from datetime import datetime
from typing import Any

import click
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cli import http
from cli.sign_in.browser import can_open
from cli.sign_in.errors import plain
from local import emulator, environment, keys
from local.console import Failure, give, say


@click.command()
@click.option("--open", "in_browser", is_flag=True, help="Open the inbox in a browser.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages as JSON.")
def mail(in_browser: bool, as_json: bool) -> None:
    """Print the messages that the local stack has sent, with codes and links, the newest last."""
    port = emulator.running_port()
    if port is None:
        raise Failure("The emulator is not running, so there are no messages. Start it: make up")
    page = f"http://127.0.0.1:{port}/_mail"
    if in_browser:
        say(f"The inbox: {page}")
        if can_open():
            webbrowser.open(page)
        return
    received = messages(port)
    if as_json:
        give(json.dumps(received, indent=2))
        return
    for message in reversed(received):
        give(_text(message))
    say(f"{_counted(received)}: {page}")


def messages(port: int) -> list[dict[str, Any]]:
    """Return the inbox, the newest message first, each with the fields of `local.gateway.messages.Message`.

    Raises Failure if the emulator does not answer.
    """
    url = f"http://127.0.0.1:{port}/_mail/messages"
    with http.client(url) as client:
        answer = client.get(url, headers=_signature(url))
    if not answer.is_success:
        raise Failure(
            f"{url} answers {answer.status_code}. The emulator may be from an older checkout. Replace it: make up"
        )
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def _signature(url: str) -> dict[str, str]:
    """Return the headers of a GET request signed with the emulator's access key (Signature Version 4)."""
    request, key = AWSRequest("GET", url), keys.own()
    SigV4Auth(Credentials(key.id, key.secret), "cognito-idp", environment.REGION).add_auth(request)
    return dict(request.headers.items())


def _text(message: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(message["at"]).astimezone()
    lines = [f"{at:%H:%M:%S}  to {plain(message['to'])}: {plain(message['subject'] or 'text message')}"]
    lines += [f"          {name}  {plain(message[name], 2000)}" for name in ("code", "link") if message[name]]
    return "\n".join(lines)


def _counted(received: list[dict[str, Any]]) -> str:
    return {0: "No messages yet", 1: "1 message"}.get(len(received), f"{len(received)} messages")
