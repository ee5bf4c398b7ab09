"""aws:lambda Function and Permission. The emulator runs the code as the user who started the emulator.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

import json
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .archives import zipped
from .emulator import Refusal
from .official import Differences
from .properties import Props, to_aws
from .resource import Resource, parted
from .service import Service

_TIMEOUT = 60.0  # seconds; a start takes about one


class Function(Resource, module="lambda"):
    """A function, with its code in an archive."""

    requests = ("CreateFunction",)
    differences = Differences(
        replaces=("name",),
        keeps=("code",),
        resets=("sourceCodeHash",),
        unread=("code", "skipDestroy", "sourceCodeHash"),
        secret=("environment",),
        ordered=("layers",),
        own=("code", "reservedConcurrentExecutions"),
        default={"memorySize": 128, "timeout": 3, "reservedConcurrentExecutions": -1, "skipDestroy": False},
        # Not needed for the triggers of a user pool.
        unsupported=(
            *("capacityProviderConfig", "codeSigningConfigArn", "deadLetterConfig", "durableConfig", "imageConfig"),
            *("fileSystemConfig", "packageType", "publish", "publishTo", "snapStart", "tenancyConfig", "vpcConfig"),
        ),
    )

    def prepared(self, props: Props) -> Props:
        """Compare the code by its digest: the files at a path may change."""
        return props | {"code": _digest(props), "sourceCodeHash": None}

    def make(self, aws: Service, props: Props) -> str:
        if not props.get("code"):
            raise Refusal("code: aws.lambda.Function needs it here: an archive of the folder; received nothing")
        aws.client.create_function(**to_aws(self.inputs, props), Code={"ZipFile": zipped(props["code"])})
        _set_concurrency(aws, props)
        _wait(aws, props["name"])
        return str(props["name"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        answer = aws.client.get_function(FunctionName=resource_id)
        found = answer["Configuration"]
        layers = [layer["Arn"] for layer in found.get("Layers") or []]
        arn, digest = found["FunctionArn"], found["CodeSha256"]
        invoke = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        more = {
            "arn": arn,
            "invokeArn": invoke,
            "qualifiedArn": f"{arn}:{found['Version']}",
            "qualifiedInvokeArn": invoke.replace(arn, f"{arn}:{found['Version']}"),
            "responseStreamingInvokeArn": invoke.replace("2015-03-31", "2021-11-15"),
            "sourceCodeSize": found["CodeSize"],
            "sourceCodeHash": digest,
            "code": known.get("code"),
            "reservedConcurrentExecutions": answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1),
        }
        return self.state(aws, resource_id, found | {"Layers": layers, "Tags": answer.get("Tags")}, **more)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        if _digest(new) != _digest(old):
            aws.client.update_function_code(FunctionName=resource_id, ZipFile=zipped(new["code"]))
            _wait(aws, resource_id)
        aws.call("UpdateFunctionConfiguration", to_aws(self.inputs, new, old))
        _set_concurrency(aws, new)
        aws.retag(old, new, Resource=old["arn"])
        _wait(aws, resource_id)

    def planned(self, old: Props, new: Props) -> Props:
        changed = _digest(new) != _digest(old)
        unknown = ("lastModified", *(("sourceCodeHash", "sourceCodeSize") if changed else ()))
        return dict.fromkeys(unknown, UNKNOWN)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        if not state.get("skipDestroy"):
            aws.client.delete_function(FunctionName=resource_id)


class Permission(Resource, module="lambda"):
    """One statement of a function's policy."""

    requests = ("AddPermission",)
    differences = Differences(
        named="statementId",
        replaces=(
            *("action", "eventSourceToken", "function", "functionUrlAuthType", "invokedViaFunctionUrl"),
            *("principal", "principalOrgId", "qualifier", "sourceAccount", "sourceArn", "statementId"),
        ),
        members={"function": "FunctionName"},
    )

    def make(self, aws: Service, props: Props) -> str:
        aws.client.add_permission(**to_aws(self.inputs, props))
        return str(props["statementId"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        function, statement = known.get("function"), resource_id
        if not function:
            function, statement = parted(resource_id, "<function>/<statement id>")
        policy = json.loads(aws.client.get_policy(FunctionName=function)["Policy"])
        found = next((one for one in policy["Statement"] if one["Sid"] == statement), None)
        if found is None:
            return None
        more = {"function": function, "statementId": statement, "action": found["Action"]} | _conditions(found)
        more |= {name: known[name] for name in ("qualifier", "eventSourceToken") if name in known}
        return self.state(aws, statement, {}, **more)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.remove_permission(FunctionName=state["function"], StatementId=resource_id)


def _set_concurrency(aws: Service, props: Props) -> None:
    limit = props.get("reservedConcurrentExecutions", -1)
    if limit >= 0:
        aws.client.put_function_concurrency(FunctionName=props["name"], ReservedConcurrentExecutions=limit)
    else:
        aws.client.delete_function_concurrency(FunctionName=props["name"])


def _wait(aws: Service, name: str) -> None:
    def ready() -> bool:
        found = aws.client.get_function_configuration(FunctionName=name)
        return (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")

    aws.wait(f"function {name} to be active", _TIMEOUT, ready)


def _digest(props: Props) -> Any:
    """Return the engine's digest of the code; UNKNOWN if it is not known yet; after an import AWS's digest."""
    code = props.get("code") or props.get("sourceCodeHash")
    return code.get("hash") if isinstance(code, dict) else code


def _conditions(statement: Props) -> Props:
    principal = statement["Principal"]
    found = {"principal": principal if isinstance(principal, str) else next(iter(principal.values()))}
    names = {"aws:sourcearn": "sourceArn", "aws:sourceaccount": "sourceAccount", "aws:principalorgid": "principalOrgId"}
    for conditions in (statement.get("Condition") or {}).values():
        found |= {names[key.lower()]: value for key, value in conditions.items() if key.lower() in names}
    return found
