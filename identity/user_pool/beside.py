"""What the resources that belong to a pool share: their options, and the roles of AWS's services."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class Beside:
    """Where a resource beside the pool belongs.

    Args:
        name: what the program calls the pool; each resource's own name begins with it.
        stem: `<product>-<environment>`, with which names in AWS begin.
        tags: the tags of each that can have some.
        parent: the component of the pool.
    """

    name: str
    stem: str
    tags: Mapping[str, str]
    parent: pulumi.Resource

    def options(self, delete_before_replace: bool | None = None) -> pulumi.ResourceOptions:
        # Not protected as the pool is: each can be made again, and `identity.guard` looks at what it is there for.
        return pulumi.ResourceOptions(parent=self.parent, protect=False, delete_before_replace=delete_before_replace)

    def log_group(self, name: str, name_in_aws: str, days: int) -> aws.cloudwatch.LogGroup:
        """A log group that keeps its entries for so many days."""
        return aws.cloudwatch.LogGroup(
            name, name=name_in_aws, retention_in_days=days, tags=self.tags, opts=self.options()
        )


@dataclass(frozen=True)
class Role:
    """A role of a service of AWS: its name, and its ARN, known once the role may do what it is for."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]


def role(
    beside: Beside,
    name: str,
    description: str,
    service: str,
    rights: pulumi.Input[Sequence[Mapping[str, object]]],
    **trust: object,
) -> Role:
    """A role that a service may take, and that may do no more than these statements say; `trust` has conditions."""
    trusted = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = aws.iam.Role(
        f"{name}-role",
        description=description,
        assume_role_policy=policy_document(trusted | trust),
        tags=beside.tags,
        opts=beside.options(),
    )
    policy = aws.iam.RolePolicy(
        f"{name}-policy",
        role=made.name,
        policy=pulumi.Output.from_input(rights).apply(lambda statements: policy_document(*statements)),
        opts=beside.options(),
    )
    return Role(made.name, pulumi.Output.all(made.arn, policy.id).apply(lambda both: str(both[0])))


def policy_document(*statements: Mapping[str, object]) -> str:
    """An IAM policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
