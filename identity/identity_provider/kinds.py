"""The types of identity providers: required settings, default scopes and default attribute mapping
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation.html). Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from identity import types
from identity.loopback import PLAIN_HTTP

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
URLS: Final = ("authorize_url", "token_url", "user_info_url", "jwks_uri")
_ADDED_TO_OAUTH = (
    *("attributes_request_method", "attributes_url", "attributes_url_add_attributes", "authorize_url", "jwks_uri"),
    *("oidc_issuer", "token_request_method", "token_url"),
)
# The attribute with the user's id at the provider; Cognito maps it by default.
USERNAME: Final = "username"
# Secret fields, which AWS does not return. The provider details have the same names.
SECRET_DETAILS: Final = ("client_secret", "private_key")


@dataclass(frozen=True)
class Kind:
    """A type of identity provider.

    Args:
        aws: AWS's name of the type; also the provider's name, if it is fixed.
        needs: the required fields.
        attributes: the default attribute mapping, attribute of the pool -> attribute of the provider.
        takes: the optional fields.
        scopes: the default scopes.
        added: the details that AWS adds; they are not drift.
        named: whether the provider's name can be chosen.
    """

    aws: str
    needs: tuple[str, ...]
    attributes: Mapping[str, str]
    takes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    added: tuple[str, ...] = _ADDED_TO_OAUTH
    named: bool = False


_APP = ("client_id", "client_secret")
_OPENID = {
    **{name: name for name in ("email", "email_verified", "family_name", "given_name", "name")},
    USERNAME: "sub",
}
KINDS: Final = {
    "google": Kind("Google", _APP, {**_OPENID, "picture": "picture"}, ("scopes",), ("openid", "email", "profile")),
    "facebook": Kind(
        "Facebook",
        _APP,
        {"email": "email", "family_name": "last_name", "given_name": "first_name", "name": "name", USERNAME: "id"},
        ("scopes", "api_version"),
        ("public_profile", "email"),
        added=(*_ADDED_TO_OAUTH, "api_version"),
    ),
    "amazon": Kind(
        "LoginWithAmazon", _APP, {"email": "email", "name": "name", USERNAME: "user_id"}, ("scopes",), ("profile",)
    ),
    "apple": Kind(
        "SignInWithApple",
        ("client_id", "team_id", "key_id", "private_key"),
        {"email": "email", "family_name": "lastName", "given_name": "firstName", USERNAME: "sub"},
        ("scopes",),
        ("email", "name"),
    ),
    "oidc": Kind(
        "OIDC",
        ("client_id",),
        _OPENID,
        ("client_secret", "scopes", "issuer", "user_info_method", *URLS),
        ("openid", "email", "profile"),
        named=True,
    ),
    "saml": Kind(
        "SAML",
        (),
        {
            "email": f"{_CLAIMS}/emailaddress",
            "family_name": f"{_CLAIMS}/surname",
            "given_name": f"{_CLAIMS}/givenname",
        },
        ("metadata", "metadata_url", "sign_out", "sign_requests", "encrypted_responses", "idp_initiated"),
        added=("ActiveEncryptionCertificate", "MetadataFile", "SLORedirectBindingURI", "SSORedirectBindingURI"),
        named=True,
    ),
}


def provider_name(value: str) -> str:
    """Validate a provider's name by AWS's pattern: no spaces, and an underscore only as the second character."""
    if types.is_visible(value) and 1 <= len(value) <= 32 and "_" not in value[:1] + value[2:]:
        return value
    return types.refuse("a name of 1-32 visible characters (3-32 for oidc and saml), without spaces and underscores")


def _url(value: str) -> str:
    """Validate a URL: https, as AWS requires; http only for a provider on this machine."""
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in PLAIN_HTTP
    if parts.hostname and (parts.scheme == "https" or local):
        return value
    return types.refuse("a URL that begins with https://")


def _key_in_one_line(value: str) -> str:
    """Apple's private key as AWS requires it: one line, without the BEGIN and END lines."""
    return re.sub(r"-----[A-Z ]+-----|\s", "", value) or types.refuse("the content of Apple's .p8 file")


Name = Annotated[types.Text, AfterValidator(provider_name)]
Url = Annotated[types.Text, AfterValidator(_url)]
PrivateKey = Annotated[types.Text, AfterValidator(_key_in_one_line)]
Identifier = Annotated[
    types.Text, types.matching(r"[\w\s+=.@-]{1,40}", "1-40 letters, digits, spaces and _ + = . @ -, such as acme.com")
]
