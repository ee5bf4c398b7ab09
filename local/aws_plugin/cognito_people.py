"""aws:cognito IdentityProvider and UserGroup: where people sign in, and what they belong to.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
"""

from .official import Differences
from .properties import Props
from .resource import Held
from .service import Service


class IdentityProvider(Held):
    """A provider that a pool's people may sign in with; local/gateway has the stand-in for it."""

    type_name = "aws:cognito/identityProvider:IdentityProvider"
    service = "cognitoidp"
    differences = Differences(replaces=("providerName", "providerType", "userPoolId"), secret=("providerDetails",))
    secrets = frozenset({"providerDetails.client_secret", "providerDetails.private_key"})
    noun, key, separator = "IdentityProvider", ("userPoolId", "providerName"), ":"

    def warning(self) -> str:
        return "a page of this stack simulates every provider, with three accounts to choose from"


class UserGroup(Held):
    """A group of a pool's people."""

    type_name = "aws:cognito/userGroup:UserGroup"
    service = "cognitoidp"
    differences = Differences(
        named="name", replaces=("name", "userPoolId"), members={"name": "GroupName"}, absent={"precedence": 0}
    )
    noun, verbs = "Group", ("Create", "Get", "", "Delete")
    key = ("userPoolId", "name")

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        """The emulator has no UpdateGroup: the group is made anew, with its members."""
        named = {"UserPoolId": old["userPoolId"], "GroupName": old["name"]}
        pages = aws.client.get_paginator("list_users_in_group").paginate(**named)
        members = [user["Username"] for page in pages for user in page["Users"]]
        self.delete(aws, resource_id, old)
        found = self.create(aws, new)
        for member in members:
            aws.client.admin_add_user_to_group(**named, Username=member)
        return found
