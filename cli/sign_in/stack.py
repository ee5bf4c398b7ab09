"""What a stack says about itself: its outputs, read by the command that owns them.

The local stack is read by `python -m local outputs`, any other by the ordinary `pulumi stack output`; nothing else of
a stack is looked at, so signing in works the same on all of them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from cli.sign_in.errors import StackError, UnknownNameError, plain

CHECKOUT = Path(__file__).resolve().parents[2]
LOCAL = "local"
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
OPENID = "openid"
# The scopes Cognito itself knows; every other one belongs to an API of the stack.
# https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
OWN_SCOPES = frozenset({OPENID, "email", "phone", "profile", "aws.cognito.signin.user.admin"})


def _is_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("no address of a server")
    return url


Address = Annotated[str, AfterValidator(_is_address)]


class _Output(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Api(_Output):
    """One API: its identifier, and its scopes by their full names."""

    identifier: str
    scopes: list[str]


class Client(_Output):
    """One app client. Without callback URLs it is a client_credentials one: no person signs in with it."""

    client_id: str
    scopes: list[str] = []
    callback_urls: list[str] = []
    login_url: str | None = None
    logout_urls: list[str] | None = None

    @property
    def loopback_callbacks(self) -> list[str]:
        """The callbacks this machine can listen on by itself."""
        return [url for url in self.callback_urls if is_loopback(url) and url.lower().startswith("http:")]


class Outputs(_Output):
    """The outputs of a stack that is up, by their documented names; others are left aside."""

    user_pool_id: str
    issuer: Address
    jwks_uri: Address
    authorize_url: Address
    token_url: Address
    user_info_url: Address
    logout_url: Address
    apis: dict[str, Api] = {}
    clients: dict[str, Client] = {}
    client_secrets: dict[str, str] = {}

    @property
    def api_endpoint(self) -> str:
        """Where Cognito's API answers: on AWS and on the emulator alike the host that serves the keys."""
        parts = urlsplit(self.jwks_uri)
        return f"{parts.scheme}://{parts.netloc}"


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    try:
        parts = urlsplit(url)
        return parts.hostname in LOOPBACK_HOSTS and parts.port != 0
    except ValueError:  # no URL, or a port that there is not
        return False


def read_outputs(stack: str) -> Outputs:
    """The outputs of a stack that is up.

    Raises StackError with the owning command's own words where there is no such stack, it is not up, or its outputs
    are not the documented ones (their values are never shown: some are secrets).
    """
    if stack == LOCAL:
        command = [sys.executable, "-m", "local", "outputs", "--show-secrets"]
        remedy = "Bring it up with `make up`."
    else:
        command = ["pulumi", "stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", stack]
        remedy = "`pulumi stack ls` shows the stacks there are, `pulumi up` brings one up."
    values = _run(stack, command, remedy)
    if not values:
        raise StackError(f"The stack `{stack}` has no outputs: it is not up. {remedy}")
    try:
        return Outputs.model_validate(values)
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in item["loc"]) for item in error.errors(include_input=False))
        raise StackError(
            f"The outputs of the stack `{stack}` are not those of this program (missing or of another kind: {fields})."
            f" Is it a stack of another project, or older than this checkout? {remedy}"
        ) from None


def _run(stack: str, command: list[str], remedy: str) -> object:
    try:
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        raise StackError(
            f"The outputs of the stack `{stack}` are read with the Pulumi CLI, and there is no `{command[0]}` on PATH."
            " Install it: https://www.pulumi.com/docs/install/. The local stack needs none: leave STACK out."
        ) from None
    except OSError as error:
        raise StackError(
            f"The outputs of the stack `{stack}` cannot be read: `{command[0]}` does not start ({error.strerror})."
        ) from None
    if done.returncode != 0:
        said = done.stderr.strip() or f"`{' '.join(command[:3])}` ended with {done.returncode}"
        if stack != LOCAL:  # whose command says itself what to do
            said += f"\n{remedy}"
        raise StackError(f"The outputs of the stack `{stack}` cannot be read: {said}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise StackError(f"The outputs of the stack `{stack}` are not JSON. {remedy}") from None


def choose_client(outputs: Outputs, name: str | None, last: str | None = None) -> tuple[str, Client]:
    """The client of that name; without one the one used last, or the first public one that comes back here."""
    if not outputs.clients:
        raise UnknownNameError("The stack has no clients. Add one to `identity:clients` in its stack file.")
    if name is None:
        name, _ = default_client(outputs, last)
    if name not in outputs.clients:
        raise UnknownNameError(f"The stack has no client `{plain(name, 60)}`. It has: {', '.join(outputs.clients)}.")
    return name, outputs.clients[name]


def default_client(outputs: Outputs, last: str | None) -> tuple[str, str]:
    """The client that is meant where none is named, and why that one.

    The one that signed in last here: a client that is added to the stack must not take its place.
    """
    if last in outputs.clients and outputs.clients[last].callback_urls:
        return last, "used last here"
    for key, client in outputs.clients.items():
        if client.loopback_callbacks and key not in outputs.client_secrets:
            return (
                key,
                f"the first public one with a callback here; `{plain(last, 60)}`, used last, is gone"
                if last
                else ("the first public one with a callback here"),
            )
    raise UnknownNameError(
        "No client of this stack is public with a callback on this machine, so name one with --client: "
        + ", ".join(outputs.clients)
    )


def choose_scopes(outputs: Outputs, client: Client, wanted: list[str]) -> list[str]:
    """Full scope names: those asked for, short (`project.read`) or full; without any, all that the client has.

    `openid` is added where the client has it, since without it there is no id token to say who signed in.
    """
    if not wanted:
        return list(client.scopes)
    declared = [scope for api in outputs.apis.values() for scope in api.scopes]
    chosen = [OPENID] if client.callback_urls and OPENID in client.scopes else []
    for scope in wanted:
        matches = [full for full in declared if full == scope or full.endswith(f"/{scope}")]
        if len(matches) > 1:
            raise UnknownNameError(
                f"The scope `{scope}` is declared by more than one API. Say: {' or '.join(matches)}."
            )
        full = matches[0] if matches else scope
        if full not in client.scopes:
            why = "is not given to this client" if matches or scope in OWN_SCOPES else "is declared by no API"
            raise UnknownNameError(f"The scope `{scope}` {why}. The client may have: {', '.join(client.scopes)}.")
        chosen.append(full)
    return list(dict.fromkeys(chosen))
