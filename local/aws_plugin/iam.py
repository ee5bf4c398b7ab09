"""aws:iam Role and RolePolicy.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

import json

from .official import Differences
from .properties import Props, to_aws
from .resource import Held, Resource
from .service import Service

_PREFIX = "namePrefix"


class Role(Resource):
    """A role: who may take it, and for how long. What it may do is said by policies of their own."""

    type_name = "aws:iam/role:Role"
    service = "iam"
    requests = ("CreateRole",)
    differences = Differences(
        named="name",
        replaces=("name", "path"),
        unread=("forceDetachPolicies",),
        members={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        own=("forceDetachPolicies",),
        default={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False},
        unsupported=("inlinePolicies", "managedPolicyArns", _PREFIX),
    )

    def make(self, aws: Service, props: Props) -> str:
        aws.client.create_role(**to_aws(self.inputs, props))
        return str(props["name"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:  # noqa: ARG002
        role = aws.client.get_role(RoleName=resource_id)["Role"]
        told = {
            "AssumeRolePolicyDocument": json.dumps(role["AssumeRolePolicyDocument"]),
            "PermissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        }
        return self.state(aws, resource_id, role | told, uniqueId=role["RoleId"])

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        request, named = {"Description": "", **to_aws(self.inputs, new)}, {"RoleName": resource_id}
        aws.call("UpdateRole", request)
        aws.client.update_assume_role_policy(**named, PolicyDocument=new["assumeRolePolicy"])
        if new.get("permissionsBoundary"):
            aws.call("PutRolePermissionsBoundary", request)
        elif old.get("permissionsBoundary"):
            aws.client.delete_role_permissions_boundary(**named)
        aws.retag(old, new, ("TagRole", "UntagRole"), **named)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        named = {"RoleName": resource_id}
        if state.get("forceDetachPolicies"):
            for policy in aws.client.list_attached_role_policies(**named)["AttachedPolicies"]:
                aws.client.detach_role_policy(**named, PolicyArn=policy["PolicyArn"])
            for name in aws.client.list_role_policies(**named)["PolicyNames"]:
                aws.client.delete_role_policy(**named, PolicyName=name)
        aws.client.delete_role(**named)


class RolePolicy(Held):
    """What a role may do, written into the role."""

    type_name = "aws:iam/rolePolicy:RolePolicy"
    service = "iam"
    differences = Differences(
        named="name",
        replaces=("name", "role"),
        members={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
        unsupported=(_PREFIX,),
    )
    noun, verbs, answer = "RolePolicy", ("Put", "Get", "Put", "Delete"), ""
    key, separator, rereads = ("role", "name"), ":", True

    def more(self, aws: Service, answer: Props, known: Props) -> Props:  # noqa: ARG002
        return {"policy": json.dumps(answer["PolicyDocument"])}
