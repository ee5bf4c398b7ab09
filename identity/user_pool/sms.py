"""Text messages, and the role by which Cognito sends them."""

import re
from typing import Any

import pulumi

from identity import types
from identity.setting import Model, setting
from identity.types import Maybe
from identity.user_pool.beside import Beside, policy_document


class Sms(Model):
    """Text messages (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html).

    `{}` makes the role that lets Cognito send them.
    """

    role_arn: Maybe[types.RoleArn] = setting(
        None,
        "The role that lets Cognito send texts by SNS. Not given - the program makes one.",
        "smsConfiguration.snsCallerArn",
        example="arn:aws:iam::123456789012:role/cognito-sms",
    )
    external_id: Maybe[types.ExternalId] = setting(
        None,
        "What the role asks Cognito for. Not given - nothing where roleArn is; for a role made here the name of the "
        "pool, with - for what none may have.",
        "smsConfiguration.externalId",
        example="acme-sign-in",
    )
    region: Maybe[types.Region] = setting(
        None, "The region of SNS. Not given - the pool's.", "smsConfiguration.snsRegion", example="eu-west-1"
    )

    def inputs(self) -> dict[str, Any]:
        made = super().inputs()
        # The provider wants the word, also for a role that asks for nothing.
        made.setdefault("smsConfiguration", {}).setdefault("externalId", "")
        return made


def external_id(pool_name: str) -> str:
    """What the role asks for where the config does not say: an external id may have less than a pool's name."""
    return re.sub("[^A-Za-z0-9_+=,.@-]", "-", pool_name).ljust(2, "-")


def sender_role(beside: Beside, asked: str) -> pulumi.Output[str]:
    """The ARN of a role that lets Cognito send texts, known once it may: Cognito tries it when the pool is written.

    It may publish to phone numbers, which have no ARN, so the resource is `*`, as AWS's own console makes it.
    """
    import pulumi_aws as aws  # here: the tools read the settings without the provider

    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": asked}},
    }
    role = aws.iam.Role(
        f"{beside.name}-sms-role",
        description=f"Lets the user pool {asked} send text messages.",
        assume_role_policy=policy_document(trust),
        tags=beside.tags,
        opts=beside.options(),
    )
    publish = aws.iam.RolePolicy(
        f"{beside.name}-sms-policy",
        role=role.name,
        policy=policy_document({"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}),
        opts=beside.options(),
    )
    return pulumi.Output.all(role.arn, publish.id).apply(lambda made: str(made[0]))
