"""Signing up, confirming it, and a forgotten password, as strict as AWS, with the messages that AWS sends.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

from typing import Final

from local.gateway import attributes, codes, delivery, directory, triggers
from local.gateway.calls import Call, Rule
from local.gateway.directory import Json
from local.gateway.emulated import OperationError

# What the emulator takes for a code, whatever was sent: it gets these once the right code came here.
_TAKEN: Final = {codes.SIGN_UP: "123456", codes.RESET: "654321"}


async def _sign_up(call: Call) -> Json:
    pool, client = await call.pool(), await call.client()
    if (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
        raise OperationError("NotAuthorizedException", "SignUp is not permitted for this user pool")
    given = directory.of_list(call.given.get("UserAttributes"))
    attributes.check_written(pool, client, given)
    as_name = dict.fromkeys(pool.get("UsernameAttributes") or [], call.username)
    attributes.check_required(pool, as_name | given)
    made = await call.passed_on()
    made.pop("CodeDeliveryDetails", None)
    user = await directory.person(pool["Id"], made["UserSub"])
    if user and made.get("UserConfirmed"):
        await triggers.post_confirmation(pool, user, "ConfirmSignUp", client["ClientId"])
    elif user:
        worded = await triggers.with_custom_messages(pool, user, "SignUp", client["ClientId"])
        sent = delivery.sign_up_code(worded, user, client["ClientId"], call.origin)
        made |= {"CodeDeliveryDetails": sent} if sent else {}
    return made


async def _confirm_sign_up(call: Call) -> Json:
    pool = await call.pool()
    user = await directory.person(pool["Id"], call.username)
    if user is None or user["UserStatus"] != "UNCONFIRMED":
        return await call.passed_on()  # it says what is wrong, or hides that there is nobody
    name = user["Username"]
    codes.check(pool["Id"], name, codes.SIGN_UP, str(call.given.get("ConfirmationCode", "")))
    done = await call.passed_on(ConfirmationCode=_TAKEN[codes.SIGN_UP])
    codes.use_up(pool["Id"], name, codes.SIGN_UP)
    if medium := delivery.first_address(pool, user):
        await directory.write(pool, user, {f"{medium}_verified": "true"})
    await _confirmed(call, pool, "ConfirmSignUp")
    return done


async def _resend(call: Call) -> Json:
    sent = await call.passed_on()
    pool = await call.pool()
    user = await directory.person(pool["Id"], call.username)
    if user is None:
        return sent
    if user["UserStatus"] != "UNCONFIRMED":
        raise OperationError("InvalidParameterException", "User is already confirmed.")
    client_id = str(call.given["ClientId"])
    worded = await triggers.with_custom_messages(pool, user, "ResendCode", client_id)
    details = delivery.sign_up_code(worded, user, client_id, call.origin)
    return {"CodeDeliveryDetails": details} if details else {}


async def _forgot_password(call: Call) -> Json:
    sent = await call.passed_on()
    pool = await call.pool()
    user = await directory.person(pool["Id"], call.username)
    if user and user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        raise OperationError("NotAuthorizedException", "User password cannot be reset in the current state.")
    if user is None:
        return sent
    worded = await triggers.with_custom_messages(pool, user, "ForgotPassword", str(call.given["ClientId"]))
    return {"CodeDeliveryDetails": delivery.reset_code(worded, user)}


async def _confirm_forgot_password(call: Call) -> Json:
    pool = await call.pool()
    user = await directory.person(pool["Id"], call.username)
    if user is None:
        return await call.passed_on()
    codes.check(pool["Id"], user["Username"], codes.RESET, str(call.given.get("ConfirmationCode", "")))
    done = await call.passed_on(ConfirmationCode=_TAKEN[codes.RESET])
    codes.use_up(pool["Id"], user["Username"], codes.RESET)
    await _confirmed(call, pool, "ConfirmForgotPassword")
    return done


async def _confirmed(call: Call, pool: Json, source: str) -> None:
    user = await directory.person(pool["Id"], call.username)  # as confirmed
    if user:
        await triggers.post_confirmation(pool, user, source, str(call.given["ClientId"]))


RULES: Final[dict[str, Rule]] = {
    "SignUp": _sign_up,
    "ConfirmSignUp": _confirm_sign_up,
    "ResendConfirmationCode": _resend,
    "ForgotPassword": _forgot_password,
    "ConfirmForgotPassword": _confirm_forgot_password,
}
