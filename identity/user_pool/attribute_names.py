"""Attribute names: standard ones, and rules for custom ones."""

import re
from typing import Annotated

from identity import types

ATTRIBUTE_NAME_LENGTH = 20
_VISIBLE = f"1-{ATTRIBUTE_NAME_LENGTH} visible characters without spaces"
ALIAS_ATTRIBUTES = ("email", "phone_number", "preferred_username")
VERIFIED_ATTRIBUTES = ("email", "phone_number")
# Cognito's standard attributes. A custom attribute with such a name would hide the standard one forever.
STANDARD_ATTRIBUTES = (
    *("address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "identities", "locale"),
    *("middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture", "preferred_username"),
    *("profile", "sub", "updated_at", "website", "zoneinfo"),
)
# The standard attributes that users and apps can write.
WRITABLE_ATTRIBUTES = tuple(
    sorted(set(STANDARD_ATTRIBUTES) - {"sub", "identities", "email_verified", "phone_number_verified"})
)


def attribute_name(value: str) -> str:
    """Validate the name of a custom attribute, without the prefix `custom:`, which Cognito adds."""
    prefix = re.match(r"(?:dev:)?(?:custom:)+", value)
    if prefix:
        bare = value[prefix.end() :]
        own = bare.lower() in STANDARD_ATTRIBUTES
        other = f"remove it, because every pool has {bare.lower()}" if own else f"write {_VISIBLE}"
        fix = f'write "{bare}"' if is_attribute_name(bare) else other
        types.refuse(f"a name without {prefix[0]}, which Cognito adds", fix)
    standard = value.lower()
    if standard in STANDARD_ATTRIBUTES:
        allowed = "a name other than Cognito's standard attributes, which it would hide forever"
        types.refuse(allowed, f"remove it, because every pool has {standard}; or choose another name")
    return value if is_attribute_name(value) else types.refuse(_VISIBLE)


def is_attribute_name(value: str) -> bool:
    """Whether the name is valid for a custom attribute: letters, marks, symbols, numbers, punctuation of any script."""
    fits = 1 <= len(value) <= ATTRIBUTE_NAME_LENGTH and types.is_visible(value)
    return fits and value.lower() not in STANDARD_ATTRIBUTES


AliasAttribute = Annotated[types.Text, types.one_of(*ALIAS_ATTRIBUTES)]
VerifiedAttribute = Annotated[types.Text, types.one_of(*VERIFIED_ATTRIBUTES)]
