"""Changes of a user's attributes by an app: write permissions, and the verification of a new address.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html
"""

from local.gateway import attributes, codes, delivery, directory
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError

_pending: dict[tuple[str, str, str], str] = {}  # (pool, user, attribute) -> new address, saved once it is verified


async def update(call: Call) -> Json:
    """Handle UpdateUserAttributes."""
    pool, client, user = await call.owner()
    given = attributes.as_compared(pool, directory.of_list(call.given.get("UserAttributes")))
    attributes.check_written(pool, client, given)
    attributes.check_unchanged(pool, given)
    has = directory.attributes(user)
    changed = {name: value for name, value in given.items() if has.get(name) != value}
    settings = pool.get("UserAttributeUpdateSettings") or {}
    verified_first = settings.get("AttributesRequireVerificationBeforeUpdate") or []
    now = {name: value for name, value in given.items() if name not in verified_first or name not in changed}
    unverified = {f"{name}_verified": "false" for name in ("email", "phone_number") if name in changed and name in now}
    await call.passed_on(UserAttributes=directory.to_list(now))
    await directory.write(pool, user, unverified)
    sent = []
    for name in ("email", "phone_number"):
        if name in changed and name in (pool.get("AutoVerifiedAttributes") or []):
            if name in verified_first:
                _pending[pool["Id"], user["Username"], name] = changed[name]
            by, to = client["ClientId"], changed[name]
            sent.append(await delivery.verification(pool, user, "UpdateUserAttribute", name, by, to=to))
    return {"CodeDeliveryDetailsList": sent}


async def send_code(call: Call) -> Json:
    """Handle GetUserAttributeVerificationCode."""
    pool, client, user = await call.owner()
    name = str(call.given.get("AttributeName"))
    to = _pending.get((pool["Id"], user["Username"], name)) or directory.attributes(user).get(name)
    if name not in ("email", "phone_number") or not to:
        raise OperationError("InvalidParameterException", f"User does not have the attribute {name} to be verified.")
    sent = await delivery.verification(pool, user, "VerifyUserAttribute", name, client["ClientId"], to=to)
    return {"CodeDeliveryDetails": sent}


async def verify(call: Call) -> Json:
    """Handle VerifyUserAttribute."""
    pool, _, user = await call.owner()
    name = str(call.given.get("AttributeName"))
    codes.check(pool["Id"], user["Username"], name, str(call.given.get("Code", "")))
    codes.use_up(pool["Id"], user["Username"], name)
    new = _pending.pop((pool["Id"], user["Username"], name), None)
    await directory.write(pool, user, {f"{name}_verified": "true"} | ({name: new} if new else {}))
    return {}
