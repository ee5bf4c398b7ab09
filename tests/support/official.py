"""Check inputs of resources against the descriptions of AWS and its official provider.

The classes of `pulumi_aws` list properties, required ones, and types. The model of botocore has AWS's values, ranges,
lengths and patterns.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator
from pulumi.runtime.rpc import unwrap_rpc_secret

from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.checks import problems
from local.aws_plugin.emulator import model
from local.aws_plugin.properties import to_aws
from local.aws_plugin.values import Archive

# The operations whose requests contain a resource's inputs. Other types are checked by the classes only.
_OPERATIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws:acm/certificate:Certificate": ("acm", ("RequestCertificate",)),
    "aws:cognito/identityPool:IdentityPool": ("cognito-identity", ("CreateIdentityPool",)),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", ("CreateLogGroup", "PutRetentionPolicy")),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": (
        "cognito-identity",
        ("SetIdentityPoolRoles",),
    ),
    "aws:cognito/identityProvider:IdentityProvider": ("cognito-idp", ("CreateIdentityProvider",)),
    "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration": ("cognito-idp", ("SetLogDeliveryConfiguration",)),
    "aws:cognito/managedLoginBranding:ManagedLoginBranding": ("cognito-idp", ("CreateManagedLoginBranding",)),
    "aws:cognito/resourceServer:ResourceServer": ("cognito-idp", ("CreateResourceServer",)),
    "aws:cognito/riskConfiguration:RiskConfiguration": ("cognito-idp", ("SetRiskConfiguration",)),
    "aws:cognito/userGroup:UserGroup": ("cognito-idp", ("CreateGroup",)),
    "aws:cognito/userPool:UserPool": ("cognito-idp", ("CreateUserPool", "SetUserPoolMfaConfig")),
    "aws:cognito/userPoolClient:UserPoolClient": ("cognito-idp", ("CreateUserPoolClient",)),
    "aws:cognito/userPoolDomain:UserPoolDomain": ("cognito-idp", ("CreateUserPoolDomain",)),
    "aws:cognito/userPoolUICustomization:UserPoolUICustomization": ("cognito-idp", ("SetUICustomization",)),
    "aws:iam/role:Role": ("iam", ("CreateRole",)),
    "aws:iam/rolePolicy:RolePolicy": ("iam", ("PutRolePolicy",)),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam", ("AttachRolePolicy",)),
    "aws:lambda/permission:Permission": ("lambda", ("AddPermission",)),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", ("CreateSecret",)),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretsmanager", ("PutSecretValue",)),
    "aws:sesv2/emailIdentity:EmailIdentity": ("sesv2", ("CreateEmailIdentity",)),
    "aws:ssm/parameter:Parameter": ("ssm", ("PutParameter",)),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("wafv2", ("AssociateWebACL",)),
}


def complaints(type_name: str, inputs: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each problem in the inputs of an AWS resource. Other providers are not checked."""
    if not type_name.startswith("aws:"):
        return []
    if type_name not in RESOURCES:
        return [f"{type_name}: no such resource type is known to local/aws_plugin"]
    given = {name: _plain(value) for name, value in inputs.items()}
    table = RESOURCES[type_name].inputs
    found = list(problems(type_name, table, given))
    return found or [f"{type_name}: {wrong}" for wrong in _of_aws(type_name, given)]


def _of_aws(type_name: str, given: Mapping[str, Any]) -> Iterator[str]:
    if type_name not in _OPERATIONS:
        return
    service, operations = _OPERATIONS[type_name]
    table = RESOURCES[type_name].inputs
    made = {name: "made" for name, prop in table.items() if prop.named}  # the provider generates an omitted name
    request = to_aws(table, made | dict(given))
    for operation in operations:
        shape = _operation(service, operation).input_shape
        assert shape is not None
        part = {name: value for name, value in request.items() if name in shape.members}
        if len(operations) > 1:  # another operation of this resource supplies the id
            part |= {name: "us-east-1_Pool1" for name in shape.required_members if name == "UserPoolId"}
        report = ParamValidator().validate(part, shape)
        if report.has_errors():
            yield report.generate_report()
        else:
            yield from breaches(shape, part, operation)


def breaches(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield each value outside of a range, pattern or enum of AWS's model: botocore checks only minimums."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            # The mocks use readable ids for clients and identity pools.
            if (
                name in value
                and name not in ("ClientId", "IdentityPoolId")
                and (path, name) != ("CreateUserPoolDomain", "Domain")
            ):
                yield from breaches(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        yield from _out_of_range(shape, len(value), f"{path}: number of items")
        for index, item in enumerate(value):
            yield from breaches(shape.member, item, f"{path}[{index}]")  # type: ignore[attr-defined]
    elif shape.type_name in ("integer", "long"):
        yield from _out_of_range(shape, value, path)
    elif shape.type_name == "string":
        yield from _text_breaches(shape, value, path)


def _out_of_range(shape: Shape, number: float, what: str) -> Iterator[str]:
    low, high = (shape.metadata.get(bound) for bound in ("min", "max"))
    if (low is not None and number < low) or (high is not None and number > high):
        yield f"{what}: {number}, but {low} to {high}"


def _text_breaches(shape: Shape, value: str, path: str) -> Iterator[str]:
    # Python has no \p classes. Those for separators become whitespace, all others non-whitespace.
    pattern = re.sub(
        r"\\p\{(\w)\}", lambda item: r"\s" if item[1] == "Z" else r"\S", shape.metadata.get("pattern", ".*")
    )
    allowed = shape.metadata.get("enum")
    if (allowed and value not in allowed) or not re.fullmatch(pattern, value, re.DOTALL):
        yield f"{path}: {value!r}"
    yield from _out_of_range(shape, len(value), f"{path}: length")


@functools.cache
def _operation(service: str, operation: str) -> OperationModel:
    found: OperationModel = model(service).operation_model(operation)
    return found


def _plain(value: Any) -> Any:
    """Return a value as the plugin gets it: secrets unwrapped, whole numbers as integers (floats on the wire)."""
    value = unwrap_rpc_secret(value)
    if isinstance(value, pulumi.Archive):
        return Archive()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
