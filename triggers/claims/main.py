"""Before tokens are made: the groups of the person as claims of the access token, for APIs that look for roles there.

It wants the event in its second or third form, so `version: V2_0`. It runs on AWS Lambda as it stands and takes nothing
from this repository (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html).
"""

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's own
    """Add the claim `roles`, a list of the groups; for who is in none, no claim.

    Args:
        event: AWS's event, with the groups that the tokens will have.
        context: Lambda's own, not looked at.
    """
    groups = event["request"]["groupConfiguration"]["groupsToOverride"]
    if groups:
        claims = {"roles": groups}
        event["response"]["claimsAndScopeOverrideDetails"] = {
            "accessTokenGeneration": {"claimsToAddOrOverride": claims}
        }
    return event
