"""Delivery of codes and links: which address of a user receives them, and what the caller learns of it."""

from collections import deque
from typing import Any, Final
from urllib.parse import urlencode

from local.gateway import codes, messages, triggers
from local.gateway.directory import Json, attributes
from local.gateway.emulated import OperationError
from local.gateway.messages import Message

inbox: Final[deque[Message]] = deque(maxlen=100)  # the messages that AWS would send, the newest first

_MEDIA: Final = {"email": "EMAIL", "phone_number": "SMS"}
# Trigger source of the custom message -> purpose of the code; any other source is for an attribute.
_PURPOSES: Final = {"SignUp": codes.SIGN_UP, "ResendCode": codes.SIGN_UP, "ForgotPassword": codes.RESET}
_NO_ADDRESS: Final = (
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
    "Contact administrator to reset password.",
)


async def verification(
    pool: Json, user: Json, source: str, medium: str, client_id: str, *, to: str = "", origin: str = ""
) -> Json:
    """Send a new code with the text of the pool or of its custom message trigger; return the delivery details.

    Args:
        pool: the pool, as DescribeUserPool returns it.
        user: the user, as AdminGetUser returns it.
        source: the trigger source on AWS without its prefix, such as SignUp.
        medium: email or phone_number.
        client_id: the app client that asks for the code.
        to: a new address that the user does not have yet.
        origin: the gateway's address, if the message may have a link instead of a code.
    """
    custom = await triggers.call(pool, "customMessage", user, source, client_id)
    to = to or attributes(user)[medium]
    code = codes.issue(pool["Id"], user["Username"], _PURPOSES.get(source, medium))
    named = {"client_id": client_id, "user_name": user["Username"], "confirmation_code": code}
    link = f"{origin}/confirmUser?{urlencode(named)}" if origin else ""
    inbox.appendleft(messages.verification(pool, custom, medium, to, shown_name(pool, user), code, link))
    return details(medium, to)


def first_address(pool: Json, user: Json) -> str:
    """Return what confirms a sign-up: phone_number, which AWS prefers, or email; empty if neither."""
    has, verified = attributes(user), pool.get("AutoVerifiedAttributes") or []
    return next((one for one in ("phone_number", "email") if one in verified and has.get(one)), "")


def goes_by_link(pool: Json, medium: str) -> bool:
    """Whether a sign-up is confirmed by a link instead of a code."""
    option = (pool.get("VerificationMessageTemplate") or {}).get("DefaultEmailOption")
    return option == "CONFIRM_WITH_LINK" and medium == "email"


def recovery_address(pool: Json, user: Json) -> str:
    """Return email or phone_number, for a password reset. Raises OperationError if the user has neither verified."""
    has, ways = attributes(user), _recovery(pool)
    verified = [one for one in ways if has.get(one) and has.get(f"{one}_verified") == "true"]
    if not verified:
        raise OperationError("InvalidParameterException", _NO_ADDRESS[not ways])
    return verified[0]


def first_factor(pool: Json, user: Json) -> None:
    """Send the code that replaces the password; send nothing if the user has no email address."""
    if to := attributes(user).get("email"):
        code = codes.issue(pool["Id"], user["Username"], codes.FIRST)
        inbox.appendleft(messages.first_factor(pool, to, code))


def second_factor(pool: Json, config: Json, user: Json, medium: str) -> Json:
    """Send the code of the second factor, and return the delivery details."""
    to = attributes(user)[medium]
    code = codes.issue(pool["Id"], user["Username"], codes.MFA)
    inbox.appendleft(messages.second_factor(pool, config, medium, to, code))
    return details(medium, to)


async def invitation(pool: Json, user: Json, password: str, media: Any, client_id: str) -> None:
    """Send the temporary password to a user created by an administrator; send nothing if there is no address."""
    custom = await triggers.call(pool, "customMessage", user, "AdminCreateUser", client_id)
    has = attributes(user)
    asked = {"EMAIL": "email", "SMS": "phone_number"}
    for medium in [asked[one] for one in media or asked if one in asked]:
        if has.get(medium):
            inbox.appendleft(messages.invitation(pool, custom, medium, has[medium], shown_name(pool, user), password))
            if not media:
                return


def shown_name(pool: Json, user: Json) -> str:
    """Return the name that the user signs in with: the address, in a pool with addresses as user names."""
    has = attributes(user)
    named = [has[one] for one in pool.get("UsernameAttributes") or [] if has.get(one)]
    return named[0] if named else str(user["Username"])


def details(medium: str, to: str) -> Json:
    """Return CodeDeliveryDetails of a message, with most of the address hidden."""
    name, _, host = to.partition("@")
    hidden = f"{name[:1]}***@{host[:1]}***" if host else "+" + "*" * 7 + to[-4:]
    return {"Destination": hidden, "DeliveryMedium": _MEDIA[medium], "AttributeName": medium}


def _recovery(pool: Json) -> list[str]:
    """Return the address attributes for a password reset, preferred first; none if only administrators may reset it."""
    ways = (pool.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms")
    if not ways:
        return ["phone_number", "email"]  # the order of AWS for a pool without the setting
    named = [one["Name"] for one in sorted(ways, key=lambda one: one.get("Priority", 0))]
    return [name.removeprefix("verified_") for name in named if name.startswith("verified_")]
