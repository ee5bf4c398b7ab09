"""Lambda functions from code in this repository, and the permissions to call them."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from identity import facts, naming
from identity.user_pool.beside import Beside, policy_document, role
from identity.user_pool.triggers import ROOT, SENDERS, Trigger, Triggers

_LOG_RETENTION_DAYS: Final = 90
Inputs = dict[str, pulumi.Input[str]]


def functions(beside: Beside, triggers: Triggers) -> tuple[Inputs, Inputs]:
    """Create the functions with code in this repository. Return the ARNs of all functions, existing ones included, and
    the role names of created ones, by trigger key.
    """
    arns, roles = Inputs(), Inputs()
    for key, trigger in triggers.given().items():
        if trigger.arn:
            arns[key] = trigger.arn
        else:
            secret_key = triggers.kms_key_arn if key in SENDERS else None
            arns[key], roles[key] = _function(beside, key, trigger, secret_key)
    return arns, roles


def permit(
    beside: Beside,
    triggers: Triggers,
    arns: Mapping[str, pulumi.Input[str]],
    pool: pulumi.Input[str],
    statements: Mapping[str, str],
) -> None:
    """Let this pool, and no other, call these functions.

    `statements` has the statement ids of existing permissions, by logical name: with a new id, a permission would be
    replaced.
    """
    for key, trigger in triggers.given().items():
        if not trigger.permission:
            continue
        # A version or alias has a property of its own: in the ARN, it would cause drift.
        whole, qualifier = _qualified(trigger.arn) if trigger.arn else (arns[key], None)
        logical_name = naming.permission(beside.name, key)
        aws.lambda_.Permission(
            logical_name,
            statement_id=statements.get(logical_name),
            action="lambda:InvokeFunction",
            function=whole,
            qualifier=qualifier,
            principal="cognito-idp.amazonaws.com",
            source_arn=pool,
            opts=beside.options(),
        )


def _qualified(arn: str) -> tuple[str, str | None]:
    parts = arn.split(":")
    return ":".join(parts[:7]), parts[7] if len(parts) > 7 else None


def _function(
    beside: Beside, trigger_name: str, trigger: Trigger, key: str | None
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Create a function, its log group, and a role that can only write to it. Return the ARN and the role's name.

    `key` is the KMS key with which Cognito encrypts codes; the function may decrypt with it.
    """
    name = naming.function(beside.name, trigger_name)
    logs = beside.log_group(f"{name}-logs", f"/aws/lambda/{beside.stem}-{trigger_name}", _LOG_RETENTION_DAYS)
    says = f"Lets the function {trigger_name} of {beside.stem} write its log."
    made = role(beside, name, says, "lambda", logs.arn.apply(lambda group: _rights(group, key)))
    function = aws.lambda_.Function(
        name,
        role=made.arn,
        code=code_of(str(trigger.path)),
        handler=trigger.handler,
        runtime=trigger.runtime,
        memory_size=trigger.memory,
        timeout=trigger.timeout,
        environment={"variables": trigger.environment} if trigger.environment else None,
        logging_config={"log_format": "Text", "log_group": logs.name},
        tags=beside.tags,
        opts=beside.options(),
    )
    arn: pulumi.Output[str] = function.arn
    return arn, made.name


def permit_links(beside: Beside, role: pulumi.Input[str], pool: pulumi.Input[str]) -> None:
    """Let this role, of the function of `linkAccounts`, search and link users in this pool."""
    actions = ["cognito-idp:AdminLinkProviderForUser", "cognito-idp:ListUsers"]
    aws.iam.RolePolicy(
        facts.LINKS,
        role=role,
        policy=pulumi.Output.from_input(pool).apply(
            lambda arn: policy_document({"Effect": "Allow", "Action": actions, "Resource": arn})
        ),
        opts=beside.options(),
    )


def _rights(group: str, key: str | None) -> list[dict[str, Any]]:
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    rights: list[dict[str, Any]] = [{"Effect": "Allow", "Action": actions, "Resource": f"{group}:*"}]
    if key:
        rights.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key})
    return rights


def code_of(path: str) -> pulumi.AssetArchive:
    """The files of a folder of this repository, without Python's bytecode, which always differs.

    The engine compares the contents: a checkout in another folder is not a change.
    """
    folder = ROOT / path
    files = sorted(
        file.relative_to(folder) for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    )
    return pulumi.AssetArchive({file.as_posix(): pulumi.FileAsset(str(folder / file)) for file in files})
