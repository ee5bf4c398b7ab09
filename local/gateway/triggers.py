"""The Lambda triggers that the emulator does not call: custom message and post confirmation.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from identity.user_pool.trigger_events import EVENTS
from local import environment
from local.gateway import emulated
from local.gateway.directory import Json, attributes
from local.gateway.emulated import OperationError
from local.gateway.http import json_object


async def call(pool: Json, trigger: str, user: Json, source: str, client_id: str) -> Json:
    """Call a Lambda trigger and return its response; empty if the pool has none. Raises OperationError if it fails.

    Args:
        pool: the pool, as DescribeUserPool returns it.
        trigger: customMessage or postConfirmation; the user stays confirmed if postConfirmation fails.
        user: the user, as AdminGetUser returns it.
        source: the trigger source without its prefix: SignUp, ResendCode, ForgotPassword, AdminCreateUser, ...
        client_id: the app client of the request.
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
        message = content.get("errorMessage") or content.get("message") or "no answer"
        raise OperationError("UserLambdaValidationException", f"{event.prefix} failed with error {message}.")
    response = content.get("response")
    return response if isinstance(response, dict) else {}
