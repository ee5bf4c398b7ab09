"""Identity providers as AWS tells them; the emulator signs in by OIDC and SAML alone, and has all others as OIDC.

Among the details that it holds is what was given, which is what is answered.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
"""

import json
from typing import Final

from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import operate

_AS_OIDC: Final = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
_MEMBERS: Final = ("ProviderType", "ProviderDetails", "AttributeMapping")
_GIVEN: Final = "given"  # among the details


async def provider(pool_id: str, name: str) -> Json:
    """A provider as it was given. Raises OperationError where there is none."""
    found = await operate("DescribeIdentityProvider", UserPoolId=pool_id, ProviderName=name)
    return _as_given(found["IdentityProvider"])


async def by_word(pool_id: str, word: str) -> Json:
    """The one that has this word among its identifiers. Raises OperationError where there is none."""
    found = await operate("GetIdentityProviderByIdentifier", UserPoolId=pool_id, IdpIdentifier=word)
    return _as_given(found["IdentityProvider"])


async def send_to(found: Json, details: Json) -> None:
    """Have the emulator go by these details from now on; what was given stays what is answered."""
    named = {"UserPoolId": found["UserPoolId"], "ProviderName": found["ProviderName"]}
    await operate("UpdateIdentityProvider", **named, ProviderDetails={**details, _GIVEN: _given(found)})


async def _create(call: Call) -> Json:
    return _answered(await call.passed_on(**_held(call.given)))


async def _update(call: Call) -> Json:
    before = await provider(call.given["UserPoolId"], call.given["ProviderName"])
    return _answered(await call.passed_on(**_held(before | call.given)))


async def _get(call: Call) -> Json:
    return _answered(await call.passed_on())


async def _list(call: Call) -> Json:
    listed = await call.passed_on()
    for one in listed["Providers"]:
        one["ProviderType"] = (await provider(call.given["UserPoolId"], one["ProviderName"]))["ProviderType"]
    return listed


def _held(given: Json) -> Json:
    """What the emulator is given. To map `username`, as AWS does by itself, would make an attribute of that name."""
    kind = given.get("ProviderType")
    mapping = {ours: theirs for ours, theirs in (given.get("AttributeMapping") or {}).items() if ours != "username"}
    return {
        "ProviderType": "OIDC" if kind in _AS_OIDC else kind,
        "ProviderDetails": {_GIVEN: _given(given)},
        "AttributeMapping": mapping,
    }


def _given(known: Json) -> str:
    return json.dumps({name: known[name] for name in _MEMBERS if name in known})


def _as_given(found: Json) -> Json:
    given: Json = json.loads(found["ProviderDetails"].get(_GIVEN, "{}"))
    return found | given


def _answered(answer: Json) -> Json:
    return answer | {"IdentityProvider": _as_given(answer["IdentityProvider"])}


RULES: Final[dict[str, Rule]] = {
    "CreateIdentityProvider": _create,
    "UpdateIdentityProvider": _update,
    "DescribeIdentityProvider": _get,
    "GetIdentityProviderByIdentifier": _get,
    "ListIdentityProviders": _list,
}
