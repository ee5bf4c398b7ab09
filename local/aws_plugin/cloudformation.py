"""aws:cloudformation Stack, and the invokes getExport and getRegion.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

import json
from typing import Any

from .emulator import Emulator, Refusal, is_gone
from .official import Differences, official_table
from .properties import Props, Table
from .resource import Found, Resource

_TIMEOUT = 30 * 60  # seconds; the official provider's


class Stack(Resource):
    """A CloudFormation stack. A creation that fails leaves no stack behind."""

    type_name = "aws:cloudformation/stack:Stack"
    service = "cloudformation"
    inputs: Table = official_table(
        type_name,
        "",
        (),
        Differences(named="name", replaces=("name",), keeps=("templateBody", "parameters")),
    )
    unsupported = frozenset(
        [
            *("disableRollback", "iamRoleArn", "notificationArns", "onFailure", "policyBody", "policyUrl"),
            *("templateUrl", "timeoutInMinutes"),
        ]
    )

    def prepared(self, props: Props) -> Props:
        return props | {"templateBody": _same_text(props["templateBody"])} if props.get("templateBody") else props

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:
        client = self.client(emulator, props)
        stack_id = str(client.create_stack(**_request(props))["StackId"])
        try:
            self._finish(emulator, client, stack_id, "CREATE_COMPLETE", timeout)
        except Refusal:
            client.delete_stack(StackName=stack_id)
            raise
        return self.reread(emulator, stack_id, props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = _described(client, resource_id)
        if found is None:
            return None
        body = client.get_template(StackName=found["StackId"], TemplateStage="Original")["TemplateBody"]
        state = {
            "name": found["StackName"],
            "templateBody": body if isinstance(body, str) else json.dumps(body),
            "parameters": {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])},
            "capabilities": found.get("Capabilities", []),
            "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
        }
        if known.get("templateBody") and _same_text(known["templateBody"]) == _same_text(state["templateBody"]):
            state["templateBody"] = known["templateBody"]
        return Found(
            found["StackId"],
            {name: value for name, value in state.items() if value}
            | {
                "outputs": {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])},
                "tagsAll": state["tags"],
                "region": known.get("region") or emulator.region,
            },
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:
        client = self.client(emulator, old)
        try:
            client.update_stack(**_request(new))
            self._finish(emulator, client, resource_id, "UPDATE_COMPLETE", timeout)
        except Exception as error:
            if "No updates are to be performed" not in str(error):
                raise
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:
        client = self.client(emulator, state)
        if _described(client, resource_id) is not None:
            client.delete_stack(StackName=resource_id)
            self._finish(emulator, client, resource_id, "DELETE_COMPLETE", timeout)

    def planned(self, old: Props, new: Props) -> Props:
        from pulumi.runtime.rpc import UNKNOWN

        same = self.prepared(old).get("templateBody") == self.prepared(new).get("templateBody")
        return {} if same else {"outputs": UNKNOWN}

    def _finish(self, emulator: Emulator, client: Any, stack_id: str, goal: str, timeout: float) -> None:
        def done() -> bool:
            found = _described(client, stack_id)
            status = found["StackStatus"] if found else "DELETE_COMPLETE"
            if status.endswith("_IN_PROGRESS"):
                return False
            if status != goal:
                why = (found or {}).get("StackStatusReason") or "see the stack's events"
                raise Refusal(f"the stack came to {status}: {why}")
            return True

        emulator.wait(f"stack {stack_id} to reach {goal}", timeout or _TIMEOUT, done)


def _described(client: Any, stack_id: str) -> Any:
    try:
        found = client.describe_stacks(StackName=stack_id)["Stacks"][0]
    except Exception as error:
        if is_gone(error):
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _request(props: Props) -> Props:
    request = {
        "StackName": props["name"],
        "TemplateBody": props.get("templateBody"),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in (props.get("parameters") or {}).items()
        ],
        "Capabilities": props.get("capabilities"),
        "Tags": [{"Key": key, "Value": value} for key, value in (props.get("tags") or {}).items()],
    }
    return {member: value for member, value in request.items() if value is not None}


def _same_text(template: str) -> str:
    """JSON without its layout; other text as it is."""
    try:
        return json.dumps(json.loads(template), sort_keys=True)
    except ValueError:
        return template


def get_export(emulator: Emulator, arguments: Props) -> Props:
    """An export's value. Raises Refusal when no stack exports the name."""
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
    """Whose credentials these are."""
    answer = emulator.client("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "id": answer["Account"], "userId": answer["UserId"]}


def get_partition(_: Emulator, __: Props) -> Props:
    """The partition that AWS is in for everybody but China and the US government."""
    return {"dnsSuffix": "amazonaws.com", "id": "aws", "partition": "aws", "reverseDnsPrefix": "com.amazonaws"}


def get_region(emulator: Emulator, arguments: Props) -> Props:
    """The region of the stack, or the one that is named."""
    region = arguments.get("region") or arguments.get("name") or emulator.region
    descriptions = {"us-east-1": "US East (N. Virginia)", "eu-west-1": "Europe (Ireland)"}
    return {
        "description": descriptions.get(region, region),
        "endpoint": f"ec2.{region}.amazonaws.com",
        "id": region,
        "name": region,
        "region": region,
    }
