"""A stack's outputs, as documented in docs/outputs.md."""

import json
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from identity.loopback import PLAIN_HTTP
from local import paths, pulumi_command, state
from local.console import Failure


def _is_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError("no address of a server")
    return url


Address = Annotated[str, AfterValidator(_is_address)]


class _Output(BaseModel):
    # Outputs that no command reads are kept for the export.
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="allow")


class ApiOutput(_Output):
    """One API: its identifier and the full names of its scopes."""

    identifier: str
    scopes: list[str]


class ClientOutput(_Output):
    """One app client. Without callback URLs it is a machine-to-machine client: users do not sign in with it."""

    client_id: str
    scopes: list[str] = []
    callback_urls: list[str] = []
    login_url: str | None = None
    logout_urls: list[str] | None = None

    @property
    def loopback_callbacks(self) -> list[str]:
        """The callback URLs that a command on this machine can listen on."""
        return [url for url in self.callback_urls if is_loopback(url) and url.lower().startswith("http:")]


class Outputs(_Output):
    """The outputs of a deployed stack. Properties are derived, because a stack of an older checkout may lack them."""

    user_pool_id: str
    issuer: Address
    jwks_uri: Address
    # Empty if the pool has no domain.
    authorize_url: Address = ""
    token_url: Address = ""
    user_info_url: Address = ""
    logout_url: Address = ""
    apis: dict[str, ApiOutput] = {}
    clients: dict[str, ClientOutput] = {}
    client_secrets: dict[str, str] = {}

    @property
    def region(self) -> str:
        """The pool's region: the first part of its ID."""
        return self.user_pool_id.partition("_")[0]

    @property
    def revoke_url(self) -> str:
        """The revocation endpoint, next to the token endpoint."""
        return f"{self.token_url.removesuffix('token')}revoke"

    @property
    def discovery_uri(self) -> str:
        """The OpenID Connect discovery document, next to the keys."""
        return f"{self.jwks_uri.removesuffix('jwks.json')}openid-configuration"

    @property
    def is_local(self) -> bool:
        """Whether the stack is on this machine."""
        return is_loopback(self.jwks_uri)

    @property
    def api_endpoint(self) -> str:
        """The address of Cognito's API: on AWS and on the emulator, the host of the keys."""
        parts = urlsplit(self.jwks_uri)
        return f"{parts.scheme}://{parts.netloc}"


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    try:
        parts = urlsplit(url)
        return parts.hostname in PLAIN_HTTP and parts.port != 0
    except ValueError:  # an invalid URL or port
        return False


def read(stack: str) -> Outputs:
    """Return the outputs of a deployed stack, with secrets in plain text.

    Raises Failure if the stack does not exist, is not deployed, or has outputs of another program. The message never
    contains a value, because some are secrets.
    """
    fix = "Log in to its backend: pulumi login <url>. List the stacks: pulumi stack ls. Deploy one: pulumi up"
    if stack == paths.STACK:
        state.deployed()
        fix = "Deploy it: make up"
    done = pulumi_command.run(stack, "stack", "output", "--json", "--show-secrets")
    if done.returncode:
        raise Failure(f"The outputs of the stack `{stack}` cannot be read: {pulumi_command.said(done)}\n{fix}")
    try:
        values = json.loads(done.stdout)
    except ValueError:
        raise Failure(f"The outputs of the stack `{stack}` are not JSON. {fix}") from None
    if not values:
        raise Failure(f"The stack `{stack}` has no outputs, because it is not deployed. {fix}")
    try:
        return Outputs.model_validate(values)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, wrong["loc"])) for wrong in error.errors(include_input=False))
        raise Failure(
            f"The outputs of the stack `{stack}` are not those of this program (missing or of another type: {fields})."
            f" It may belong to another project or be older than this checkout. {fix}"
        ) from None
