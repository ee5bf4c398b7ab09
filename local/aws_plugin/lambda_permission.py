"""aws:lambda Permission: who may call a function.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

import json

from .official import Differences
from .properties import Props, to_aws
from .resource import Resource, parted
from .service import Service


class Permission(Resource):
    """One statement of a function's policy."""

    type_name = "aws:lambda/permission:Permission"
    service = "lambda"
    requests = ("AddPermission",)
    differences = Differences(
        named="statementId",
        replaces=(
            *("action", "eventSourceToken", "function", "functionUrlAuthType", "invokedViaFunctionUrl"),
            *("principal", "principalOrgId", "qualifier", "sourceAccount", "sourceArn", "statementId"),
        ),
        members={"function": "FunctionName"},
        unsupported=("statementIdPrefix",),
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
        told = {"function": function, "statementId": statement, "action": found["Action"]} | _conditions(found)
        told |= {name: known[name] for name in ("qualifier", "eventSourceToken") if name in known}
        return self.state(aws, statement, {}, **told)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.remove_permission(FunctionName=state["function"], StatementId=resource_id)


def _conditions(statement: Props) -> Props:
    principal = statement["Principal"]
    found = {"principal": principal if isinstance(principal, str) else next(iter(principal.values()))}
    names = {"aws:sourcearn": "sourceArn", "aws:sourceaccount": "sourceAccount", "aws:principalorgid": "principalOrgId"}
    for conditions in (statement.get("Condition") or {}).values():
        found |= {names[key.lower()]: value for key, value in conditions.items() if key.lower() in names}
    return found
