"""Text messages, and the IAM role for sending them."""

import re
from typing import Annotated, Any

import pulumi

from identity import types
from identity.setting import Model, setting
from identity.user_pool.beside import Beside, role

ExternalId = Annotated[
    types.Text,
    types.matching("[A-Za-z0-9_+=,.@:/-]{2,1224}", "2-1,224 of a-z, A-Z, 0-9 and _ + = , . @ : / -"),
]
Region = Annotated[types.Text, types.matching("[a-z]{2}(?:-[a-z]+)+-[0-9]", "a region, such as eu-west-1")]


class Sms(Model):
    """Text messages (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html).

    `{}` creates the role with which Cognito sends them.
    """

    role_arn: types.Maybe[types.RoleArn] = setting(
        "The IAM role with which Cognito sends text messages. Default: a new role.",
        "smsConfiguration.snsCallerArn",
        example="arn:aws:iam::123456789012:role/cognito-sms",
    )
    external_id: types.Maybe[ExternalId] = setting(
        "The external id in the trust policy of the role. Default: none with roleArn; for a new role the pool's "
        "name, with - for characters that are not allowed.",
        "smsConfiguration.externalId",
        example="acme-sign-in",
    )
    region: types.Maybe[Region] = setting(
        "The region of SNS. Default: the pool's region.", "smsConfiguration.snsRegion", example="eu-west-1"
    )

    def inputs(self) -> dict[str, Any]:
        made = super().inputs()
        # The provider requires this property, even for a role without an external id.
        made.setdefault("smsConfiguration", {}).setdefault("externalId", "")
        return made


def external_id(pool_name: str) -> str:
    """The default external id: the pool's name, with - for characters that are not allowed in external ids."""
    return re.sub("[^A-Za-z0-9_+=,.@-]", "-", pool_name).ljust(2, "-")


def sender_role(beside: Beside, asked: str) -> pulumi.Output[str]:
    """Create a role for SMS; `asked` is the external id. The ARN is known once the policy exists: Cognito tests it.

    The resource is `*`, as in AWS's console, because phone numbers have no ARN.
    """
    text = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    says = f"Lets the user pool {asked} send text messages."
    condition = {"StringEquals": {"sts:ExternalId": asked}}
    return role(beside, f"{beside.name}-sms", says, "cognito-idp", [text], Condition=condition).arn
