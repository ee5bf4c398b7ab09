"""aws:lambda Permission: who may call a function.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

import json

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, to_aws
from .resource import Found, Resource, existing


class Permission(Resource):
    """One statement of a function's policy."""

    type_name = "aws:lambda/permission:Permission"
    service = "lambda"
    unsupported = frozenset({"statementIdPrefix"})
    inputs = official_table(
        type_name,
        "lambda",
        ("AddPermissionRequest",),
        Differences(
            named="statementId",
            replaces=(
                *("action", "eventSourceToken", "function", "functionUrlAuthType", "invokedViaFunctionUrl"),
                *("principal", "principalOrgId", "qualifier", "sourceAccount", "sourceArn", "statementId"),
            ),
            members={"function": "FunctionName"},
            own=unsupported,
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        self.client(emulator, props).add_permission(**to_aws(self.inputs, props))
        return self.reread(emulator, props["statementId"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        function, statement = known.get("function"), resource_id
        if not function:
            function, _, statement = resource_id.partition("/")
            if not statement:
                raise Refusal(f"the id to import is <function>/<statement id>; received {resource_id}")
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_policy(FunctionName=function))
        found = (
            [item for item in json.loads(answer["Policy"])["Statement"] if item["Sid"] == statement] if answer else []
        )
        if not found:
            return None
        state = {"function": function, "statementId": statement, "action": found[0]["Action"]}
        state |= _conditions(found[0])
        rest = {name: known[name] for name in ("qualifier", "eventSourceToken") if name in known}
        return Found(statement, state | rest | {"region": known.get("region") or emulator.region})

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.remove_permission(FunctionName=state["function"], StatementId=resource_id))


def _conditions(statement: Props) -> Props:
    principal = statement["Principal"]
    found = {"principal": principal if isinstance(principal, str) else next(iter(principal.values()))}
    names = {"aws:sourcearn": "sourceArn", "aws:sourceaccount": "sourceAccount", "aws:principalorgid": "principalOrgId"}
    for conditions in (statement.get("Condition") or {}).values():
        found |= {names[key.lower()]: value for key, value in conditions.items() if key.lower() in names}
    return found
