"""Signing in by operations: a challenge is answered in the session that it was given in, by the person it was given to.

The emulator takes any session for right, so who answered a challenge that nobody was given would be signed in without a
password. https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html
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
# Those whose session the emulator does not look at.
_UNCHECKED: Final = (_NEW_PASSWORD, "SOFTWARE_TOKEN_MFA", "MFA_SETUP")


@dataclass(frozen=True)
class _Given:
    challenge: str
    client_id: str
    name: str
    ends: float


_sessions: dict[str, _Given] = {}


async def initiate(call: Call) -> Json:
    """InitiateAuth and AdminInitiateAuth."""
    flow = call.given.get("AuthFlow")
    if flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN") and grace(await call.client()) is not None:
        raise OperationError("InvalidParameterException", f"{flow} flow not enabled for this client")
    return await _remembered(call, await call.passed_on(), "AuthParameters")


async def respond(call: Call) -> Json:
    """RespondToAuthChallenge and AdminRespondToAuthChallenge."""
    if call.given.get("ChallengeName") not in _UNCHECKED:
        return await _remembered(call, await call.passed_on(), "ChallengeResponses")
    session = str(call.given.get("Session"))
    given, name = _sessions.get(session), await _name(call, "ChallengeResponses")
    asked = (call.given["ChallengeName"], call.given.get("ClientId"), name)
    if given is None or time.monotonic() > given.ends or (given.challenge, given.client_id, given.name) != asked:
        raise OperationError("NotAuthorizedException", "Invalid session for the user.")
    if given.challenge == _NEW_PASSWORD:
        await _check_password(call, name)
    done = await call.passed_on()
    del _sessions[session]
    return await _remembered(call, done, "ChallengeResponses")


async def _check_password(call: Call, name: str) -> None:
    """Raises OperationError where the pool's policy has something against the new password."""
    password = str((call.given.get("ChallengeResponses") or {}).get("NEW_PASSWORD", ""))
    named = {"UserPoolId": (await call.pool())["Id"], "Username": name}
    await operate("AdminSetUserPassword", **named, Password=password, Permanent=False)


async def _remembered(call: Call, done: Json, part: str) -> Json:
    if done.get("ChallengeName") in _UNCHECKED:
        client = await call.client()
        ends = time.monotonic() + 60 * client.get("AuthSessionValidity", 3)
        name = await _name(call, part)
        _sessions[done["Session"]] = _Given(done["ChallengeName"], client["ClientId"], name, ends)
    return done


async def _name(call: Call, part: str) -> str:
    """The user name, as the pool has it, of the name or alias that a call has; empty where there is nobody."""
    entered = str((call.given.get(part) or {}).get("USERNAME", ""))
    user = await directory.person((await call.pool())["Id"], entered)
    return str(user["Username"]) if user else ""
