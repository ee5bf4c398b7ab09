"""Identity providers as on AWS, and sign-in by them: the emulator federates for real, to the stand-in of this stack.

It signs in by OIDC and SAML alone, and has all others as OIDC. Among the details that it holds of a provider is what
was given, which is what is answered; the others lead to the stand-in.
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
_OF_THE_APP: Final = ("client_id", "client_secret", "authorize_scopes")
_GIVEN: Final = "given"  # among the details
_under_way: dict[str, Authorization] = {}  # by what the provider is to give back
_challenges: dict[str, str] = {}  # by code: the emulator asks for no proof where a provider was asked


async def authorize(asked: Authorization) -> Response:
    """To the provider that an app names, or has a word for."""
    try:
        name = await _name(asked)
        # An update of nothing, each time, for the port may be another one since the provider was made.
        await update(Call("UpdateIdentityProvider", {"UserPoolId": asked.pool["Id"], "ProviderName": name}, ""))
        if name not in asked.providers():
            raise OperationError("InvalidParameterException", f"{name} is not enabled for this client.")
    except OperationError as error:
        return of_json({"error": "invalid_request", "error_description": error.message}, 400)
    answer = await authorization.to_provider(asked, name)
    sent = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    for token in sent.get("RelayState") or sent.get("state") or []:
        _under_way[token] = asked
    return answer


async def at_provider(request: Request) -> Response:
    """What the stand-in answers."""
    try:
        found = await _provider(*stand_in.whose(request.path))
    except OperationError as error:
        return of_json({"error": "invalid_request", "error_description": error.message}, 404)
    return stand_in.answer(request, found)


async def back(request: Request) -> Response:
    """From a provider on to the app, with a code or with the reason why there is none."""
    given = request.asked() | request.form()
    asked = _under_way.pop(given.get("RelayState") or given.get("state", ""), None)
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
    """Whether who exchanges a code is who asked for it (PKCE, RFC 7636); of other codes the emulator knows that."""
    challenge = _challenges.get(form.get("code", ""), "")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return not challenge or hmac.compare_digest(challenge.encode(), base64.urlsafe_b64encode(digest).rstrip(b"="))


async def create(call: Call) -> Json:
    """CreateIdentityProvider."""
    return _as_given(await call.passed_on(**_held(call.given)))


async def update(call: Call) -> Json:
    """UpdateIdentityProvider."""
    before = await _provider(call.given["UserPoolId"], call.given["ProviderName"])
    return _as_given(await call.passed_on(**_held(before | call.given)))


async def describe(call: Call) -> Json:
    """DescribeIdentityProvider and GetIdentityProviderByIdentifier."""
    return _as_given(await call.passed_on())


async def list_types(call: Call) -> Json:
    """ListIdentityProviders."""
    listed = await call.passed_on()
    for one in listed["Providers"]:
        one["ProviderType"] = (await _provider(call.given["UserPoolId"], one["ProviderName"]))["ProviderType"]
    return listed


async def _name(asked: Authorization) -> str:
    """The provider that is asked for. Raises OperationError where none has the word that stands for it."""
    if name := asked.asked.get("identity_provider"):
        return name
    word = {"UserPoolId": asked.pool["Id"], "IdpIdentifier": asked.asked["idp_identifier"]}
    return str((await operate("GetIdentityProviderByIdentifier", **word))["IdentityProvider"]["ProviderName"])


def _reason(message: str) -> str:
    """A function's refusal in AWS's words; the emulator has it as Python prints a dict."""
    with contextlib.suppress(ValueError, SyntaxError, TypeError, KeyError):
        return f"PreSignUp failed with error {ast.literal_eval(message)['errorMessage']}."
    return message


async def _provider(pool_id: str, name: str) -> Json:
    """A provider as it was given. Raises OperationError where there is none."""
    answer = await operate("DescribeIdentityProvider", UserPoolId=pool_id, ProviderName=name)
    found: Json = _as_given(answer)["IdentityProvider"]
    return found


def _held(given: Json) -> Json:
    """What the emulator has instead. No other provider could send people back: it would be told a domain of AWS.

    To map `username`, as AWS does by itself, would make an attribute of that name.

    Args:
        given: the provider, as AWS would have it.
    """
    kind, details, place = given.get("ProviderType"), given.get("ProviderDetails") or {}, stand_in.address(given)
    mapping = given.get("AttributeMapping") or {}
    return {
        "ProviderType": "OIDC" if kind in _AS_OIDC else kind,
        "ProviderDetails": {
            _GIVEN: json.dumps({name: given[name] for name in _MEMBERS if name in given}),
            **{name: details[name] for name in _OF_THE_APP if name in details},
            "authorize_url": f"{place}/authorize",
            "token_url": f"{place}/token",
            "IDPSSOEndpoint": f"{place}/saml",
        },
        "AttributeMapping": {ours: theirs for ours, theirs in mapping.items() if ours != "username"},
    }


def _as_given(answer: Json) -> Json:
    answer["IdentityProvider"] |= json.loads(answer["IdentityProvider"]["ProviderDetails"].get(_GIVEN, "{}"))
    return answer
