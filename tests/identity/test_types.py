"""Limits of the program equal those of AWS's API model, if the model has them."""

import re
from typing import Any

import pytest

from identity import types
from identity.api import FULL_SCOPE_LENGTH, IDENTIFIER, SCOPE_NAME, SCOPES_PER_SERVER, SERVER_NAME_LENGTH
from identity.client.auth_flows import AUTH_FLOWS
from identity.client.rules import CLIENT_NAME_LENGTH, SCOPES_PER_CLIENT
from identity.client.settings import URLS_PER_CLIENT
from identity.client.token_validity import ACCESS_SECONDS, REFRESH_SECONDS
from identity.config.rules import POOL_NAME_LENGTH
from identity.urls import URL_LENGTH
from identity.user_pool.attribute_names import ALIAS_ATTRIBUTES, ATTRIBUTE_NAME_LENGTH, VERIFIED_ATTRIBUTES
from identity.user_pool.attributes import ATTRIBUTE_TYPES, ATTRIBUTES_PER_POOL, NEW_ATTRIBUTES_PER_UPDATE
from identity.user_pool.password_policy import PASSWORD_HISTORY, PASSWORD_LENGTH, TEMPORARY_PASSWORD_DAYS
from local.aws_plugin.emulator import model

MODEL = model("cognito-idp")


def choices(shape: str) -> set[str]:
    return set(MODEL.shape_for(shape).metadata["enum"])


def bounds(shape: str) -> tuple[Any, Any]:
    metadata = MODEL.shape_for(shape).metadata
    return metadata.get("min"), metadata.get("max")


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("UserPoolNameType", (1, POOL_NAME_LENGTH)),
        ("ClientNameType", (1, CLIENT_NAME_LENGTH)),
        ("ResourceServerNameType", (1, SERVER_NAME_LENGTH)),
        ("ScopeType", (1, FULL_SCOPE_LENGTH)),
        ("ResourceServerScopeListType", (None, SCOPES_PER_SERVER)),
        ("ScopeListType", (None, SCOPES_PER_CLIENT)),
        ("CallbackURLsListType", (0, URLS_PER_CLIENT)),
        ("LogoutURLsListType", (0, URLS_PER_CLIENT)),
        ("RedirectUrlType", (1, URL_LENGTH)),
        ("CustomAttributesListType", (1, NEW_ATTRIBUTES_PER_UPDATE)),
        ("CustomAttributeNameType", (1, ATTRIBUTE_NAME_LENGTH)),
        ("PasswordPolicyMinLengthType", PASSWORD_LENGTH),
        ("PasswordHistorySizeType", PASSWORD_HISTORY),
        ("SchemaAttributesListType", (1, ATTRIBUTES_PER_POOL)),
    ],
)
def test_a_length_or_count_is_the_models(shape: str, ours: tuple[Any, Any]) -> None:
    assert bounds(shape) == ours


def test_a_prefix_is_as_long_as_the_model_says() -> None:
    shortest, longest = bounds("DomainType")
    taken = [length for length in range(longest + 2) if types.DNS_LABEL.fullmatch("a" * length)]
    assert taken == list(range(shortest, longest + 1))


def test_a_temporary_password_lives_as_long_as_the_model_says_and_never_zero_days() -> None:
    # AWS reads 0 as 7, which a user who writes 0 does not expect.
    assert bounds("TemporaryPasswordValidityDaysType") == (0, TEMPORARY_PASSWORD_DAYS[1])
    assert TEMPORARY_PASSWORD_DAYS[0] == 1


def test_token_lives_end_where_the_model_says() -> None:
    assert bounds("AccessTokenValidityType")[1] == ACCESS_SECONDS[1]
    assert bounds("IdTokenValidityType")[1] == ACCESS_SECONDS[1]
    assert bounds("RefreshTokenValidityType")[1] == REFRESH_SECONDS[1]


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("AliasAttributeType", ALIAS_ATTRIBUTES),
        ("VerifiedAttributeType", VERIFIED_ATTRIBUTES),
        ("AttributeDataType", ATTRIBUTE_TYPES),
    ],
)
def test_a_choice_is_the_models(shape: str, ours: tuple[str, ...]) -> None:
    assert choices(shape) == set(ours)


def test_auth_flows_are_the_models() -> None:
    assert choices("ExplicitAuthFlowsType") == set(AUTH_FLOWS)


@pytest.mark.parametrize(
    ("shape", "ours"),
    [
        ("ResourceServerScopeNameType", SCOPE_NAME),
        ("ResourceServerIdentifierType", IDENTIFIER),
        ("DomainType", types.DNS_LABEL.pattern),
    ],
)
def test_a_pattern_takes_each_character_that_the_model_takes(shape: str, ours: str) -> None:
    theirs = re.compile(MODEL.shape_for(shape).metadata["pattern"])
    for character in map(chr, range(0x180)):
        assert bool(re.fullmatch(ours, character)) == bool(theirs.fullmatch(character)), repr(character)
