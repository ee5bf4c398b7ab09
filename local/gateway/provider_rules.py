"""Identity providers as AWS tells them; the emulator signs in by OIDC and SAML alone, and has all others as OIDC.

Among the details that it holds is what was given, which is what is answered; the others lead to the stand-in.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
"""

import json
from typing import Final

from local.gateway import stand_in
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import operate

_AS_OIDC: Final = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
_MEMBERS: Final = ("ProviderType", "ProviderDetails", "AttributeMapping")
_OF_THE_APP: Final = ("client_id", "client_secret", "authorize_scopes")
_GIVEN: Final = "given"  # among the details


async def provider(pool_id: str, name: str) -> Json:
    """A provider as it was given. Raises OperationError where there is none."""
    found: Json = _as_given(await operate("DescribeIdentityProvider", UserPoolId=pool_id, ProviderName=name))[
        "IdentityProvider"
    ]
    return found


async def by_word(pool_id: str, word: str) -> Json:
    """The one that has this word among its identifiers. Raises OperationError where there is none."""
    found = await operate("GetIdentityProviderByIdentifier", UserPoolId=pool_id, IdpIdentifier=word)
    return await provider(pool_id, found["IdentityProvider"]["ProviderName"])


async def create(call: Call) -> Json:
    """CreateIdentityProvider."""
    return _as_given(await call.passed_on(**held(call.given)))


async def update(call: Call) -> Json:
    """UpdateIdentityProvider."""
    before = await provider(call.given["UserPoolId"], call.given["ProviderName"])
    return _as_given(await call.passed_on(**held(before | call.given)))


async def describe(call: Call) -> Json:
    """DescribeIdentityProvider and GetIdentityProviderByIdentifier."""
    return _as_given(await call.passed_on())


async def list_types(call: Call) -> Json:
    """ListIdentityProviders."""
    listed = await call.passed_on()
    for one in listed["Providers"]:
        one["ProviderType"] = (await provider(call.given["UserPoolId"], one["ProviderName"]))["ProviderType"]
    return listed


def held(given: Json) -> Json:
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
