"""aws:cloudformation Stack, and the invokes getExport, getCallerIdentity and getRegion.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

import json
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal, existing
from .official import Differences
from .properties import Props, comparable, to_aws
from .resource import Resource
from .service import Service

_TIMEOUT = 30 * 60  # seconds; the official provider's default


class Stack(Resource, module="cloudformation"):
    """A CloudFormation stack. If its creation fails, it is deleted."""

    requests = ("CreateStack",)
    differences = Differences(
        replaces=("name",),
        own=("parameters",),
        unsupported=("disableRollback", "notificationArns", "onFailure", "templateUrl", "timeoutInMinutes"),
    )

    def make(self, aws: Service, props: Props) -> str:
        stack_id = str(aws.client.create_stack(**self._request(props))["StackId"])
        try:
            self._finish(aws, stack_id, "CREATE_COMPLETE")
        except Refusal:
            aws.client.delete_stack(StackName=stack_id)
            raise
        return stack_id

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = _described(aws, resource_id)
        if found is None:
            return None
        body = aws.client.get_template(StackName=found["StackId"], TemplateStage="Original")["TemplateBody"]
        parameters = {given["ParameterKey"]: given["ParameterValue"] for given in found.get("Parameters", [])}
        more = {
            "templateBody": body if isinstance(body, str) else json.dumps(body),
            "parameters": parameters or None,
            "outputs": {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
        }
        return self.state(aws, found["StackId"], found, **more)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        try:
            aws.client.update_stack(**self._request(new))
            self._finish(aws, resource_id, "UPDATE_COMPLETE")
        except Exception as error:
            if "No updates are to be performed" not in str(error):
                raise

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        if _described(aws, resource_id) is not None:
            aws.client.delete_stack(StackName=resource_id)
            self._finish(aws, resource_id, "DELETE_COMPLETE")

    def planned(self, old: Props, new: Props) -> Props:
        before, after = (comparable(self.inputs["templateBody"], props.get("templateBody")) for props in (old, new))
        return {} if before == after else {"outputs": UNKNOWN}

    def _request(self, props: Props) -> Props:
        given = (props.get("parameters") or {}).items()
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given]
        return {"Tags": [], **to_aws(self.inputs, props), "Parameters": parameters}

    def _finish(self, aws: Service, stack_id: str, goal: str) -> None:
        def done() -> bool:
            found = _described(aws, stack_id)
            status = found["StackStatus"] if found else "DELETE_COMPLETE"
            if status.endswith("_IN_PROGRESS"):
                return False
            if status != goal:
                why = (found or {}).get("StackStatusReason") or "see the stack's events"
                raise Refusal(f"the stack came to {status}: {why}")
            return True

        aws.wait(f"stack {stack_id} to reach {goal}", _TIMEOUT, done)


def _described(aws: Service, stack_id: str) -> Any:
    found = existing(lambda: aws.client.describe_stacks(StackName=stack_id)["Stacks"][0])
    return None if found and found["StackStatus"] == "DELETE_COMPLETE" else found


def get_export(emulator: Emulator, arguments: Props) -> Props:
    """Return an export and its value. Raises Refusal if no stack exports the name."""
    region = arguments.get("region") or emulator.region
    pages = emulator.client("cloudformation", region).get_paginator("list_exports").paginate()
    for export in (export for page in pages for export in page["Exports"]):
        if export["Name"] == arguments["name"]:
            return {
                "exportingStackId": export["ExportingStackId"],
                "id": f"cloudformation-exports-{region}-{export['Name']}",
                "name": export["Name"],
                "region": region,
                "value": export["Value"],
            }
    raise Refusal(f"no CloudFormation stack in {region} exports {arguments['name']}: deploy the one that does first")


def get_caller_identity(emulator: Emulator, _: Props) -> Props:
    """Return the account, the ARN and the user id of the credentials."""
    answer = emulator.client("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "id": answer["Account"], "userId": answer["UserId"]}


def get_region(emulator: Emulator, arguments: Props) -> Props:
    """Return the given region, or else the stack's."""
    region = arguments.get("region") or arguments.get("name") or emulator.region
    return {
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "id": region,
        "name": region,
        "region": region,
    }
