"""The triggers of a pool that AWS calls and the emulator does not: the texts of its messages, and after a confirmation.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from typing import Any

from identity.user_pool.trigger_events import EVENTS
from local import environment
from local.gateway import emulated
from local.gateway.directory import Json, attributes
from local.gateway.emulated import OperationError


async def with_custom_messages(pool: Json, user: Json, source: str, client_id: str) -> Json:
    """The pool with the texts that its function wants for this message, where it has such a function.

    Raises OperationError where the function fails.

    Args:
        pool: as DescribeUserPool answers.
        user: as AdminGetUser answers.
        source: what the message is for, as AWS names it: SignUp, ResendCode, ForgotPassword, AdminCreateUser, ...
        client_id: of the app that asked.
    """
    said = await _call(pool, "customMessage", source, user, client_id)
    subject, mail, text = said.get("emailSubject"), said.get("emailMessage"), said.get("smsMessage")
    changed = {"EmailSubject": subject, "EmailSubjectByLink": subject, "EmailMessage": mail, "EmailMessageByLink": mail}
    own = {name: value for name, value in changed.items() if value}
    verification = {**(pool.get("VerificationMessageTemplate") or {}), **own, **({"SmsMessage": text} if text else {})}
    created = pool.get("AdminCreateUserConfig") or {}
    invitation = {**(created.get("InviteMessageTemplate") or {}), **own, **({"SMSMessage": text} if text else {})}
    return {
        **pool,
        "VerificationMessageTemplate": verification,
        "AdminCreateUserConfig": {**created, "InviteMessageTemplate": invitation},
    }


async def post_confirmation(pool: Json, user: Json, source: str, client_id: str) -> None:
    """Call the pool's function for it. Raises OperationError where it fails; the person is confirmed all the same."""
    await _call(pool, "postConfirmation", source, user, client_id)


async def _call(pool: Json, trigger: str, source: str, user: Json, client_id: str) -> dict[str, Any]:
    event = EVENTS[trigger]
    function = (pool.get("LambdaConfig") or {}).get(event.prefix)
    if not function:
        return {}
    known = attributes(user) | {"cognito:user_status": str(user["UserStatus"])}
    caller = {"region": environment.REGION, "userPoolId": pool["Id"], "userName": user["Username"]}
    answer = await emulated.invoke(function, event.of(source, caller, client_id, {"userAttributes": known}, {}))
    if answer.status != 200 or answer.header(b"x-amz-function-error"):
        told = answer.json().get("errorMessage") or answer.json().get("message") or "no answer"
        raise OperationError("UserLambdaValidationException", f"{event.prefix} failed with error {told}.")
    said = answer.json().get("response")
    return said if isinstance(said, dict) else {}
