"""IAM policies that an API's own stack can attach to its role: each allows one task, limited to this stack
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
"""

from typing import Any, Final

import pulumi

from identity.user_pool.beside import policy_document

# Read users and groups. Not DescribeUserPoolClient: its response contains the client secret.
_PEOPLE: Final = ("AdminGetUser", "AdminListGroupsForUser", "GetGroup", "ListGroups", "ListUsers", "ListUsersInGroup")
_PARAMETERS: Final = ("GetParameter", "GetParameters", "GetParametersByPath")


def policy_documents(pool_arn: pulumi.Output[str], parameters: str | None) -> dict[str, pulumi.Output[str]]:
    """The policy documents by name.

    Args:
        pool_arn: the ARN of the user pool.
        parameters: the path of the published SSM parameters, which `verifyTokens` lets a role read; without them, None,
            and `verifyTokens` is omitted. (Verifying tokens needs no permission: the keys are public.)
    """
    documents = {"readPool": pool_arn.apply(lambda arn: policy_document(_allow("cognito-idp", _PEOPLE, arn)))}
    if parameters:
        documents["verifyTokens"] = pool_arn.apply(
            lambda arn: policy_document(_allow("ssm", _PARAMETERS, *_below(parameters, arn)))
        )
    return documents


def _allow(service: str, operations: tuple[str, ...], *resources: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{operation}" for operation in operations],
        "Resource": list(resources),
    }


def _below(path: str, pool_arn: str) -> tuple[str, str]:
    """The ARNs of a parameter path in the pool's account and region, and of all parameters below it."""
    _, partition, _, region, account, _ = pool_arn.split(":", 5)
    own = f"arn:{partition}:ssm:{region}:{account}:parameter{path}"
    return own, f"{own}/*"
