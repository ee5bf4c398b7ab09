"""Before somebody signs up: one person, one account. A sign-up by an identity provider is linked to the user who has
the same address, where both addresses are verified; where one is not, it is refused, for an address that nobody has
looked at would open somebody else's account.

It runs on AWS Lambda as it stands and takes nothing from this repository
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-identity-federation-consolidate-users.html).
"""

import json
import os
from typing import Any

import boto3

_FEDERATED = "PreSignUp_ExternalProvider"
# Made while Lambda starts the function, with a whole processor: Cognito waits five seconds. Lambda sets the region.
_COGNITO: Any = boto3.client("cognito-idp", region_name=os.environ.get("AWS_REGION", "us-east-1"))


class SignUpRefused(Exception):
    """Cognito shows its text to the app, as the reason why nobody was signed up."""


def handler(event: dict[str, Any], context: object, client: Any = _COGNITO) -> dict[str, Any]:  # noqa: ARG001 - Lambda's own
    """Link the sign-up of `event`, or let it be; raise SignUpRefused.

    Args:
        event: AWS's event of the pre sign-up trigger; other sign-ups than federated ones go their way.
        context: Lambda's own, not looked at.
        client: AWS's client, for tests.
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
    # Who only says to have the address must not keep its owner out.
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
    """Who a user is to Cognito: of a provider, where the user came to be by one, else of the pool."""
    for known in json.loads(_attributes(user).get("identities", "[]")):
        if known["primary"]:
            return {"ProviderName": known["providerName"], "ProviderAttributeValue": known["userId"]}
    return {"ProviderName": "Cognito", "ProviderAttributeValue": user["Username"]}


def _with_address(client: Any, pool: str, address: str) -> list[dict[str, Any]]:
    """The users with this address, in the spelling of the provider and in small letters."""
    found: dict[str, dict[str, Any]] = {}
    # Beyond ASCII other letters have the same small one: that of the Kelvin sign is k, and so somebody else's address.
    for spelling in {address, address.lower() if address.isascii() else address}:
        quoted = spelling.replace("\\", "\\\\").replace('"', '\\"')
        # A page may have fewer users than there are, and even none.
        pages = client.get_paginator("list_users").paginate(UserPoolId=pool, Filter=f'email = "{quoted}"')
        found |= {user["Username"]: user for page in pages for user in page["Users"]}
    return list(found.values())


def _attributes(user: dict[str, Any]) -> dict[str, str]:
    return {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}


def _source(user_name: str, attributes: dict[str, str]) -> dict[str, str]:
    """Who `google_1234` is. Where case does not matter in a pool, Cognito writes it in small letters here, and wants
    provider and id as they are: IDENTITY_PROVIDERS has the names, each with the attribute for the id, or with none.
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
