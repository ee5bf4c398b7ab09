"""An identity provider: its settings, the inputs of its resource, and reading a live one
(https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html).
"""

import hashlib
import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Self

from pydantic import Field

from identity import types
from identity.identity_provider.kinds import KINDS, SECRET_DETAILS, USERNAME, Identifier, Kind, Name, PrivateKey, Url
from identity.setting import SORTED, Change, Codec, Model, setting, words

PATH: Final = "identity:identityProviders"
_FLAG = Codec(lambda value: "true" if value else "false", lambda text: text == "true")
_RSA = Codec(lambda value: "rsa-sha256" if value else None, lambda text: text == "rsa-sha256")
_WORDS = Codec(" ".join, lambda text: re.split(r"[\s,]+", text))
_flag = partial(setting, codec=_FLAG, nothing="false")
_identifies_all_users = partial(
    setting, change=Change.REPLACES, loss="Everybody who signs in with this provider would become a new user."
)
_identifies_users = partial(
    setting,
    change=Change.MATTERS,
    loss="The provider may send other user ids for it, so users would become new users.",
)


class IdentityProvider(Model):
    """An external identity provider. Its name is part of the user name of all users who sign in with it."""

    type: Annotated[types.Text, types.one_of(*KINDS)] = _identifies_all_users(
        "google, facebook, amazon, apple, oidc or saml.",
        "providerType",
        default=...,
        codec=words({key: kind.aws for key, kind in KINDS.items()}),
        example="google",
    )
    name: types.Maybe[Name] = _identifies_all_users(
        "For oidc and saml: the provider's name in AWS, 3-32 characters. Default: the key. The names of the other "
        "types are fixed.",
        "providerName",
        example="Okta",
    )
    client_id: types.Maybe[types.Text] = _identifies_users(
        "The client id at the provider.", "providerDetails.client_id", example="1234.apps.googleusercontent.com"
    )
    client_secret: types.Maybe[types.Text] = setting(
        "The client secret; encrypted in the stack file.",
        "providerDetails.client_secret",
        secret=True,
    )
    scopes: types.Maybe[Annotated[list[types.Text], Field(min_length=1), types.Once]] = setting(
        "The scopes that Cognito requests. Default: those that the default attributes need.",
        "providerDetails.authorize_scopes",
        loss="Attributes of this scope would no longer be filled in.",
        codec=_WORDS,
        always=True,
        example=["openid", "email"],
    )
    issuer: types.Maybe[Url] = _identifies_users(
        "For oidc: the issuer URL, which Cognito uses for discovery.",
        "providerDetails.oidc_issuer",
        example="https://login.example.com",
    )
    authorize_url: types.Maybe[Url] = setting(
        "For oidc: the authorization endpoint, if discovery does not work.", "providerDetails.authorize_url"
    )
    token_url: types.Maybe[Url] = setting("For oidc: the token endpoint.", "providerDetails.token_url")
    user_info_url: types.Maybe[Url] = setting("For oidc: the userInfo endpoint.", "providerDetails.attributes_url")
    jwks_uri: types.Maybe[Url] = setting("For oidc: the URL of the public keys.", "providerDetails.jwks_uri")
    user_info_method: types.Maybe[Annotated[types.Text, types.one_of("GET", "POST")]] = setting(
        "For oidc: the HTTP method for userInfo, GET or POST. Default: GET.",
        "providerDetails.attributes_request_method",
        always=True,
    )
    api_version: types.Maybe[types.Text] = setting(
        "For facebook: the API version. Default: AWS's.",
        "providerDetails.api_version",
        kept=True,
        example="v21.0",
    )
    team_id: types.Maybe[types.Text] = _identifies_users(
        "For apple: the team id.", "providerDetails.team_id", example="ABCDE12345"
    )
    key_id: types.Maybe[types.Text] = setting("For apple: the key id.", "providerDetails.key_id", example="FGHIJ67890")
    private_key: types.Maybe[PrivateKey] = setting(
        "For apple: the content of the key's .p8 file; encrypted in the stack file.",
        "providerDetails.private_key",
        secret=True,
    )
    metadata_url: types.Maybe[Url] = setting(
        "For saml: the URL of the metadata.",
        "providerDetails.MetadataURL",
        example="https://login.example.com/metadata",
    )
    metadata: types.Maybe[types.Text] = setting("For saml: the metadata XML.", "providerDetails.MetadataFile")
    sign_out: types.Maybe[bool] = _flag(
        "For saml: whether sign-out also signs the user out at the provider. Default: false.",
        "providerDetails.IDPSignout",
        loss="Users who sign out would stay signed in at the provider.",
        example=True,
    )
    sign_requests: types.Maybe[bool] = setting(
        "For saml: whether Cognito signs its requests. Default: false.",
        "providerDetails.RequestSigningAlgorithm",
        loss="A provider that requires signed requests would refuse them.",
        codec=_RSA,
        example=True,
    )
    encrypted_responses: types.Maybe[bool] = _flag(
        "For saml: whether responses have to be encrypted. Default: false.",
        "providerDetails.EncryptedResponses",
        loss="Unencrypted responses would be accepted.",
    )
    idp_initiated: types.Maybe[bool] = _flag(
        "For saml: whether IdP-initiated sign-in is allowed. Default: false.",
        "providerDetails.IDPInit",
        loss="IdP-initiated sign-ins would be refused.",
    )
    attributes: types.Maybe[dict[types.Text, types.Text]] = setting(
        "The attribute mapping, attribute of the pool -> attribute of the provider. Default: depends on the type.",
        "attributeMapping",
        loss="These attributes would no longer be filled in at sign-in.",
        always=True,
        example={"email": "email", "custom:tenant": "tid"},
    )
    identifiers: Annotated[list[Identifier], Field(max_length=50), types.Once] = setting(
        "Identifiers with which an app can select the provider, such as email domains; at most 50.",
        "idpIdentifiers",
        default=[],
        loss="Apps could no longer select the provider with this identifier.",
        codec=SORTED,
        example=["acme.com"],
    )

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    def filled(self, key: str) -> "IdentityProvider":
        """The provider with defaults filled in."""
        kind, attributes = self.kind, dict(self.kind.attributes if self.attributes is None else self.attributes)
        if USERNAME in kind.attributes:
            attributes.setdefault(USERNAME, kind.attributes[USERNAME])
        return self.model_copy(
            update={
                "name": (self.name or key) if kind.named else kind.aws,
                "scopes": self.scopes or list(kind.scopes) or None,
                "user_info_method": self.user_info_method or ("GET" if self.type == "oidc" else None),
                "attributes": attributes,
            }
        )

    def inputs(self) -> dict[str, Any]:
        """The resource inputs. The details have AWS's names, and all their values are strings."""
        made = {"providerDetails": {}, **super().inputs()}
        if self.type == "facebook" and self.scopes:
            made["providerDetails"]["authorize_scopes"] = ",".join(self.scopes)
        return made

    @property
    def attribute_of_id(self) -> str | None:
        """The pool's attribute that gets the user's id at the provider; None without one."""
        mapped = dict(self.attributes or {})
        theirs = mapped.pop(USERNAME, None)
        return next((ours for ours, name in mapped.items() if name == theirs), None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret details that are set."""
        return tuple(name for name in SECRET_DETAILS if getattr(self, name))

    @property
    def added(self) -> list[str]:
        """The details that AWS adds because they are not set."""
        details = self.inputs()["providerDetails"]
        return [name for name in self.kind.added if name not in details]

    @property
    def key_fingerprint(self) -> str:
        """The hash of the private key, to detect a new one, as AWS never returns it; empty without one."""
        return hashlib.sha256(self.private_key.encode()).hexdigest() if self.private_key else ""

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        """Read a live provider, without secrets, and without the metadata that AWS downloaded from the URL."""
        found, mapped = super().read(outputs), dict(outputs.get("attributeMapping") or {})
        update = {**dict.fromkeys(SECRET_DETAILS), "attributes": mapped}
        text = (outputs.get("providerDetails") or {}).get("authorize_scopes")
        if found.type == "facebook" and text and ",".join(found.scopes or ()) != text:
            update["scopes"] = [text]  # not this program's format: the console adds a space after the comma
        return found.model_copy(update=update | ({"metadata": None} if found.metadata_url else {}))
