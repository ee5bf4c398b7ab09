"""The names that CloudFormation templates of other repositories import."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudformation import Stack


@dataclass(frozen=True)
class CloudFormationExportsArgs:
    """What is published.

    Args:
        stack_name: the CloudFormation stack's name, at most 128 letters, digits and hyphens, a letter first.
        values: export name -> value; at least one.
        tags: the stack's tags.
    """

    stack_name: str
    values: Mapping[str, pulumi.Input[str]]
    tags: Mapping[str, str]


class CloudFormationExports(pulumi.ComponentResource):
    """A CloudFormation stack with nothing but outputs, so that `Fn::ImportValue` finds what it always found.

    It leaves alone what the values belong to, and every other stack. CloudFormation refuses to delete an export, or to
    change its value, while a stack of the account and region imports it
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html), and refuses a name
    that another stack exports already. Give `depends_on` whatever the exports stand for: they then come last and go
    first, so that such a refusal finds everything else still there.

    Attributes:
        stack: the CloudFormation stack.
    """

    stack: Stack

    def __init__(self, name: str, args: CloudFormationExportsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:CloudFormationExports", name, {}, opts)
        self.stack = Stack(
            name,
            name=args.stack_name,
            # Keys sorted: the same values are always the same text, so a second update changes nothing.
            template_body=pulumi.Output.json_dumps(_template(args.values), sort_keys=True),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _template(values: Mapping[str, pulumi.Input[str]]) -> dict[str, object]:
    return {
        "Description": "The sign-in of this environment, for templates that import it.",
        # CloudFormation takes no template without a resource; this one is a URL to call back and makes nothing.
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {
            _logical_id(export): {"Value": value, "Export": {"Name": export}} for export, value in values.items()
        },
    }


def _logical_id(export: str) -> str:
    return "".join(part.title() for part in export.split("-"))  # letters and digits alone
