"""Sign-up, invitation and password reset with the checks and messages of AWS.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

import secrets
import string
from typing import Final

from local.gateway import attributes, codes, delivery, directory, triggers
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate

# The purpose of the code of each operation, and the fixed code that the emulator accepts for it.
_FIXED_CODES: Final = {
    "ConfirmSignUp": (codes.SIGN_UP, "123456"),
    "ConfirmForgotPassword": (codes.RESET, "654321"),
}


async def sign_up(call: Call) -> Json:
    """Handle SignUp: refuse it if the pool forbids it, an attribute is not writable, or a required one is missing."""
    pool, client = await call.pool(), await call.client()
    if (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        raise OperationError("NotAuthorizedException", "SignUp is not permitted for this user pool")
    given = directory.of_list(call.given.get("UserAttributes"))
    attributes.check_written(pool, client, given)
    as_name = dict.fromkeys(pool.get("UsernameAttributes") or [], call.username)
    attributes.check_required(pool, as_name | given)
    made = await call.passed_on()
    made.pop("CodeDeliveryDetails", None)
    user = await directory.user(pool["Id"], made["UserSub"])
    if user and made.get("UserConfirmed"):
        await triggers.call(pool, "postConfirmation", user, "ConfirmSignUp", call.client_id)
    elif user:
        made |= await _send_confirmation(call, pool, user, "SignUp")
    return made


async def resend(call: Call) -> Json:
    """Handle ResendConfirmationCode."""
    sent = await call.passed_on()
    pool, user = await call.addressee()
    if user is None:
        return sent
    if user["UserStatus"] != "UNCONFIRMED":
        raise OperationError("InvalidParameterException", "User is already confirmed.")
    return await _send_confirmation(call, pool, user, "ResendCode")


async def forgot_password(call: Call) -> Json:
    """Handle ForgotPassword."""
    sent = await call.passed_on()
    pool, user = await call.addressee()
    if user is None:
        return sent
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        raise OperationError("NotAuthorizedException", "User password cannot be reset in the current state.")
    return {"CodeDeliveryDetails": await _send_reset(call, pool, user)}


async def confirm(call: Call) -> Json:
    """Handle ConfirmSignUp and ConfirmForgotPassword: check the code that was sent."""
    pool, user = await call.addressee()
    signs_up = call.name == "ConfirmSignUp"
    if user is None or (signs_up and user["UserStatus"] != "UNCONFIRMED"):
        return await call.passed_on()  # the emulator reports the error, or hides that the user does not exist
    purpose, fixed_code = _FIXED_CODES[call.name]
    codes.check(pool["Id"], user["Username"], purpose, str(call.given.get("ConfirmationCode", "")))
    done = await call.passed_on(ConfirmationCode=fixed_code)
    codes.use_up(pool["Id"], user["Username"], purpose)
    if signs_up and (medium := delivery.first_address(pool, user)):
        await directory.write(pool, user, {f"{medium}_verified": "true"})
    _, confirmed = await call.addressee()
    if confirmed:
        await triggers.call(pool, "postConfirmation", confirmed, call.name, call.client_id)
    return done


async def admin_create(call: Call) -> Json:
    """Handle AdminCreateUser: send an invitation unless MessageAction is SUPPRESS."""
    password = str(call.given.get("TemporaryPassword") or _temporary_password())
    action = call.given.get("MessageAction")
    made = await call.passed_on(TemporaryPassword=password)
    pool = await call.pool()
    user = await directory.user(pool["Id"], made["User"]["Username"])
    if user is None or action == "SUPPRESS":
        return made
    if action == "RESEND":
        named = {"UserPoolId": pool["Id"], "Username": user["Username"]}
        await operate("AdminSetUserPassword", **named, Password=password, Permanent=False)
    await delivery.invitation(pool, user, password, call.given.get("DesiredDeliveryMediums"), call.client_id)
    return made


async def admin_reset_password(call: Call) -> Json:
    """Handle AdminResetUserPassword: send the code first, then invalidate the password."""
    pool, user = await call.addressee()
    if user:
        await _send_reset(call, pool, user)
    return await call.passed_on()


async def _send_confirmation(call: Call, pool: Json, user: Json, source: str) -> Json:
    medium = delivery.first_address(pool, user)
    if not medium:
        return {}
    sent = await delivery.verification(pool, user, source, medium, call.client_id, origin=call.origin)
    return {"CodeDeliveryDetails": sent}


async def _send_reset(call: Call, pool: Json, user: Json) -> Json:
    medium = delivery.recovery_address(pool, user)
    return await delivery.verification(pool, user, "ForgotPassword", medium, call.client_id)


def _temporary_password() -> str:
    """Return a random password of 16 characters of all four kinds, to satisfy most password policies."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    return "".join(secrets.choice(kind) for kind in kinds * 4)
