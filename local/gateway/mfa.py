"""The second factor of a sign-in on the pages: which one is required, and the check of its code.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
"""

from typing import Final
from urllib.parse import quote, urlencode

from local.gateway import calls, codes, delivery, directory
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate

APP: Final = "SOFTWARE_TOKEN_MFA"
SET_UP: Final = "MFA_SETUP"
_BY_MESSAGE: Final = {
    "SMS_MFA": ("phone_number", "SmsMfaConfiguration"),
    "EMAIL_OTP": ("email", "EmailMfaConfiguration"),
}


async def factor(pool: Json, user: Json) -> str:
    """Return the required factor: APP, SMS_MFA, EMAIL_OTP, SET_UP to add an authenticator app, or empty."""
    mode = pool.get("MfaConfiguration", "OFF")
    if mode == "OFF":
        return ""
    config = await operate("GetUserPoolMfaConfig", UserPoolId=pool["Id"])
    chosen = user.get("UserMFASettingList") or []
    preferred = [one for one in (user.get("PreferredMfaSetting"), *chosen) if one]
    if preferred:
        return str(preferred[0])
    if mode != "ON":
        return ""
    has = directory.attributes(user)
    ready = [kind for kind, (medium, key) in _BY_MESSAGE.items() if config.get(key) and has.get(medium)]
    if ready:
        return ready[0]
    return SET_UP if (config.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled") else ""


async def send(pool: Json, user: Json, kind: str) -> Json | None:
    """Send the code of SMS_MFA or EMAIL_OTP and return the delivery details; None for another factor."""
    if kind not in _BY_MESSAGE:
        return None
    config = await operate("GetUserPoolMfaConfig", UserPoolId=pool["Id"])
    return delivery.second_factor(pool, config, user, _BY_MESSAGE[kind][0])


async def check(client: Json, user: Json, kind: str, digits: str) -> None:
    """Raise OperationError if a code is wrong."""
    if kind in _BY_MESSAGE:
        codes.check(client["UserPoolId"], user["Username"], codes.MFA, digits)
        codes.use_up(client["UserPoolId"], user["Username"], codes.MFA)
    else:
        await _respond(client, user, APP, SOFTWARE_TOKEN_MFA_CODE=digits)


async def begin_set_up(client: Json, user: Json) -> tuple[str, str]:
    """Return an access token for the setup of an authenticator app, and the secret for the app."""
    token = (await _respond(client, user, SET_UP))["AuthenticationResult"]["AccessToken"]
    return token, str((await operate("AssociateSoftwareToken", AccessToken=token))["SecretCode"])


async def end_set_up(token: str, digits: str) -> None:
    """Check the app's first code. Raises OperationError if it is wrong."""
    try:
        await operate("VerifySoftwareToken", AccessToken=token, UserCode=digits)
    except OperationError as error:
        raise OperationError("CodeMismatchException", "Invalid code received for user") from error


def address(pool: Json, user: Json, secret: str) -> str:
    """Return the secret as an `otpauth:` link (https://github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    label = quote(f"{pool['Name']}:{delivery.shown_name(pool, user)}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': pool['Name']})}"


async def _respond(client: Json, user: Json, challenge: str, **given: str) -> Json:
    """Answer a challenge for a user whose password was right; the emulator does not check the session."""
    proof = {"SECRET_HASH": calls.secret_hash(client, user["Username"])} if client.get("ClientSecret") else {}
    responses = {"USERNAME": user["Username"], **proof, **given}
    named = {"ClientId": client["ClientId"], "ChallengeName": challenge, "Session": "of-the-pages"}
    return await operate("RespondToAuthChallenge", **named, ChallengeResponses=responses)
