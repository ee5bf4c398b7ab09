"""The simulated identity provider, for OIDC and SAML: a page with three accounts to choose from.

Its client ID and secret are those in the provider's settings. Its claims are the attributes that the settings map, by
the provider's names. https://openid.net/specs/openid-connect-core-1_0.html
"""

import base64
import functools
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from local.gateway import emulated, view
from local.gateway.directory import Json
from local.gateway.http import Request, Response, of_json, redirect
from local.gateway.view import Form

PREFIX: Final = "/_provider/"
_LIFETIME: Final = 300  # seconds, of a code and a token
_ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_PROTOCOL: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"


# Subject -> attributes by Cognito's names. All are strings: the emulator would turn a boolean true into "True".
# The first account has an address of local/people.yaml; the last claims such an address without verification.
ACCOUNTS: Final = {
    "1001": {"given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com", "email_verified": "true"},
    "1002": {"given_name": "Lin", "family_name": "Newcomer", "email": "lin@example.com", "email_verified": "true"},
    "1003": {"given_name": "Eve", "family_name": "Unverified", "email": "grace@example.com", "email_verified": "false"},
}


@dataclass(frozen=True)
class _Code:
    subject: str
    provider: str
    redirect_uri: str
    ends: float


_codes: dict[str, _Code] = {}


def address(provider: Json) -> str:
    """Return the URL of the simulated provider, which is the issuer of its tokens."""
    return f"{emulated.address()}{PREFIX}{provider['UserPoolId']}/{quote(provider['ProviderName'], safe='')}"


def whose(path: str) -> tuple[str, str]:
    """Return the pool ID and the name of the provider in a path."""
    pool_id, _, rest = path.removeprefix(PREFIX).partition("/")
    return pool_id, next((rest.removesuffix(end) for end in _ANSWERS if rest.endswith(end)), rest)


def answer(request: Request, provider: Json) -> Response:
    """Return the response to a request for a provider."""
    found = next((_ANSWERS[end] for end in _ANSWERS if request.path.endswith(end)), None)
    return found(request, provider) if found else of_json({"error": "not_found"}, 404)


def _discovery(_request: Request, provider: Json) -> Response:
    issuer = address(provider)
    return of_json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def _keys(_request: Request, _provider: Json) -> Response:
    return of_json(KeySet([_key()]).as_dict(private=False))


def _authorize(request: Request, provider: Json) -> Response:
    """Show the accounts; once one is chosen, redirect back with a code."""
    asked = request.asked()
    known = asked.get("client_id") == provider["ProviderDetails"].get("client_id")
    if not known or urlsplit(asked.get("redirect_uri", "")).path != "/oauth2/idpresponse":
        return view.page("Unknown app", error="client_id or redirect_uri is wrong.", status=400)
    chosen = request.form().get("account")
    if chosen not in ACCOUNTS:
        return _choice(provider, f"{request.raw_path}?{request.query}", lambda subject: {"account": subject})
    code = secrets.token_urlsafe(32)
    _codes[code] = _Code(chosen, address(provider), asked["redirect_uri"], time.monotonic() + _LIFETIME)
    # A path only: the redirect stays on this gateway, whatever the domain of the pool.
    return redirect(f"/oauth2/idpresponse?{urlencode({'code': code, 'state': asked.get('state', '')})}")


def _token(request: Request, provider: Json) -> Response:
    form, details = request.form(), provider["ProviderDetails"]
    for name in ("client_id", "client_secret"):
        if not hmac.compare_digest(form.get(name, "").encode(), details.get(name, "").encode()):
            return of_json({"error": "invalid_client"}, 401)
    code = _codes.pop(form.get("code", ""), None)
    asked = (address(provider), form.get("redirect_uri"))
    if code is None or code.ends < time.monotonic() or (code.provider, code.redirect_uri) != asked:
        return of_json({"error": "invalid_grant"}, 400)
    now = int(time.time())
    claims = {"iss": code.provider, "aud": form["client_id"], "iat": now, "exp": now + _LIFETIME}
    return of_json(
        {
            "id_token": _signed(claims | _claims(provider, code.subject)),
            "access_token": _signed(claims | {"sub": code.subject}),
            "token_type": "Bearer",
            "expires_in": _LIFETIME,
        }
    )


def _user_info(request: Request, provider: Json) -> Response:
    try:
        claims = jwt.decode(request.header("authorization").partition(" ")[2], _key(), algorithms=["RS256"]).claims
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": address(provider)}).validate(claims)
    except (JoseError, ValueError):
        return of_json({"error": "invalid_token"}, 401)
    return of_json(_claims(provider, claims["sub"]))


def _saml(request: Request, provider: Json) -> Response:
    """Show the accounts; each button sends an assertion, unsigned because the emulator checks no signature."""
    given = {"RelayState": request.asked().get("RelayState", "")}
    return _choice(
        provider, "/saml2/idpresponse", lambda subject: {"SAMLResponse": _assertion(provider, subject), **given}
    )


def _choice(provider: Json, action: str, hidden: Callable[[str], dict[str, str]]) -> Response:
    """Return the page with a button for each account; `hidden` makes the hidden fields."""
    name = provider["ProviderName"]
    forms = [Form(action, _button(subject), hidden=hidden(subject)) for subject in ACCOUNTS]
    text = f"This page simulates {name} on the local stack. Choose an account."
    return view.page(f"Sign in with {name}", text, forms=forms)


def _button(subject: str) -> str:
    account = ACCOUNTS[subject]
    verified = "" if account["email_verified"] == "true" else "not "
    return f"{_name(account)}, {account['email']} ({verified}verified)"


def _name(account: dict[str, str]) -> str:
    return f"{account['given_name']} {account['family_name']}"


def _assertion(provider: Json, subject: str) -> str:
    response = ElementTree.Element(f"{_PROTOCOL}Response")
    assertion = ElementTree.SubElement(response, f"{_ASSERTION}Assertion")
    named = ElementTree.SubElement(assertion, f"{_ASSERTION}Subject")
    ElementTree.SubElement(named, f"{_ASSERTION}NameID").text = subject
    statement = ElementTree.SubElement(assertion, f"{_ASSERTION}AttributeStatement")
    for name, value in _claims(provider, subject).items():
        attribute = ElementTree.SubElement(statement, f"{_ASSERTION}Attribute", Name=name)
        ElementTree.SubElement(attribute, f"{_ASSERTION}AttributeValue").text = value
    return base64.b64encode(ElementTree.tostring(response)).decode()


def _claims(provider: Json, subject: str) -> dict[str, str]:
    """Return the claims of an account: the mapped attributes, with made-up values for those it lacks."""
    mapped, account = provider.get("AttributeMapping") or {}, ACCOUNTS[subject]
    has = {"name": _name(account), **account}
    found = {theirs: has.get(ours, f"{theirs} of {account['given_name']}") for ours, theirs in mapped.items()}
    return found | {"sub": subject}


def _signed(claims: Json) -> str:
    return jwt.encode({"alg": "RS256", "kid": _key().kid}, claims, _key())


@functools.cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


_ANSWERS: Final[dict[str, Callable[[Request, Json], Response]]] = {
    "/.well-known/openid-configuration": _discovery,
    "/keys": _keys,
    "/authorize": _authorize,
    "/token": _token,
    "/userinfo": _user_info,
    "/saml": _saml,
}
