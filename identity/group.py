"""A user group: its settings, and reading a live one
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html).
"""

from functools import partial
from typing import Annotated, Final

from pydantic import AfterValidator

from identity import types
from identity.setting import Change, Codec, Model, setting

PATH: Final = "identity:groups"
_HIGHEST_PRECEDENCE = 2**31 - 1
_of_members = partial(
    setting,
    change=Change.MATTERS,
    loss="Members who use an identity pool would get other AWS permissions, or none.",
)


def _name(value: str) -> str:
    if 1 <= len(value) <= 128 and types.is_visible(value):
        return value
    return types.refuse("1-128 visible characters without spaces")


GroupName = Annotated[types.Text, AfterValidator(_name)]


class Group(Model):
    """A user group; its key is its name. Updates do not change its members."""

    description: types.Maybe[Annotated[types.Text, types.at_most(2048)]] = setting(
        "A description, at most 2,048 characters.", "description", example="May see every order"
    )
    precedence: types.Maybe[Annotated[int, types.whole(0, _HIGHEST_PRECEDENCE)]] = _of_members(
        "The precedence, 0-2,147,483,647: a user in several groups gets the role of the group with the lowest number.",
        "precedence",
        codec=Codec(read=lambda number: number or None),  # the provider also returns 0 for "not set"
        example=10,
    )
    role_arn: types.Maybe[types.RoleArn] = _of_members(
        "The IAM role of the members in an identity pool.", "roleArn", example="arn:aws:iam::123456789012:role/support"
    )
