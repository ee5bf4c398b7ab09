"""Pre token generation trigger: adds the user's groups to the access token as the claim `roles`.

It requires event version V2_0 or V3_0. It runs on AWS Lambda unchanged, and imports nothing from this repository
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html).
"""

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Add the claim `roles`, a list of the groups; no claim for a user without groups.

    Args:
        event: the event of Cognito, with the user's groups.
        context: the context of Lambda, not used.
    """
    groups = event["request"]["groupConfiguration"]["groupsToOverride"]
    if groups:
        claims = {"roles": groups}
        event["response"]["claimsAndScopeOverrideDetails"] = {
            "accessTokenGeneration": {"claimsToAddOrOverride": claims}
        }
    return event
