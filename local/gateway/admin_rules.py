"""What administrators have sent to people: invitations, and codes for a new password."""

import secrets
import string
from typing import Final

from local.gateway import delivery, directory, triggers
from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import operate


async def _admin_create_user(call: Call) -> Json:
    password = str(call.given.get("TemporaryPassword") or _temporary_password())
    action = call.given.get("MessageAction")
    made = await call.passed_on(TemporaryPassword=password)
    pool = await call.pool()
    user = await directory.person(pool["Id"], made["User"]["Username"])
    if user is None or action == "SUPPRESS":
        return made
    if action == "RESEND":
        named = {"UserPoolId": pool["Id"], "Username": user["Username"]}
        await operate("AdminSetUserPassword", **named, Password=password, Permanent=False)
    worded = await triggers.with_custom_messages(pool, user, "AdminCreateUser")
    delivery.invitation(worded, user, password, call.given.get("DesiredDeliveryMediums"))
    return made


async def _admin_reset_password(call: Call) -> Json:
    pool = await call.pool()
    user = await directory.person(pool["Id"], call.username)
    if user:
        worded = await triggers.with_custom_messages(pool, user, "ForgotPassword")
        delivery.reset_code(worded, user)  # before the password is no good any more
    return await call.passed_on()


def _temporary_password() -> str:
    """One that every policy takes: all kinds of characters, and longer than most ask for."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    return "".join(secrets.choice(kind) for kind in kinds * 4)


RULES: Final[dict[str, Rule]] = {
    "AdminCreateUser": _admin_create_user,
    "AdminResetUserPassword": _admin_reset_password,
}
