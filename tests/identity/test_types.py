"""Our limits are those of AWS's own API model, where it carries them."""

import re
from typing import Any

import botocore.session
import pytest

from identity import types

MODEL = botocore.session.get_session().get_service_model("cognito-idp")


def choices(shape: str) -> set[str]:
    return set(MODEL.shape_for(shape).metadata["enum"])


def bounds(shape: str) -> tuple[Any, Any]:
    metadata = MODEL.shape_for(shape).metadata
    return metadata.get("min"), metadata.get("max")


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("UserPoolNameType", (1, types.POOL_NAME_LENGTH)),
        ("ClientNameType", (1, types.CLIENT_NAME_LENGTH)),
        ("ResourceServerNameType", (1, types.SERVER_NAME_LENGTH)),
        ("ScopeType", (1, types.FULL_SCOPE_LENGTH)),
        ("ResourceServerScopeListType", (None, types.SCOPES_PER_SERVER)),
        ("ScopeListType", (None, types.SCOPES_PER_CLIENT)),
        ("CallbackURLsListType", (0, types.URLS_PER_CLIENT)),
        ("LogoutURLsListType", (0, types.URLS_PER_CLIENT)),
        ("RedirectUrlType", (1, types.URL_LENGTH)),
        ("DomainType", (1, types.DOMAIN_PREFIX_LENGTH)),
        ("CustomAttributesListType", (1, types.NEW_ATTRIBUTES_PER_UPDATE)),
        ("CustomAttributeNameType", (1, types.ATTRIBUTE_NAME_LENGTH)),
        ("PasswordPolicyMinLengthType", types.PASSWORD_LENGTH),
        ("PasswordHistorySizeType", types.PASSWORD_HISTORY),
        ("SchemaAttributesListType", (1, types.ATTRIBUTES_PER_POOL)),
    ],
)
def test_a_length_or_count_is_the_models(shape: str, ours: tuple[Any, Any]) -> None:
    assert bounds(shape) == ours


def test_a_temporary_password_lives_as_long_as_the_model_says_and_never_zero_days() -> None:
    # AWS takes 0 for 7; a person who writes 0 means something else.
    assert bounds("TemporaryPasswordValidityDaysType") == (0, types.TEMPORARY_PASSWORD_DAYS[1])
    assert types.TEMPORARY_PASSWORD_DAYS[0] == 1


def test_token_lives_end_where_the_model_says() -> None:
    assert bounds("AccessTokenValidityType")[1] == types.ACCESS_SECONDS[1]
    assert bounds("IdTokenValidityType")[1] == types.ACCESS_SECONDS[1]
    assert bounds("RefreshTokenValidityType")[1] == types.REFRESH_SECONDS[1]


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("AliasAttributeType", types.ALIAS_ATTRIBUTES),
        ("VerifiedAttributeType", types.VERIFIED_ATTRIBUTES),
        ("AttributeDataType", types.ATTRIBUTE_TYPES),
    ],
)
def test_a_choice_is_the_models(shape: str, ours: tuple[str, ...]) -> None:
    assert choices(shape) == set(ours)


def test_auth_flows_are_the_models() -> None:
    assert choices("ExplicitAuthFlowsType") == set(types.AUTH_FLOWS)


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("ResourceServerScopeNameType", types.SCOPE_NAME),
        ("ResourceServerIdentifierType", types.IDENTIFIER),
        ("DomainType", types.PREFIX_DOMAIN),
    ],
)
def test_a_pattern_takes_each_character_that_the_model_takes(shape: str, ours: re.Pattern[str]) -> None:
    theirs = re.compile(MODEL.shape_for(shape).metadata["pattern"])
    for character in map(chr, range(0x180)):
        assert bool(ours.fullmatch(character)) == bool(theirs.fullmatch(character)), repr(character)
