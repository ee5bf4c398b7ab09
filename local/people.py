"""The people of `local/people.yaml`, made in the local stack's user pool: somebody can sign in after any start."""

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
# What a required attribute holds where the file has nothing for it; any other holds the person's name.
_MADE_UP = {
    "birthdate": "1990-01-31",
    "email": "{name}@example.com",
    "phone_number": "+120655501{index:02}",  # 555-01xx is reserved for such examples
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
    """The people of the file, by name; none without the file. Raises Failure with each mistake's place and the fix."""
    try:
        return TypeAdapter(People).validate_python(stack_file.read(_FILE, _NAME) or {})
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        # Without what was received, which may be a password.
        mistakes = [f"{_NAME}: {'.'.join(map(str, mistake['loc']))}: {mistake['msg']}." for mistake in error.errors()]
        raise Failure("\n".join([*mistakes, _SHAPE])) from None


def make(people: People, stack: State, port: int) -> list[str]:
    """Make those who are not there yet, and give back the names of all who can sign in.

    One who is there already is left alone, with a password of today. What the pool refuses is told, and the rest made.
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
    """Those of the file, what else the pool requires, and that an address or number is verified."""
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
    by = next(iter(pool.get("UsernameAttributes") or ()), None)  # such a pool takes these for user names alone
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
