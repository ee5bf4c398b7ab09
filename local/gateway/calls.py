"""A call of one of Cognito's operations on its way to the emulator, with user names as the pool compares them."""

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

# By which members an operation names a user, with the hash that an app with a secret proves itself by.
_NAMES: Final = {"Username": "SecretHash", "USERNAME": "SECRET_HASH"}


@dataclass(frozen=True)
class Call:
    """An operation that was asked for.

    Args:
        name: such as SignUp.
        given: what came with it.
        origin: the address by which the caller came, for links.
    """

    name: str
    given: Json
    origin: str

    @functools.cached_property
    def username(self) -> str:
        """The user's name that it has; empty without one."""
        name = self.given.get("Username")
        return name if isinstance(name, str) else ""

    @property
    def client_id(self) -> str:
        """The app's, as a function is told it."""
        return str(self.given.get("ClientId", NO_CLIENT))

    async def client(self) -> Json:
        """The app client that asks. Raises OperationError where there is none."""
        return await directory.client(str(self.given.get("ClientId")))

    async def pool(self) -> Json:
        """The pool that it is about. Raises OperationError where there is none."""
        return await directory.pool(str(self.given.get("UserPoolId") or (await self.client())["UserPoolId"]))

    async def addressee(self) -> tuple[Json, Json | None]:
        """Pool, and the user that is named; None where there is none. Raises OperationError without the pool."""
        pool = await self.pool()
        return pool, await directory.person(pool["Id"], self.username)

    async def owner(self) -> tuple[Json, Json, Json]:
        """Pool, client and user of the access token that came along. Raises OperationError where it is no good."""
        token = str(self.given.get("AccessToken", ""))
        user = await operate("GetUser", AccessToken=token)  # which checks it
        client = await directory.client(str(tokens.claims(token).get("client_id")))
        return await directory.pool(client["UserPoolId"]), client, user

    async def passed_on(self, **other: Any) -> Json:
        """What the emulator answers, with some of it given otherwise. Raises OperationError where it refuses."""
        return await operate(self.name, **{**self.given, **other})


Rule = Callable[[Call], Awaitable[Json]]


async def with_compared_names(call: Call) -> Call:
    """The call with names in lower case where the pool makes no difference; itself where that is the same."""
    if not _has_upper(call.given):
        return call
    try:
        pool = await call.pool()
        client = await call.client() if "ClientId" in call.given else {}
    except OperationError:
        return call  # the emulator says what is missing
    if directory.has_case(pool) or await _is_of_a_provider(pool, call.username):
        return call
    given = copy.deepcopy(call.given)
    for holder, name in _names(given):
        _lower(holder, name, client)
    if listed := given.get("UserAttributes"):
        given["UserAttributes"] = directory.to_list(attributes.as_compared(pool, directory.of_list(listed)))
    return Call(call.name, given, call.origin)


def secret_hash(client: Json, name: str) -> str:
    """What an app with a secret proves itself by at a user's name."""
    proof = hmac.new(client["ClientSecret"].encode(), (name + client["ClientId"]).encode(), hashlib.sha256)
    return base64.b64encode(proof.digest()).decode()


async def _is_of_a_provider(pool: Json, name: str) -> bool:
    """Whether somebody has it who comes by a provider, whose capitals the emulator keeps in it."""
    user = await directory.person(pool["Id"], name) if "_" in name else None
    return user is not None and user["UserStatus"] == "EXTERNAL_PROVIDER"


def _names(given: Json) -> list[tuple[Json, str]]:
    """Where a call has names of users: what holds each, and the member."""
    holders = [given, given.get("AuthParameters"), given.get("ChallengeResponses")]
    parts = [part for part in holders if isinstance(part, dict)]
    return [(part, name) for part in parts for name in _NAMES if isinstance(part.get(name), str)]


def _lower(holder: Json, name: str, client: Json) -> None:
    lowered = holder[name].lower()
    if client.get("ClientSecret"):
        if holder.get(_NAMES[name]) != secret_hash(client, holder[name]):
            return  # the emulator refuses it
        holder[_NAMES[name]] = secret_hash(client, lowered)
    holder[name] = lowered


def _has_upper(given: Json) -> bool:
    values = [holder[name] for holder, name in _names(given)]
    values += directory.of_list(given.get("UserAttributes")).values()
    return any(value != value.lower() for value in values)
