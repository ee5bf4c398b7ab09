"""A call of a Cognito operation, with user names in the case that the pool compares."""

import base64
import copy
import functools
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from identity.user_pool.trigger_events import NO_CLIENT
from local.gateway import attributes, directory, tokens
from local.gateway.directory import Json
from local.gateway.emulated import OperationError, operate

# The members that hold a user name -> the member with the secret hash for that name.
_NAMES: Final = {"Username": "SecretHash", "USERNAME": "SECRET_HASH"}


@dataclass(frozen=True)
class Call:
    """One call of a Cognito operation.

    Args:
        name: the operation, such as SignUp.
        given: its input.
        origin: the gateway's address as the caller used it, for links in messages.
    """

    name: str
    given: Json
    origin: str

    @functools.cached_property
    def username(self) -> str:
        """The user name in the input; empty if there is none."""
        name = self.given.get("Username")
        return name if isinstance(name, str) else ""

    @property
    def client_id(self) -> str:
        """The client ID for the event of a Lambda trigger; NO_CLIENT if the input has none."""
        return str(self.given.get("ClientId", NO_CLIENT))

    async def client(self) -> Json:
        """Return the app client of the call. Raises OperationError if it does not exist."""
        return await directory.client(str(self.given.get("ClientId")))

    async def pool(self) -> Json:
        """Return the pool of the call. Raises OperationError if it does not exist."""
        return await directory.pool(str(self.given.get("UserPoolId") or (await self.client())["UserPoolId"]))

    async def addressee(self) -> tuple[Json, Json | None]:
        """Return the pool and the named user, None if unknown. Raises OperationError if the pool does not exist."""
        pool = await self.pool()
        return pool, await directory.user(pool["Id"], self.username)

    async def owner(self) -> tuple[Json, Json, Json]:
        """Return pool, client and user of the access token. Raises OperationError if the token is invalid."""
        token = str(self.given.get("AccessToken", ""))
        user = await operate("GetUser", AccessToken=token)  # validates the token
        client = await directory.client(str(tokens.claims(token).get("client_id")))
        return await directory.pool(client["UserPoolId"]), client, user

    async def passed_on(self, **other: Any) -> Json:
        """Run the call on the emulator with `other` over its input. Raises OperationError if that fails."""
        return await operate(self.name, **{**self.given, **other})


Rule = Callable[[Call], Awaitable[Json]]


async def with_compared_names(call: Call) -> Call:
    """Return the call with user names in lower case if the pool ignores case; the same object if nothing changes."""
    if not _has_upper(call.given):
        return call
    try:
        pool = await call.pool()
        client = await call.client() if "ClientId" in call.given else {}
    except OperationError:
        return call  # the emulator reports what is missing
    if directory.has_case(pool) or await _is_of_a_provider(pool, call.username):
        return call
    given = copy.deepcopy(call.given)
    for holder, name in _names(given):
        _lower(holder, name, client)
    if listed := given.get("UserAttributes"):
        given["UserAttributes"] = directory.to_list(attributes.as_compared(pool, directory.of_list(listed)))
    return Call(call.name, given, call.origin)


def secret_hash(client: Json, name: str) -> str:
    """Return the SECRET_HASH of an app client for a user name."""
    proof = hmac.new(client["ClientSecret"].encode(), (name + client["ClientId"]).encode(), hashlib.sha256)
    return base64.b64encode(proof.digest()).decode()


async def _is_of_a_provider(pool: Json, name: str) -> bool:
    """Whether the user comes from an external provider: the emulator keeps capitals in such a name."""
    user = await directory.user(pool["Id"], name) if "_" in name else None
    return user is not None and user["UserStatus"] == "EXTERNAL_PROVIDER"


def _names(given: Json) -> list[tuple[Json, str]]:
    """Return where the input has user names, as pairs of a dict and its key."""
    holders = [given, given.get("AuthParameters"), given.get("ChallengeResponses")]
    parts = [part for part in holders if isinstance(part, dict)]
    return [(part, name) for part in parts for name in _NAMES if isinstance(part.get(name), str)]


def _lower(holder: Json, name: str, client: Json) -> None:
    """Write a user name in lower case, and renew its secret hash if that was right."""
    lowered = holder[name].lower()
    if client.get("ClientSecret"):
        if holder.get(_NAMES[name]) != secret_hash(client, holder[name]):
            return  # the emulator refuses the wrong hash
        holder[_NAMES[name]] = secret_hash(client, lowered)
    holder[name] = lowered


def _has_upper(given: Json) -> bool:
    values = [holder[name] for holder, name in _names(given)]
    values += directory.of_list(given.get("UserAttributes")).values()
    return any(value != value.lower() for value in values)
