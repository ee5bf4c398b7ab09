"""Look-ups of the emulator's pools, app clients and users."""

from typing import Any

from local.gateway.emulated import OperationError, operate

Json = dict[str, Any]

_pool_of_client: dict[str, str] = {}  # client IDs are never reused


async def pool(pool_id: str) -> Json:
    """Return a pool by its ID. Raises OperationError if it does not exist."""
    found: Json = (await operate("DescribeUserPool", UserPoolId=pool_id))["UserPool"]
    return found


async def client(client_id: str) -> Json:
    """Return an app client by its ID, with its secret. Raises OperationError if no pool has it."""
    known, missing = _pool_of_client.get(client_id), "ResourceNotFoundException"
    for pool_id in [known] if known else await _pools():
        found = await _found(missing, "DescribeUserPoolClient", UserPoolId=pool_id, ClientId=client_id)
        if found:
            _pool_of_client[client_id] = pool_id
            return Json(found["UserPoolClient"])
    raise OperationError(missing, f"User pool client {client_id} does not exist.")


async def user(pool_id: str, name: str) -> Json | None:
    """Return a user by name, alias or `sub`; None if unknown."""
    return await _found("UserNotFoundException", "AdminGetUser", UserPoolId=pool_id, Username=name)


async def write(pool: Json, user: Json, given: dict[str, str]) -> None:
    """Set attributes of a user with an administrator's rights."""
    if given:
        listed, named = to_list(given), {"UserPoolId": pool["Id"], "Username": user["Username"]}
        await operate("AdminUpdateUserAttributes", **named, UserAttributes=listed)


def attributes(found: Json) -> dict[str, str]:
    """Return the attributes of a user by name."""
    return of_list(found.get("UserAttributes"))


def of_list(given: Any) -> dict[str, str]:
    """Convert an operation's list of attributes to a dict; leave out entries that are not objects."""
    return {str(one.get("Name")): str(one.get("Value", "")) for one in given or [] if isinstance(one, dict)}


def to_list(given: dict[str, str]) -> list[dict[str, str]]:
    """Convert attributes to the list that operations use."""
    return [{"Name": name, "Value": value} for name, value in given.items()]


def has_case(found: Json) -> bool:
    """Whether user names are case-sensitive in this pool; the default of AWS is true."""
    return bool((found.get("UsernameConfiguration") or {}).get("CaseSensitive", True))


async def _found(missing: str, operation: str, **given: str) -> Json | None:
    """Return an operation's result; None if it fails with the error code `missing`."""
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
