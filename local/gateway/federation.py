"""External identity providers, and sign-in with them: the emulator federates with the simulated provider of `stand_in`.

The emulator can sign in with OIDC and SAML only, so every other type is stored as OIDC. The stored details hold the
original settings, which are returned to callers, and the addresses of the simulated provider.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation.html
"""

import ast
import base64
import contextlib
import hashlib
import hmac
import json
from typing import Final
from urllib.parse import parse_qs, urlsplit

from local.gateway import authorization, emulated, stand_in
from local.gateway.authorization import Authorization
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate
from local.gateway.http import Request, Response, json_object, of_json

_AS_OIDC: Final = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
_MEMBERS: Final = ("ProviderType", "ProviderDetails", "AttributeMapping")
_CLIENT_DETAILS: Final = ("client_id", "client_secret", "authorize_scopes")
_ORIGINAL: Final = "given"  # the key of the original settings in ProviderDetails
_in_progress: dict[str, Authorization] = {}  # by the state that the provider returns
_challenges: dict[str, str] = {}  # code -> PKCE challenge: the emulator does not check it after a federated sign-in


async def authorize(asked: Authorization) -> Response:
    """Redirect to the provider that the app names by `identity_provider` or `idp_identifier`."""
    try:
        name = await _name(asked)
        # An update without changes renews the stored addresses: the gateway's port may have changed.
        await update(Call("UpdateIdentityProvider", {"UserPoolId": asked.pool["Id"], "ProviderName": name}, ""))
        if name not in asked.providers():
            raise OperationError("InvalidParameterException", f"{name} is not enabled for this client.")
    except OperationError as error:
        return of_json({"error": "invalid_request", "error_description": error.message}, 400)
    answer = await authorization.to_provider(asked, name)
    sent = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    for token in sent.get("RelayState") or sent.get("state") or []:
        _in_progress[token] = asked
    return answer


async def at_provider(request: Request) -> Response:
    """Return the simulated provider's response."""
    try:
        found = await _provider(*stand_in.whose(request.path))
    except OperationError as error:
        return of_json({"error": "invalid_request", "error_description": error.message}, 404)
    return stand_in.answer(request, found)


async def back(request: Request) -> Response:
    """Redirect from the provider back to the app, with a code or an error."""
    given = request.asked() | request.form()
    asked = _in_progress.pop(given.get("RelayState") or given.get("state", ""), None)
    kind = {"Content-Type": request.header("content-type")}
    answer = await emulated.send(request.method, request.path, request.body, kind, request.query)
    if asked is None:
        return answer
    if answer.has_redirect_location:
        (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
        _challenges[code] = asked.asked.get("code_challenge", "")
        return answer
    content = json_object(answer.content) or {}
    return asked.refused("invalid_request", error_description=_reason(content.get("message", "")))


def is_proven(form: dict[str, str]) -> bool:
    """Whether the PKCE proof of a federated code is right (RFC 7636); the emulator checks that of other codes."""
    challenge = _challenges.get(form.get("code", ""), "")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return not challenge or hmac.compare_digest(challenge.encode(), base64.urlsafe_b64encode(digest).rstrip(b"="))


async def create(call: Call) -> Json:
    """Handle CreateIdentityProvider."""
    return _with_original(await call.passed_on(**_stored(call.given)))


async def update(call: Call) -> Json:
    """Handle UpdateIdentityProvider."""
    before = await _provider(call.given["UserPoolId"], call.given["ProviderName"])
    return _with_original(await call.passed_on(**_stored(before | call.given)))


async def describe(call: Call) -> Json:
    """Handle DescribeIdentityProvider and GetIdentityProviderByIdentifier."""
    return _with_original(await call.passed_on())


async def list_types(call: Call) -> Json:
    """Handle ListIdentityProviders."""
    listed = await call.passed_on()
    for one in listed["Providers"]:
        one["ProviderType"] = (await _provider(call.given["UserPoolId"], one["ProviderName"]))["ProviderType"]
    return listed


async def _name(asked: Authorization) -> str:
    """Return the name of the requested provider. Raises OperationError if no provider has the identifier."""
    if name := asked.asked.get("identity_provider"):
        return name
    word = {"UserPoolId": asked.pool["Id"], "IdpIdentifier": asked.asked["idp_identifier"]}
    return str((await operate("GetIdentityProviderByIdentifier", **word))["IdentityProvider"]["ProviderName"])


def _reason(message: str) -> str:
    """Return AWS's message for a failed pre sign-up trigger; the emulator's message is a printed Python dict."""
    with contextlib.suppress(ValueError, SyntaxError, TypeError, KeyError):
        return f"PreSignUp failed with error {ast.literal_eval(message)['errorMessage']}."
    return message


async def _provider(pool_id: str, name: str) -> Json:
    """Return a provider with its original settings. Raises OperationError if it does not exist."""
    answer = await operate("DescribeIdentityProvider", UserPoolId=pool_id, ProviderName=name)
    found: Json = _with_original(answer)["IdentityProvider"]
    return found


def _stored(given: Json) -> Json:
    """Return the settings to store in the emulator: they point to the simulated provider.

    A real provider could not redirect back, because the emulator would send it a domain of AWS. The mapping of
    `username`, which AWS adds, is left out: the emulator would create an attribute of that name.

    Args:
        given: the provider's settings, as for AWS.
    """
    kind, url = given.get("ProviderType"), stand_in.address(given)
    details, mapping = given.get("ProviderDetails") or {}, given.get("AttributeMapping") or {}
    return {
        "ProviderType": "OIDC" if kind in _AS_OIDC else kind,
        "ProviderDetails": {
            _ORIGINAL: json.dumps({name: given[name] for name in _MEMBERS if name in given}),
            **{name: details[name] for name in _CLIENT_DETAILS if name in details},
            "authorize_url": f"{url}/authorize",
            "token_url": f"{url}/token",
            "IDPSSOEndpoint": f"{url}/saml",
        },
        "AttributeMapping": {ours: theirs for ours, theirs in mapping.items() if ours != "username"},
    }


def _with_original(answer: Json) -> Json:
    """Return a response with the provider's original settings in place of the stored ones."""
    answer["IdentityProvider"] |= json.loads(answer["IdentityProvider"]["ProviderDetails"].get(_ORIGINAL, "{}"))
    return answer
