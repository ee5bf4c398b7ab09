"""The CloudFormation exports of the stack."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pulumi
from pulumi_aws import cloudformation
from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError

from identity import types
from identity.errors import Problem, nearest, shown
from identity.naming import Names
from identity.setting import Model, setting
from identity.urls import fill_in

STACK_NAME_LENGTH = 128
EXPORT_NAME_LENGTH = 255
ExportName = Annotated[
    types.Text, types.matching("[A-Za-z0-9:-]{1,255}", "an export's name: 1-255 letters, digits, : and -")
]
PATH: Final = "identity:cloudFormationExports"
# The names for `true`: those that existing templates import.
_DEFAULT_NAMES: Final = {
    "userPoolId": "{product}-{environment}-customeruserpoolid",
    "userPoolArn": "{product}-{environment}-customeruserpoolarn",
    "certificateArn": "{product}-{environment}-certificate-auth",
}
ExportTemplate = Annotated[
    types.Text,
    types.matching(
        r"(?:[A-Za-z0-9:-]|\{product\}|\{environment\}){1,255}",
        "an export name: letters, digits, : and -, and the placeholders {product} and {environment}",
    ),
]


class ExportNames(Model):
    """The export names. Outputs without a name are not exported."""

    user_pool_id: types.Maybe[ExportTemplate] = setting("The pool's id.", example="shop-prod-pool-id")
    user_pool_arn: types.Maybe[ExportTemplate] = setting("The pool's ARN.", example="shop-prod-pool-arn")
    certificate_arn: types.Maybe[ExportTemplate] = setting(
        "The certificate's ARN, if the stack has one.", example="shop-prod-certificate"
    )
    clients: dict[types.Key, ExportTemplate] = setting(
        "The client ids, client key -> export name.", default={}, example={"postman": "shop-prod-postman-id"}
    )

    def filled(self, names: Names) -> dict[str, str]:
        """The export names by output, such as `userPoolArn` and `clients.postman`."""
        by_output = self.model_dump(by_alias=True, exclude_none=True, exclude={"clients"})
        by_output |= {f"clients.{key}": name for key, name in self.clients.items()}
        return {output: fill_in(name, names.placeholders) for output, name in by_output.items()}


def _from_flag(value: Any) -> Any:
    if isinstance(value, bool):
        return _DEFAULT_NAMES if value else None
    if not isinstance(value, dict):
        raise PydanticKnownError("bool_type")
    return value


# `true` is the short form for the usual names, `false` for no exports.
OneExportNames = Annotated[ExportNames | None, BeforeValidator(_from_flag, json_schema_input_type=bool | ExportNames)]


def export_problems(exports: ExportNames, names: Names, clients: Mapping[str, Any]) -> Iterator[Problem]:
    """The errors in the export names."""
    stack, filled = names.exports_stack, exports.filled(names)
    # Product and environment contain only letters, digits and hyphens; CloudFormation has these two additional rules.
    if filled and not (stack[0].isalpha() and len(stack) <= STACK_NAME_LENGTH):
        allowed = f"false: the name of a CloudFormation stack starts with a letter and has at most {STACK_NAME_LENGTH}"
        yield Problem(PATH, f"{allowed} characters; it would be {shown(stack)}", "true")
    for key in exports.clients.keys() - clients.keys():
        yield Problem(f"{PATH}.clients.{key}", f"a client: {', '.join(clients)}", shown(key), nearest(key, clients))
    seen: dict[str, str] = {}
    for output, name in filled.items():
        first = seen.setdefault(_logical_id(name), output)
        if not 1 <= len(name) <= EXPORT_NAME_LENGTH or not _logical_id(name):
            allowed = f"a name of at most {EXPORT_NAME_LENGTH} characters with a letter or digit"
            yield Problem(f"{PATH}.{output}", allowed, shown(name))
        elif first != output:
            allowed = f"a unique name: {first} has it, apart from - : and case"
            yield Problem(f"{PATH}.{output}", allowed, shown(name))


@dataclass(frozen=True)
class CloudFormationExportsArgs:
    """The arguments of `CloudFormationExports`.

    Args:
        stack_name: the name of the CloudFormation stack: at most 128 letters, digits and hyphens, first a letter.
        names: the export names by output, such as `userPoolArn` and `clients.postman`.
        user_pool_id, user_pool_arn: the id and ARN of the user pool.
        client_ids: the client ids by key.
        certificate_arn: the ARN of the stack's own certificate; None without one.
        tags: the tags of the CloudFormation stack.
    """

    stack_name: str
    names: Mapping[str, str]
    user_pool_id: pulumi.Input[str]
    user_pool_arn: pulumi.Input[str]
    client_ids: Mapping[str, pulumi.Input[str]]
    certificate_arn: pulumi.Input[str] | None
    tags: Mapping[str, str]


class CloudFormationExports(pulumi.ComponentResource):
    """A CloudFormation stack that only exports outputs, for templates with `Fn::ImportValue`. Other stacks and the
    exported resources are not changed.

    CloudFormation refuses to delete an export or to change its value while another stack imports it, and refuses a
    name that another stack exports (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html).
    Set `depends_on` to the exported resources: then the exports are created last and deleted first, and a refusal
    leaves the resources in place.
    """

    def __init__(self, name: str, args: CloudFormationExportsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("identity:index:CloudFormationExports", name, {}, opts)
        cloudformation.Stack(
            name,
            name=args.stack_name,
            # Sorted keys: equal values give equal text, so that a second update makes no change.
            template_body=pulumi.Output.json_dumps(_template(_values(args)), sort_keys=True),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _values(args: CloudFormationExportsArgs) -> dict[str, pulumi.Input[str]]:
    """The values by export name; values that the stack does not have are omitted."""
    found = {"userPoolId": args.user_pool_id, "userPoolArn": args.user_pool_arn}
    found |= {f"clients.{key}": client_id for key, client_id in args.client_ids.items()}
    if args.certificate_arn is not None:
        found["certificateArn"] = args.certificate_arn
    return {name: found[output] for output, name in args.names.items() if output in found}


def _template(values: Mapping[str, pulumi.Input[str]]) -> dict[str, object]:
    return {
        # Do not change: CloudFormation refuses an update of the description alone
        # (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-description-structure.html).
        "Description": "The sign-in of this environment, for templates that import it.",
        # CloudFormation requires a resource in a template; this type creates nothing.
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {
            _logical_id(export): {"Value": value, "Export": {"Name": export}} for export, value in values.items()
        },
    }


def _logical_id(export: str) -> str:
    return "".join(part.title() for part in re.split("[:-]", export))  # only letters and digits
