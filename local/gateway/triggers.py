"""The triggers of a pool that AWS calls and the emulator does not: the texts of its messages, and after a confirmation.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from identity.user_pool.trigger_events import EVENTS
from local import environment
from local.gateway import emulated
from local.gateway.directory import Json, attributes
from local.gateway.emulated import OperationError
from local.gateway.http import json_object


async def call(pool: Json, trigger: str, user: Json, source: str, client_id: str) -> Json:
    """What a pool's function answers; empty without one. Raises OperationError where it fails.

    Args:
        pool: as DescribeUserPool answers.
        trigger: customMessage, or postConfirmation, before whose failure the person is confirmed.
        user: as AdminGetUser answers.
        source: what it is called for, as AWS names it: SignUp, ResendCode, ForgotPassword, AdminCreateUser, ...
        client_id: of the app that asked.
    """
    event = EVENTS[trigger]
    function = (pool.get("LambdaConfig") or {}).get(event.prefix)
    if not function:
        return {}
    known = attributes(user) | {"cognito:user_status": str(user["UserStatus"])}
    caller = {"region": environment.REGION, "userPoolId": pool["Id"], "userName": user["Username"]}
    answer = await emulated.invoke(function, event.of(source, caller, client_id, {"userAttributes": known}, {}))
    content = json_object(answer.content) or {}
    if answer.status_code != 200 or "x-amz-function-error" in answer.headers:
        told = content.get("errorMessage") or content.get("message") or "no answer"
        raise OperationError("UserLambdaValidationException", f"{event.prefix} failed with error {told}.")
    said = content.get("response")
    return said if isinstance(said, dict) else {}
