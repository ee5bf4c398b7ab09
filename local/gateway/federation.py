"""Sign-in by an identity provider: the emulator federates for real, to the stand-in of this stack in its place.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation.html
"""

import ast
import base64
import contextlib
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from local.gateway import authorization, emulated, provider_rules, stand_in
from local.gateway.authorization import Authorization
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate
from local.gateway.http import Request, Response, of_json

_under_way: dict[str, Authorization] = {}  # by what the provider is to give back
_challenges: dict[str, str] = {}  # by code: the emulator asks for no proof where a provider was asked


async def authorize(request: Request) -> Response:
    """To the provider that an app names, or has a word for."""
    asked = await authorization.checked(request)
    if isinstance(asked, Response):
        return asked
    try:
        found = await _named(asked)
        # Each time, for the port may be another one since the provider was made.
        named = {"UserPoolId": found["UserPoolId"], "ProviderName": found["ProviderName"]}
        await operate("UpdateIdentityProvider", **named, **provider_rules.held(found))
    except OperationError as error:
        return of_json({"error": "invalid_request", "error_description": error.message}, 400)
    answer = await authorization.to_provider(asked, found["ProviderName"])
    sent = parse_qs(urlsplit(answer.header(b"location")).query)
    for token in sent.get("RelayState") or sent.get("state") or []:
        _under_way[token] = asked
    return answer


async def at_provider(request: Request) -> Response:
    """What the stand-in answers."""
    try:
        found = await provider_rules.provider(*stand_in.whose(request.path))
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
    if answer.status == 302:
        (code,) = parse_qs(urlsplit(answer.header(b"location")).query)["code"]
        _challenges[code] = asked.asked.get("code_challenge", "")
        return answer
    return asked.refused("invalid_request", error_description=_reason(answer.json().get("message", "")))


def is_proven(form: dict[str, str]) -> bool:
    """Whether who exchanges a code is who asked for it (PKCE, RFC 7636); of other codes the emulator knows that."""
    challenge = _challenges.get(form.get("code", ""), "")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return not challenge or hmac.compare_digest(challenge.encode(), base64.urlsafe_b64encode(digest).rstrip(b"="))


async def _named(asked: Authorization) -> Json:
    if name := asked.asked.get("identity_provider"):
        found = await provider_rules.provider(asked.pool["Id"], name)
    else:
        found = await provider_rules.by_word(asked.pool["Id"], asked.asked["idp_identifier"])
    if found["ProviderName"] not in asked.providers():
        raise OperationError("InvalidParameterException", f"{found['ProviderName']} is not enabled for this client.")
    return found


def _reason(message: str) -> str:
    """A function's refusal in AWS's words; the emulator has it as Python prints a dict."""
    with contextlib.suppress(ValueError, SyntaxError, TypeError, KeyError):
        return f"PreSignUp failed with error {ast.literal_eval(message)['errorMessage']}."
    return message
