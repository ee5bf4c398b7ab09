"""Shared by the additional resources of a pool: their options, log groups and IAM roles."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class Beside:
    """Creates the additional resources of a pool with common options.

    Args:
        name: the logical name of the pool, the prefix of all logical names.
        stem: `<product>-<environment>`, the prefix of names in AWS.
        tags: the tags of all resources that support them.
        parent: the component of the pool.
    """

    name: str
    stem: str
    tags: Mapping[str, str]
    parent: pulumi.Resource

    def options(self, delete_before_replace: bool | None = None) -> pulumi.ResourceOptions:
        # Not protected like the pool: these resources can be recreated, and `identity.guard` checks their settings.
        return pulumi.ResourceOptions(parent=self.parent, protect=False, delete_before_replace=delete_before_replace)

    def log_group(self, name: str, name_in_aws: str, days: int) -> aws.cloudwatch.LogGroup:
        """A log group; `days` is the retention."""
        return aws.cloudwatch.LogGroup(
            name, name=name_in_aws, retention_in_days=days, tags=self.tags, opts=self.options()
        )


@dataclass(frozen=True)
class Role:
    """An IAM role: its name, and its ARN, known once its policy exists."""

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
    """Create a role for an AWS service. `rights` are its policy statements, `trust` has extra trust conditions."""
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
    """The statements as an IAM policy in JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
