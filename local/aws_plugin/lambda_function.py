"""aws:lambda Function: code that the emulator runs, as the person who started it, when a pool asks.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

import base64
import hashlib
from typing import Any

import pulumi
from pulumi.runtime.rpc import UNKNOWN

from .archives import zipped
from .elided import digest_of
from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, tag_changes, tagged

_STARTING = 60.0  # seconds; it takes about one
# The digest of the code, among the inputs and in the state.
_CODE = digest_of("code")
# Code that is not a zipped folder, and what only a fleet of functions needs.
_ELSEWHERE = frozenset(
    [
        *("capacityProviderConfig", "codeSha256", "codeSigningConfigArn", "deadLetterConfig", "durableConfig"),
        *("fileSystemConfig", "imageConfig", "imageUri", "packageType", "publish", "publishTo", "s3Bucket", "s3Key"),
        *("replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds", "s3ObjectVersion", "snapStart"),
        *("sourceKmsKeyArn", "tenancyConfig", "useResourceTimeoutForPropagation", "vpcConfig"),
    ]
)


class Function(Resource):
    """A function, its code a zipped folder."""

    type_name = "aws:lambda/function:Function"
    service = "lambda"
    unsupported = _ELSEWHERE
    inputs = official_table(
        type_name,
        "lambda",
        ("CreateFunctionRequest",),
        Differences(
            named="name",
            replaces=("name",),
            keeps=(
                *("architectures", "code", "ephemeralStorage", "loggingConfig", "packageType"),
                "tracingConfig",
            ),
            unread=("code", "skipDestroy", "sourceCodeHash"),
            secret=("environment",),
            ordered=("layers",),
            members={"name": "FunctionName"},
            own=("code", "skipDestroy", "sourceCodeHash", "reservedConcurrentExecutions", *_ELSEWHERE),
            default={"memorySize": 128, "timeout": 3, "reservedConcurrentExecutions": -1, "skipDestroy": False},
        ),
    )

    def prepared(self, props: Props) -> Props:
        """The code as the digest of what is in it: a path says nothing of that, and its files change."""
        return props | {"code": _digest(props), "sourceCodeHash": None}

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:
        if not props.get("code"):
            raise Refusal("code: aws.lambda.Function needs it here: an archive of the folder; received nothing")
        client = self.client(emulator, props)
        request = to_aws(self.inputs, props) | {"Code": {"ZipFile": zipped(props["code"])}}
        client.create_function(**request, Tags=props.get("tags") or {})
        self._limit(client, props)
        self._wait(emulator, client, props["name"], timeout)
        return self.reread(emulator, props["name"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_function(FunctionName=resource_id))
        if answer is None:
            return None
        found = answer["Configuration"]
        layers = [layer["Arn"] for layer in found.get("Layers") or []]
        state = from_aws(self.inputs, found | {"Layers": layers})
        limit = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
        region, arn = known.get("region") or emulator.region, found["FunctionArn"]
        invoke = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        outputs = dict.fromkeys(self.outputs, "") | {
            "arn": arn,
            "invokeArn": invoke,
            "lastModified": found["LastModified"],
            "qualifiedArn": f"{arn}:{found['Version']}",
            "qualifiedInvokeArn": invoke.replace(arn, f"{arn}:{found['Version']}"),
            "responseStreamingInvokeArn": invoke.replace("2015-03-31", "2021-11-15"),
            "sourceCodeSize": found["CodeSize"],
            "version": found["Version"],
        }
        return Found(
            resource_id,
            state
            | {_CODE: _digest(known) or found["CodeSha256"], "sourceCodeHash": found["CodeSha256"]}
            | {"code": known.get("code"), "reservedConcurrentExecutions": limit, "region": region}
            | outputs
            | tagged(answer.get("Tags") or {}),
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:
        client, named = self.client(emulator, old), {"FunctionName": resource_id}
        if _digest(new) != _digest(old):
            client.update_function_code(**named, ZipFile=zipped(new["code"]))
            self._wait(emulator, client, resource_id, timeout)
        request = to_aws(self.inputs, new, clear=True)
        client.update_function_configuration(
            **{name: value for name, value in request.items() if name != "Architectures"}
        )
        self._limit(client, new)
        setting, dropping = tag_changes(old, new)
        client.tag_resource(Resource=old["arn"], Tags=setting)
        client.untag_resource(Resource=old["arn"], TagKeys=dropping)
        self._wait(emulator, client, resource_id, timeout)
        return self.reread(emulator, resource_id, new)

    def planned(self, old: Props, new: Props) -> Props:
        changed = _digest(new) != _digest(old)
        unknown = ("lastModified", *(("sourceCodeHash", "sourceCodeSize") if changed else ()))
        return dict.fromkeys(unknown, UNKNOWN)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        if not state.get("skipDestroy"):
            existing(lambda: client.delete_function(FunctionName=resource_id))

    @staticmethod
    def _limit(client: Any, props: Props) -> None:
        limit = props.get("reservedConcurrentExecutions", -1)
        if limit >= 0:
            client.put_function_concurrency(FunctionName=props["name"], ReservedConcurrentExecutions=limit)
        else:
            client.delete_function_concurrency(FunctionName=props["name"])

    @staticmethod
    def _wait(emulator: Emulator, client: Any, name: str, timeout: float) -> None:
        def ready() -> bool:
            found = client.get_function_configuration(FunctionName=name)
            return (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")

        emulator.wait(f"function {name} to be active", timeout or _STARTING, ready)


def _digest(props: Props) -> Any:
    """The digest of the code, the engine's or in its place one of the zip; of code that is not known yet its marker."""
    code = props.get("code")
    if code == UNKNOWN or _CODE in props:
        return UNKNOWN if code == UNKNOWN else props[_CODE]
    if isinstance(code, pulumi.FileArchive | pulumi.AssetArchive):
        return base64.b64encode(hashlib.sha256(zipped(code)).digest()).decode()
    return None
