"""Pre sign-up trigger: links the sign-up by an identity provider to the user with the same email address.

Both addresses must be verified. Otherwise the sign-up is refused: an unverified address could open the account of
another user. It runs on AWS Lambda unchanged, and imports nothing from this repository
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation-consolidate-users.html).
"""

import json
import os
from typing import Any

import boto3

_FEDERATED = "PreSignUp_ExternalProvider"
# Created at start, when Lambda gives the function a whole processor: Cognito only waits five seconds.
_COGNITO: Any = boto3.client("cognito-idp", region_name=os.environ.get("AWS_REGION", "us-east-1"))


class SignUpRefused(Exception):
    """The sign-up is refused. Cognito returns the message to the app."""


def handler(event: dict[str, Any], context: object, client: Any = _COGNITO) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Link a federated sign-up to an existing user; leave every other sign-up alone. Raises SignUpRefused.

    Args:
        event: the event of the pre sign-up trigger.
        context: the context of Lambda, not used.
        client: the Cognito client, for tests.
    """
    address = event["request"]["userAttributes"].get("email")
    if event["triggerSource"] != _FEDERATED or not address:
        return event
    pool = event["userPoolId"]
    others = [user for user in _with_address(client, pool, address) if user["Username"] != event["userName"]]
    if not others:
        return event
    if event["request"]["userAttributes"].get("email_verified") != "true":
        raise SignUpRefused(
            "The provider has not verified this email address, and an account with it exists: sign in to that account."
        )
    # A user who has not verified the address must not block its owner, and is never linked.
    owners = [user for user in others if _attributes(user).get("email_verified") == "true"]
    if not owners:
        raise SignUpRefused(
            "An account with this email address exists, but has not verified it: sign in there and verify it first."
        )
    if len(owners) > 1:
        raise SignUpRefused("More than one account has this email address: sign in to one of them.")
    client.admin_link_provider_for_user(
        UserPoolId=pool,
        DestinationUser=_identity(owners[0]),
        SourceUser=_source(event["userName"], event["request"]["userAttributes"]),
    )
    return event


def _identity(user: dict[str, Any]) -> dict[str, str]:
    """Return the identity to link to: that of the provider that created the user, else the pool's user."""
    for known in json.loads(_attributes(user).get("identities", "[]")):
        if known["primary"]:
            return {"ProviderName": known["providerName"], "ProviderAttributeValue": known["userId"]}
    return {"ProviderName": "Cognito", "ProviderAttributeValue": user["Username"]}


def _with_address(client: Any, pool: str, address: str) -> list[dict[str, Any]]:
    """Return the users with this address, as the provider writes it or in lower case."""
    found: dict[str, dict[str, Any]] = {}
    # Only for ASCII: the Kelvin sign (U+212A) has the lower case k, so its address would match another user's.
    for spelling in {address, address.lower() if address.isascii() else address}:
        quoted = spelling.replace("\\", "\\\\").replace('"', '\\"')
        # A page may have few users or none, although more follow.
        pages = client.get_paginator("list_users").paginate(UserPoolId=pool, Filter=f'email = "{quoted}"')
        found |= {user["Username"]: user for page in pages for user in page["Users"]}
    return list(found.values())


def _attributes(user: dict[str, Any]) -> dict[str, str]:
    return {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}


def _source(user_name: str, attributes: dict[str, str]) -> dict[str, str]:
    """Return the identity of a federated user name such as `google_1234`.

    If the pool ignores case, Cognito gives the name in lower case, but needs provider and ID in their original case.
    IDENTITY_PROVIDERS maps the name of each provider to the attribute with the ID, or to an empty string.
    """
    provider, _, subject = user_name.partition("_")
    for name, attribute in json.loads(os.environ.get("IDENTITY_PROVIDERS", "{}")).items():
        if user_name.lower().startswith(f"{name.lower()}_"):
            provider, subject = name, attributes.get(attribute) or user_name[len(name) + 1 :]
    return {
        "ProviderName": provider,
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": subject,
    }
