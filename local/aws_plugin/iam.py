"""aws:iam Role and RolePolicy.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

import json

from .official import Differences
from .properties import Props, to_aws
from .resource import Held
from .service import Service


class Role(Held, module="iam"):
    """A role: who can assume it, and for how long. Its permissions are separate policies."""

    noun, verbs = "Role", ("Create", "Get", "", "Delete")
    key, rereads = ("name",), True
    differences = Differences(
        replaces=("name", "path"),
        unread=("forceDetachPolicies",),
        members={"assumeRolePolicy": "AssumeRolePolicyDocument"},
        default={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False},
    )

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {
            "assumeRolePolicy": json.dumps(answer["AssumeRolePolicyDocument"]),
            "permissionsBoundary": answer.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "uniqueId": answer["RoleId"],
        }

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        request, named = {"Description": "", **to_aws(self.inputs, new)}, {"RoleName": resource_id}
        aws.call("UpdateRole", request)
        aws.client.update_assume_role_policy(**named, PolicyDocument=new["assumeRolePolicy"])
        if new.get("permissionsBoundary"):
            aws.call("PutRolePermissionsBoundary", request)
        elif old.get("permissionsBoundary"):
            aws.client.delete_role_permissions_boundary(**named)
        aws.retag(old, new, ("TagRole", "UntagRole"), **named)
        return self.reread(aws, resource_id, new)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        named = {"RoleName": resource_id}
        if state.get("forceDetachPolicies"):
            for policy in aws.client.list_attached_role_policies(**named)["AttachedPolicies"]:
                aws.client.detach_role_policy(**named, PolicyArn=policy["PolicyArn"])
            for name in aws.client.list_role_policies(**named)["PolicyNames"]:
                aws.client.delete_role_policy(**named, PolicyName=name)
        aws.client.delete_role(**named)


class RolePolicy(Held, module="iam"):
    """An inline policy of a role."""

    differences = Differences(
        replaces=("name", "role"),
        members={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    )
    noun, verbs, answer = "RolePolicy", ("Put", "Get", "Put", "Delete"), ""
    key, separator, rereads = ("role", "name"), ":", True

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        return {"policy": json.dumps(answer["PolicyDocument"])}
