"""What is asked of Cognito's own API rather than of its sign-in pages: revoking a session, and making a test user.

The API answers on the host that serves the pool's keys, on AWS and on the emulator alike.
"""

import contextlib
import secrets
import string

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
from pydantic import BaseModel

from local import keys
from sign_in.errors import RefusedGrantError, SignInError, StackError, plain
from sign_in.oauth import server_down
from sign_in.stack import Outputs, is_loopback


class LocalUser(BaseModel):
    """A person who can sign in on a local stack."""

    name: str
    email: str
    password: str


def revoke(outputs: Outputs, client_id: str, secret: str | None, refresh_token: str) -> None:
    """End a session on the server: the refresh token and every access token made from it.

    RevokeToken and not the `/oauth2/revoke` page, which does the same: the emulator has only the former. It takes no
    AWS credentials. Raises RefusedGrantError where the client has token revocation switched off.
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
    """
    cognito = _client(outputs, Config(signature_version=UNSIGNED, retries={"total_max_attempts": 2}))
    try:
        if secret is None:
            cognito.revoke_token(Token=refresh_token, ClientId=client_id)
        else:
            cognito.revoke_token(Token=refresh_token, ClientId=client_id, ClientSecret=secret)
    except ClientError as error:
        raise RefusedGrantError(
            f"The server did not revoke the session ({plain(error.response['Error']['Code'])}): it goes on until it"
            " expires. Is token revocation switched on for this client?"
        ) from None
    except BotoCoreError as error:
        raise server_down(outputs.api_endpoint, error) from None


def make_local_user(outputs: Outputs, name: str) -> LocalUser:
    """A confirmed user of a local stack; one of that name gets a new password.

    Local stacks only: the emulator has no sign-up page and sends no mail. On AWS people sign up on the hosted page.
    """
    if not is_loopback(outputs.jwks_uri):
        raise StackError(
            f"Test users are made on local stacks only; this one is at {outputs.api_endpoint}."
            " There people sign up themselves, on the login page: `make login` opens it."
        )
    user = LocalUser(name=name, email=f"{name}@example.com", password=_password())
    cognito = _client(outputs, Config(retries={"total_max_attempts": 2}))
    try:
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):  # then this run is for a new password
            cognito.admin_create_user(
                UserPoolId=outputs.user_pool_id,
                Username=user.name,
                UserAttributes=[{"Name": "email", "Value": user.email}, {"Name": "email_verified", "Value": "true"}],
                MessageAction="SUPPRESS",
            )
        cognito.admin_set_user_password(
            UserPoolId=outputs.user_pool_id, Username=user.name, Password=user.password, Permanent=True
        )
    except ClientError as error:
        said = error.response["Error"]
        raise SignInError(
            f"The user `{plain(name)}` cannot be made: {said['Code']}: {plain(said['Message'])}"
        ) from None
    except BotoCoreError as error:
        raise server_down(outputs.api_endpoint, error) from None
    return user


def _client(outputs: Outputs, config: Config) -> CognitoIdentityProviderClient:
    # The emulator's key is for the emulator alone. On AWS only unsigned calls are made from here.
    key = keys.own() if is_loopback(outputs.jwks_uri) else keys.Key("", "")
    if is_loopback(outputs.jwks_uri):
        config = config.merge(Config(proxies={}))
    return boto3.client(
        "cognito-idp",
        region_name=outputs.user_pool_id.partition("_")[0],
        endpoint_url=outputs.api_endpoint,
        aws_access_key_id=key.id,
        aws_secret_access_key=key.secret,
        config=config,
    )


def _password(length: int = 20) -> str:
    """A random password with every kind of character, so that no password policy refuses it."""
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!"]
    drawn = [secrets.choice(kind) for kind in kinds]
    drawn += [secrets.choice("".join(kinds)) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
