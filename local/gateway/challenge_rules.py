"""Sign-in by API: a response to a challenge must come in the session of the challenge, for the same user.

The emulator accepts any session. Without this check, a response to a challenge that was never issued would sign a user
in without a password.
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html
"""

import time
from dataclasses import dataclass
from typing import Final

from local.gateway import directory
from local.gateway.calls import Call
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate
from local.gateway.pool_rules import grace

_NEW_PASSWORD: Final = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - a challenge
# The challenges whose session the emulator does not check.
_UNCHECKED: Final = (_NEW_PASSWORD, "SOFTWARE_TOKEN_MFA", "MFA_SETUP")


@dataclass(frozen=True)
class _Challenge:
    challenge: str
    client_id: str
    name: str
    ends: float


_sessions: dict[str, _Challenge] = {}


async def initiate(call: Call) -> Json:
    """Handle InitiateAuth and AdminInitiateAuth."""
    flow = call.given.get("AuthFlow")
    if flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN") and grace(await call.client()) is not None:
        raise OperationError("InvalidParameterException", f"{flow} flow not enabled for this client")
    return await _remember(call, await call.passed_on(), "AuthParameters")


async def respond(call: Call) -> Json:
    """Handle RespondToAuthChallenge and AdminRespondToAuthChallenge."""
    if call.given.get("ChallengeName") not in _UNCHECKED:
        return await _remember(call, await call.passed_on(), "ChallengeResponses")
    session = str(call.given.get("Session"))
    given, name = _sessions.get(session), await _name(call, "ChallengeResponses")
    asked = (call.given["ChallengeName"], call.given.get("ClientId"), name)
    if given is None or time.monotonic() > given.ends or (given.challenge, given.client_id, given.name) != asked:
        raise OperationError("NotAuthorizedException", "Invalid session for the user.")
    if given.challenge == _NEW_PASSWORD:
        await _check_password(call, name)
    done = await call.passed_on()
    del _sessions[session]
    return await _remember(call, done, "ChallengeResponses")


async def _check_password(call: Call, name: str) -> None:
    """Raise OperationError if the new password does not meet the pool's policy."""
    password = str((call.given.get("ChallengeResponses") or {}).get("NEW_PASSWORD", ""))
    named = {"UserPoolId": (await call.pool())["Id"], "Username": name}
    await operate("AdminSetUserPassword", **named, Password=password, Permanent=False)


async def _remember(call: Call, done: Json, part: str) -> Json:
    """Remember the session of a challenge that the emulator does not check; return the response unchanged."""
    if done.get("ChallengeName") in _UNCHECKED:
        client = await call.client()
        ends = time.monotonic() + 60 * client.get("AuthSessionValidity", 3)
        name = await _name(call, part)
        _sessions[done["Session"]] = _Challenge(done["ChallengeName"], client["ClientId"], name, ends)
    return done


async def _name(call: Call, part: str) -> str:
    """Return the pool's user name for the name or alias in a call; empty if the user does not exist."""
    entered = str((call.given.get(part) or {}).get("USERNAME", ""))
    user = await directory.user((await call.pool())["Id"], entered)
    return str(user["Username"]) if user else ""
