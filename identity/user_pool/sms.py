"""Text messages, and the role by which Cognito sends them."""

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
    external_id: Maybe[types.Text] = setting(
        None,
        "What the role asks Cognito for. Not given - the name of the pool.",
        "smsConfiguration.externalId",
        example="acme-sign-in",
    )
    region: Maybe[types.Region] = setting(
        None, "The region of SNS. Not given - the pool's.", "smsConfiguration.snsRegion", example="eu-west-1"
    )


def sender_role(beside: Beside, external_id: str) -> pulumi.Output[str]:
    """The ARN of a role that lets Cognito send texts, known once it may: Cognito tries it when the pool is written.

    It may publish to phone numbers, which have no ARN, so the resource is `*`, as AWS's own console makes it.
    """
    import pulumi_aws as aws  # here: the tools read the settings without the provider

    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    role = aws.iam.Role(
        f"{beside.name}-sms-role",
        description=f"Lets the user pool {external_id} send text messages.",
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
