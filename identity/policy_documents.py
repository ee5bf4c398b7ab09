"""IAM policies for the role of an API, which its own stack attaches: each allows one thing, in this stack alone
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html).
"""

from typing import Any, Final

import pulumi

from identity.user_pool.beside import policy_document

# Who is in the pool and in which groups. Not DescribeUserPoolClient, whose answer has the client's secret.
_PEOPLE: Final = ("AdminGetUser", "AdminListGroupsForUser", "GetGroup", "ListGroups", "ListUsers", "ListUsersInGroup")
_PARAMETERS: Final = ("GetParameter", "GetParameters", "GetParametersByPath")


def policy_documents(pool_arn: pulumi.Output[str], parameters: str | None) -> dict[str, pulumi.Output[str]]:
    """The documents by name.

    Args:
        pool_arn: of the user pool.
        parameters: the path of the SSM parameters, None where there are none. To verify a token takes no permission of
            AWS, for the keys are public: `verifyTokens` lets a role read where they are, and is absent without them.
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
    """The ARNs of a path of parameters, in the pool's account and region, and of what is below it."""
    _, partition, _, region, account, _ = pool_arn.split(":", 5)
    own = f"arn:{partition}:ssm:{region}:{account}:parameter{path}"
    return own, f"{own}/*"
