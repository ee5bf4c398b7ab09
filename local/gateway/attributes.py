"""Checks of a user's attributes: what an app may write, and what the pool's schema requires.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from local.gateway import directory
from local.gateway.directory import Json
from local.gateway.emulated import OperationError


def check_written(pool: Json, client: Json, given: dict[str, str]) -> None:
    """Raise OperationError if an attribute is not in the pool's schema, or the client may not write it."""
    schema = {one["Name"]: one for one in pool.get("SchemaAttributes") or []}
    for name in given:
        if name not in schema:
            message = f"Attributes did not conform to the schema: Type for attribute {{{name}}} could not be determined"
            raise OperationError("InvalidParameterException", message)
    writable = client.get("WriteAttributes") or [
        name for name in schema if ":" not in name and not name.endswith("_verified") and name != "sub"
    ]
    if not given.keys() <= set(writable):
        raise OperationError("NotAuthorizedException", "A client attempted to write unauthorized attribute")


def check_unchanged(pool: Json, given: dict[str, str]) -> None:
    """Raise OperationError if an attribute is immutable."""
    for one in pool.get("SchemaAttributes") or []:
        if one["Name"] in given and not one.get("Mutable", True):
            message = f"user.{one['Name']}: Attribute cannot be updated."
            raise OperationError("InvalidParameterException", message)


def required(pool: Json) -> list[str]:
    """Return the attributes required for a sign-up, without `sub`, which Cognito sets."""
    return [one["Name"] for one in pool.get("SchemaAttributes") or [] if one.get("Required") and one["Name"] != "sub"]


def check_required(pool: Json, given: dict[str, str]) -> None:
    """Raise OperationError if a required attribute is missing."""
    missing = [name for name in required(pool) if not given.get(name)]
    if missing:
        message = "\n".join(f"{name}: The attribute {name} is required" for name in missing)
        raise OperationError("InvalidParameterException", f"Attributes did not conform to the schema: {message}\n")


def as_compared(pool: Json, given: dict[str, str]) -> dict[str, str]:
    """Return the attributes, with values that users sign in by in lower case if the pool ignores case."""
    if directory.has_case(pool):
        return given
    names = {*(pool.get("UsernameAttributes") or []), *(pool.get("AliasAttributes") or [])}
    return {name: value.lower() if name in names else value for name, value in given.items()}
