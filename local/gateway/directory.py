"""The pools, app clients and users that the emulator holds, as the gateway asks for them."""

from typing import Any

from local.gateway.emulated import OperationError, operate

Json = dict[str, Any]

_pool_of_client: dict[str, str] = {}  # a client's id is never given twice


async def pool(pool_id: str) -> Json:
    """A pool by its id. Raises OperationError where there is none."""
    found: Json = (await operate("DescribeUserPool", UserPoolId=pool_id))["UserPool"]
    return found


async def client(client_id: str) -> Json:
    """An app client by its id, with its secret. Raises OperationError where no pool has it."""
    known, missing = _pool_of_client.get(client_id), "ResourceNotFoundException"
    for pool_id in [known] if known else await _pools():
        found = await _found(missing, "DescribeUserPoolClient", UserPoolId=pool_id, ClientId=client_id)
        if found:
            _pool_of_client[client_id] = pool_id
            return Json(found["UserPoolClient"])
    raise OperationError(missing, f"User pool client {client_id} does not exist.")


async def person(pool_id: str, name: str) -> Json | None:
    """A user by name, alias or `sub`; None where there is none."""
    return await _found("UserNotFoundException", "AdminGetUser", UserPoolId=pool_id, Username=name)


async def write(pool: Json, user: Json, given: dict[str, str]) -> None:
    """Set attributes of a user, as an administrator does."""
    if given:
        listed, named = to_list(given), {"UserPoolId": pool["Id"], "Username": user["Username"]}
        await operate("AdminUpdateUserAttributes", **named, UserAttributes=listed)


def attributes(found: Json) -> dict[str, str]:
    """The attributes of a user."""
    return of_list(found.get("UserAttributes"))


def of_list(given: Any) -> dict[str, str]:
    """Attributes as an operation lists them, by name."""
    return {str(one.get("Name")): str(one.get("Value", "")) for one in given or [] if isinstance(one, dict)}


def to_list(given: dict[str, str]) -> list[dict[str, str]]:
    """Attributes as an operation takes them."""
    return [{"Name": name, "Value": value} for name, value in given.items()]


def has_case(found: Json) -> bool:
    """Whether Ada and ada are two people in this pool; AWS takes it for true where nothing is said."""
    return bool((found.get("UsernameConfiguration") or {}).get("CaseSensitive", True))


async def _found(missing: str, operation: str, **given: str) -> Json | None:
    """What an operation answers; None where it is refused by the error for what is missing."""
    try:
        return await operate(operation, **given)
    except OperationError as error:
        if error.code == missing:
            return None
        raise


async def _pools() -> list[str]:
    listed, given = list[str](), Json(MaxResults=60)
    while True:
        page = await operate("ListUserPools", **given)
        listed += [one["Id"] for one in page["UserPools"]]
        if not page.get("NextToken"):
            return listed
        given["NextToken"] = page["NextToken"]
