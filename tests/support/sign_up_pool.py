"""A pool of a single test on the emulator, an app that calls it, and the mail sent to its users."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import boto3
import httpx2
from botocore import UNSIGNED
from botocore.config import Config

from local import keys
from tests.support import http, signing

PASSWORD = "Correct-horse-9"
CALLBACK = "http://localhost:3000/callback"


@dataclass
class Pool:
    """A pool and its main app client."""

    url: str
    admin: Any
    id: str
    client: dict[str, Any]

    @property
    def app(self) -> Any:
        """Return Cognito's API as an app calls it: without a signature."""
        config = Config(signature_version=UNSIGNED, proxies={}, retries={"total_max_attempts": 1})
        return boto3.client("cognito-idp", endpoint_url=self.url, region_name="us-east-1", config=config)

    def aws(self, service: str) -> Any:
        """Return another service of the same emulator, with the checkout's key."""
        return of_account(self.url, service)

    @property
    def client_id(self) -> str:
        return str(self.client["ClientId"])

    def another_client(self, **settings: Any) -> "Pool":
        """Return the same pool with a new app client."""
        made = self.admin.create_user_pool_client(UserPoolId=self.id, **{**CLIENT, **settings})["UserPoolClient"]
        return Pool(self.url, self.admin, self.id, made)

    def sign_up(self, username: str = "ada", password: str = PASSWORD, **attributes: str) -> Any:
        """Call SignUp. The default attribute is an email address."""
        given = attributes or {"email": f"{username}@example.com"}
        return self.app.sign_up(**self.named(username), Password=password, UserAttributes=listed(given))

    def named(self, name: str) -> dict[str, str]:
        """Return the parameters that identify a user in each operation, with SecretHash if the client has a secret."""
        named = {"ClientId": self.client_id, "Username": name}
        if secret := self.client.get("ClientSecret"):
            proof = hmac.new(secret.encode(), (name + self.client_id).encode(), hashlib.sha256).digest()
            named["SecretHash"] = base64.b64encode(proof).decode()
        return named

    def person(self, name: str = "ada", **attributes: str) -> None:
        """Create a confirmed user with a verified email address."""
        given = {"email": f"{name}@example.com", "email_verified": "true"} | attributes
        named = {"UserPoolId": self.id, "Username": name}
        self.admin.admin_create_user(**named, UserAttributes=listed(given), MessageAction="SUPPRESS")
        self.admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)

    def attributes(self, name: str = "ada") -> dict[str, str]:
        found = self.admin.admin_get_user(UserPoolId=self.id, Username=name)
        return {one["Name"]: one["Value"] for one in found["UserAttributes"]}

    def status(self, name: str = "ada") -> str:
        return str(self.admin.admin_get_user(UserPoolId=self.id, Username=name)["UserStatus"])

    def tokens(self, name: str = "ada", password: str = PASSWORD) -> Any:
        """Call InitiateAuth with a username and a password."""
        named = {"USERNAME": name, "PASSWORD": password}
        if proof := self.named(name).get("SecretHash"):
            named["SECRET_HASH"] = proof
        asked = {"ClientId": self.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": named}
        return self.app.initiate_auth(**asked)["AuthenticationResult"]

    def mail(self) -> list[dict[str, Any]]:
        """Return the sent messages, newest first."""
        found: list[dict[str, Any]] = signing.send("GET", f"{self.url}/_mail/messages").json()["messages"]
        return found

    def post(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        return http.post(self.url + path, data=form, headers=headers)

    def authorize_query(self, **changed: str) -> str:
        """Return the query string of an authorization request for this client."""
        asked = {"client_id": self.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid"}
        return urlencode({name: value for name, value in {**asked, "state": "s", **changed}.items() if value})


CLIENT: dict[str, Any] = {
    "ClientName": "app",
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": [CALLBACK],
    "LogoutURLs": ["http://localhost:3000/bye"],
    "PreventUserExistenceErrors": "ENABLED",
}


def of_account(url: str, service: Any) -> Any:
    """Return a service with the account's key, as administrators call it."""
    key = keys.own()
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key.id,
        aws_secret_access_key=key.secret,
    )


def make_pool(url: str, client: dict[str, Any] | None = None, **settings: Any) -> Pool:
    """Create a pool that verifies email addresses, with additional settings, and a client."""
    admin = of_account(url, "cognito-idp")
    given = {"PoolName": "people", "AutoVerifiedAttributes": ["email"], **settings}
    made = admin.create_user_pool(**given)["UserPool"]
    return Pool(url, admin, made["Id"], {}).another_client(**(client or {}))


def listed(attributes: dict[str, str]) -> list[dict[str, str]]:
    """Return attributes in the form of Cognito's operations."""
    return [{"Name": name, "Value": value} for name, value in attributes.items()]
