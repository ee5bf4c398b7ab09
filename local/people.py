"""Create the users of `local/people.yaml` in the local stack's user pool, so that sign-in works after every start."""

from typing import Annotated, Any

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from identity import facts
from identity.user_pool.attribute_names import VERIFIED_ATTRIBUTES
from local import emulator, paths, stack_file
from local.console import Failure, say
from local.state import State

_FILE = paths.CHECKOUT / "local" / "people.yaml"
_NAME = "local/people.yaml"
_SHAPE = (
    "Each person is `<name>: {password: <6 to 256 characters>, attributes: {<name>: <text>}, groups: [<name>]}`; put a "
    "number or a date into quotes. Nothing was changed."
)
# Values of required attributes that the file does not set; any other required attribute gets the user's name.
_MADE_UP = {
    "birthdate": "1990-01-31",
    "email": "{name}@example.com",
    "phone_number": "+120655501{index:02}",  # 555-01xx is reserved for examples
    "updated_at": "0",
}


class Person(BaseModel):
    """Somebody who can sign in."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=6, max_length=256, description="It has to satisfy the pool's password policy.")
    attributes: dict[str, str] = Field(default={}, description="Attributes by their names in Cognito.")
    groups: list[str] = Field(default=[], description="Groups of the pool.")


Name = Annotated[str, Field(pattern=r"^[^\s@]{1,128}$")]
People = dict[Name, Person]


def read() -> People:
    """Return the users of the file, by name; empty without the file. Raises Failure with each mistake and the fix."""
    try:
        return TypeAdapter(People).validate_python(stack_file.read(_FILE, _NAME) or {})
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        # Without the received values, which may be passwords.
        mistakes = [f"{_NAME}: {'.'.join(map(str, mistake['loc']))}: {mistake['msg']}." for mistake in error.errors()]
        raise Failure("\n".join([*mistakes, _SHAPE])) from None


def make(people: People, stack: State, port: int) -> list[str]:
    """Create the missing users, and return the user names of all users of the file that can sign in.

    Existing users are not changed, and keep their current password. If the pool refuses a user, show a message and
    continue with the next.
    """
    pool_id = next((pool.id for pool in stack.of_type(facts.USER_POOL)), None)
    if not people or pool_id is None:
        return []
    cognito = emulator.client("cognito-idp", port)
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    pages = cognito.get_paginator("list_groups").paginate(UserPoolId=pool_id)
    groups = {group["GroupName"] for page in pages for group in page["Groups"]}
    there = []
    for index, (name, person) in enumerate(people.items()):
        try:
            there.append(_make(cognito, pool, groups, name, person, _attributes(pool, name, index, person)))
        except ClientError as error:
            said = error.response["Error"]
            what = f"the pool refuses: {said.get('Message')} ({said.get('Code')})"
            say(f"{_NAME}: {name}: {what}. Change it there, then run: make up", style="yellow")
    return there


def _attributes(pool: dict[str, Any], name: str, index: int, person: Person) -> dict[str, str]:
    """Return the attributes of the file and those that the pool requires; mark email and phone number as verified."""
    required = [
        attribute["Name"]
        for attribute in pool.get("SchemaAttributes", [])
        if attribute.get("Required") and attribute["Name"] != "sub"
    ]
    needed = [*required, *(pool.get("UsernameAttributes") or ())]
    given = {one: _MADE_UP.get(one, "{name}").format(name=name, index=index) for one in needed} | person.attributes
    return {f"{address}_verified": "true" for address in VERIFIED_ATTRIBUTES if address in given} | given


def _make(
    cognito: Any, pool: dict[str, Any], groups: set[str], name: str, person: Person, attributes: dict[str, str]
) -> str:
    by = next(iter(pool.get("UsernameAttributes") or ()), None)  # then the pool accepts only these as user names
    username = attributes[by] if by else name
    who = {"UserPoolId": pool["Id"], "Username": username}
    listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
    try:
        cognito.admin_create_user(
            **who, UserAttributes=listed, TemporaryPassword=person.password, MessageAction="SUPPRESS"
        )
    except cognito.exceptions.UsernameExistsException:
        return username
    cognito.admin_set_user_password(**who, Password=person.password, Permanent=True)
    for group in person.groups:
        if group in groups:
            cognito.admin_add_user_to_group(**who, GroupName=group)
        else:
            say(
                f"{_NAME}: {name}: the pool has no group `{group}`; it has: {', '.join(sorted(groups)) or 'none'}.",
                style="yellow",
            )
    return username
