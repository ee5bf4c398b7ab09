"""Codes and links on their way to a person: which address gets them, as AWS chooses, and what the caller is told."""

from collections import deque
from typing import Any, Final
from urllib.parse import urlencode

from local.gateway import codes, messages, triggers
from local.gateway.directory import Json, attributes
from local.gateway.emulated import OperationError
from local.gateway.messages import Message

inbox: Final[deque[Message]] = deque(maxlen=100)  # what would have been sent, the newest first

_MEDIA: Final = {"email": "EMAIL", "phone_number": "SMS"}
# What a code is for, by what AWS tells the function of its message; any other is for an attribute.
_PURPOSES: Final = {"SignUp": codes.SIGN_UP, "ResendCode": codes.SIGN_UP, "ForgotPassword": codes.RESET}
_NO_ADDRESS: Final = (
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
    "Contact administrator to reset password.",
)


async def verification(
    pool: Json, user: Json, source: str, medium: str, client_id: str, *, to: str = "", origin: str = ""
) -> Json:
    """Send a new code in the words of the pool, or of its function for messages, and say where to.

    Args:
        pool: as DescribeUserPool answers.
        user: as AdminGetUser answers.
        source: what the message is for, as AWS tells the function.
        medium: email or phone_number.
        client_id: the app's that asked.
        to: an address that is not the person's yet.
        origin: the address that a link leads to, where one may stand in for the code.
    """
    words = await triggers.call(pool, "customMessage", user, source, client_id)
    to, code = to or attributes(user)[medium], codes.issue(pool["Id"], user["Username"], _PURPOSES.get(source, medium))
    named = {"client_id": client_id, "user_name": user["Username"], "confirmation_code": code}
    link = f"{origin}/confirmUser?{urlencode(named)}" if origin else ""
    inbox.appendleft(messages.verification(pool, words, medium, to, shown_name(pool, user), code, link))
    return details(medium, to)


def first_address(pool: Json, user: Json) -> str:
    """What a sign-up is confirmed by: phone_number, which AWS takes where it could take either, email, or nothing."""
    has, verified = attributes(user), pool.get("AutoVerifiedAttributes") or []
    return next((one for one in ("phone_number", "email") if one in verified and has.get(one)), "")


def goes_by_link(pool: Json, medium: str) -> bool:
    """Whether a sign-up is confirmed by a link rather than a code."""
    option = (pool.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption")
    return option == "CONFIRM_WITH_LINK" and medium == "email"


def recovery_address(pool: Json, user: Json) -> str:
    """What a new password is set by. Raises OperationError where the person has no verified address for it."""
    has, ways = attributes(user), _recovery(pool)
    verified = [one for one in ways if has.get(one) and has.get(f"{one}_verified") == "true"]
    if not verified:
        raise OperationError("InvalidParameterException", _NO_ADDRESS[not ways])
    return verified[0]


def first_factor(pool: Json, user: Json) -> None:
    """Send what stands in for a password; nothing where the person has no address."""
    if to := attributes(user).get("email"):
        code = codes.issue(pool["Id"], user["Username"], codes.FIRST)
        inbox.appendleft(messages.first_factor(pool, to, code))


def second_factor(pool: Json, config: Json, user: Json, medium: str) -> Json:
    """Send what is asked for beside the password."""
    to = attributes(user)[medium]
    code = codes.issue(pool["Id"], user["Username"], codes.MFA)
    inbox.appendleft(messages.second_factor(pool, config, medium, to, code))
    return details(medium, to)


async def invitation(pool: Json, user: Json, password: str, media: Any, client_id: str) -> None:
    """Send the temporary password of a person whom an administrator made; nothing where there is no address."""
    words = await triggers.call(pool, "customMessage", user, "AdminCreateUser", client_id)
    has = attributes(user)
    asked = {"EMAIL": "email", "SMS": "phone_number"}
    for medium in [asked[one] for one in media or asked if one in asked]:
        if has.get(medium):
            inbox.appendleft(messages.invitation(pool, words, medium, has[medium], shown_name(pool, user), password))
            if not media:
                return


def shown_name(pool: Json, user: Json) -> str:
    """The name that a person knows: the address, in a pool where that is the name."""
    has = attributes(user)
    named = [has[one] for one in pool.get("UsernameAttributes") or [] if has.get(one)]
    return named[0] if named else str(user["Username"])


def details(medium: str, to: str) -> Json:
    """What AWS tells of a message that it sent: the address with most of it hidden."""
    name, _, host = to.partition("@")
    hidden = f"{name[:1]}***@{host[:1]}***" if host else "+" + "*" * 7 + to[-4:]
    return {"Destination": hidden, "DeliveryMedium": _MEDIA[medium], "AttributeName": medium}


def _recovery(pool: Json) -> list[str]:
    """The kinds of address that a password is reset by, the first choice first; none where only administrators may."""
    ways = (pool.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms")
    if not ways:
        return ["phone_number", "email"]  # as in a pool that was made before there was a setting
    named = [one["Name"] for one in sorted(ways, key=lambda one: one.get("Priority", 0))]
    return [name.removeprefix("verified_") for name in named if name.startswith("verified_")]
