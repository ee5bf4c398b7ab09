"""Calls of Cognito's own API rather than of its sign-in pages: revoking a session, and making a test user.

The API answers on the host that serves the pool's keys, on AWS and on the emulator alike. It is called without boto3's
client, which would read the AWS profile, files and variables of whoever runs it, and fail where they are broken: all
that is needed is in the stack's outputs, and no call here is made with anybody's own AWS credentials.
"""

import json
import re
import secrets
import string
from collections.abc import Mapping

from pydantic import BaseModel

from cli.outputs import Outputs, is_loopback
from cli.sign_in.errors import TokenRequestError, plain
from cli.sign_in.oauth import connection_errors, http_client
from cli.signature import signed
from local import keys
from local.console import Failure

_LONGEST_MINIMUM = 99  # of a password policy
_EMAIL = re.compile(r"[^@]+@[^@]+\.[^@]+")


class LocalUser(BaseModel):
    """A user who can sign in on a local stack."""

    name: str
    email: str
    password: str


class _ApiError(Failure):
    """The API's error response."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation} was refused: {plain(code)}: {plain(message)}")
        self.code = code


def revoke(outputs: Outputs, client_id: str, secret: str | None, refresh_token: str) -> None:
    """End a session on the server: the refresh token and every access token made from it.

    By RevokeToken, which takes no AWS credentials; the `/oauth2/revoke` endpoint does the same. Raises
    TokenRequestError where the client has token revocation switched off.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
    """
    request = {"Token": refresh_token, "ClientId": client_id} | ({"ClientSecret": secret} if secret else {})
    try:
        _call(outputs, "RevokeToken", request)
    except _ApiError as error:
        raise TokenRequestError(
            f"The server did not revoke the session ({plain(error.code)}): it stays valid until it expires. Is token"
            " revocation enabled for this client?"
        ) from None


def make_local_user(outputs: Outputs, name: str) -> LocalUser:
    """A confirmed user of a local stack; one of that name gets a new password.

    Local stacks only. On AWS users sign up on the login page.
    """
    if not is_loopback(outputs.jwks_uri):
        raise Failure(
            f"Test users are made on local stacks only; this one is at {outputs.api_endpoint}."
            " There users sign up themselves, on the login page: `make login` opens it."
        )
    email = _email(name)
    user = {"UserPoolId": outputs.user_pool_id, "Username": name}
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    key = keys.own()
    try:
        _call(outputs, "AdminCreateUser", user | {"UserAttributes": attributes, "MessageAction": "SUPPRESS"}, key)
    except _ApiError as error:
        if error.code != "UsernameExistsException":  # then this run is for a new password
            raise
    return LocalUser(name=name, email=email, password=_set_password(outputs, user, key))


def _set_password(outputs: Outputs, user: Mapping[str, object], key: keys.Key) -> str:
    """A new password; one that is easy to type, unless the pool asks for a longer one."""
    password = _password()
    request = {**user, "Permanent": True}
    try:
        _call(outputs, "AdminSetUserPassword", request | {"Password": password}, key)
    except _ApiError as error:
        if error.code != "InvalidPasswordException":
            raise
        password = _password(_LONGEST_MINIMUM)
        _call(outputs, "AdminSetUserPassword", request | {"Password": password}, key)
    return password


def _call(outputs: Outputs, operation: str, request: Mapping[str, object], key: keys.Key | None = None) -> None:
    """Call an operation, signed with a key of the emulator's or unsigned. Raises _ApiError for an error response."""
    url = f"{outputs.api_endpoint}/"
    body = json.dumps(request).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
    }
    if key is not None:
        headers = signed("POST", url, outputs.region, key, headers, body)
    with connection_errors(url), http_client(url) as client:
        response = client.post(url, content=body, headers=headers)
    if response.is_success:
        return
    try:
        error = response.json()
        code, message = str(error["__type"]).rpartition("#")[2], str(error.get("message", error.get("Message", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failure(f"{url} failed with {response.status_code}. Try again.") from None
    if response.status_code >= 500 or code == "TooManyRequestsException":
        raise Failure(f"{url} failed with {response.status_code} ({plain(code)}). Try again.")
    raise _ApiError(operation, code, message)


def _email(name: str) -> str:
    """An address for a user of that name; one that is an address already is taken as it is."""
    return name if _EMAIL.fullmatch(name) else f"{re.sub(r'[^A-Za-z0-9._+-]', '-', name)}@example.com"


def _password(length: int = 20) -> str:
    """A random password with every kind of character, so that no password policy refuses it."""
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!"]
    drawn = [secrets.choice(kind) for kind in kinds]
    drawn += [secrets.choice("".join(kinds)) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
