"""aws:cognito IdentityProvider and UserGroup: where people sign in, and what they belong to.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
"""

from .emulator import Emulator
from .official import Differences, official_table
from .properties import Props, to_aws
from .resource import Found, Held


class IdentityProvider(Held):
    """A provider that a pool's people may sign in with; local/gateway has the stand-in for it."""

    type_name = "aws:cognito/identityProvider:IdentityProvider"
    service = "cognitoidp"
    inputs = official_table(
        type_name,
        "cognito-idp",
        ("CreateIdentityProviderRequest",),
        Differences(replaces=("providerName", "providerType", "userPoolId"), secret=("providerDetails",)),
    )
    secrets = frozenset({"providerDetails.client_secret", "providerDetails.private_key"})
    operations = (
        *("create_identity_provider", "describe_identity_provider"),
        *("update_identity_provider", "delete_identity_provider"),
    )
    answer, key, separator = "IdentityProvider", ("userPoolId", "providerName"), ":"

    def warning(self) -> str:
        return "a page of this stack stands in for every provider, with three accounts to choose from"

    def rewritten(self, request: Props) -> Props:
        return {member: value for member, value in request.items() if member != "ProviderType"}


class UserGroup(Held):
    """A group of a pool's people."""

    type_name = "aws:cognito/userGroup:UserGroup"
    service = "cognitoidp"
    inputs = official_table(
        type_name,
        "cognito-idp",
        ("CreateGroupRequest",),
        Differences(
            named="name", replaces=("name", "userPoolId"), members={"name": "GroupName"}, absent={"precedence": 0}
        ),
    )
    operations = ("create_group", "get_group", "update_group", "delete_group")
    answer, key = "Group", ("userPoolId", "name")

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:
        """The emulator has no UpdateGroup: the group is made anew, with its members."""
        client, named = self.client(emulator, old), to_aws(self._keys(), old)
        pages = client.get_paginator("list_users_in_group").paginate(**named)
        members = [user["Username"] for page in pages for user in page["Users"]]
        self.delete(emulator, resource_id, old, timeout)
        found = self.create(emulator, new, timeout)
        for member in members:
            client.admin_add_user_to_group(**named, Username=member)
        return found
