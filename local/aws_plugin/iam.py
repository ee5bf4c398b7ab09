"""aws:iam Role, RolePolicy and RolePolicyAttachment.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

import json

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, key_values, tag_changes, tagged

_PREFIX = "namePrefix"


class Role(Resource):
    """A role: who may take it, and for how long. What it may do is said by policies of their own."""

    type_name = "aws:iam/role:Role"
    service = "iam"
    unsupported = frozenset({"inlinePolicies", "managedPolicyArns", _PREFIX})
    inputs = official_table(
        type_name,
        "iam",
        ("CreateRoleRequest",),
        Differences(
            named="name",
            replaces=("name", "path"),
            unread=("forceDetachPolicies",),
            members={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
            own=("forceDetachPolicies", *unsupported),
            default={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        request = to_aws(self.inputs, props) | {"Tags": key_values(props.get("tags") or {})}
        self.client(emulator, props).create_role(**request)
        return self.reread(emulator, props["name"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_role(RoleName=resource_id))
        if answer is None:
            return None
        role = answer["Role"]
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        document = json.dumps(role["AssumeRolePolicyDocument"])
        state = from_aws(self.inputs, role | {"AssumeRolePolicyDocument": document, "PermissionsBoundary": boundary})
        outputs = {
            "arn": role["Arn"],
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "uniqueId": role["RoleId"],
        }
        return Found(resource_id, state | outputs | tagged({tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, named = self.client(emulator, old), {"RoleName": resource_id}
        description = new.get("description") or ""
        client.update_role(**named, Description=description, MaxSessionDuration=new.get("maxSessionDuration", 3600))
        client.update_assume_role_policy(**named, PolicyDocument=new["assumeRolePolicy"])
        if boundary := new.get("permissionsBoundary"):
            client.put_role_permissions_boundary(**named, PermissionsBoundary=boundary)
        elif old.get("permissionsBoundary"):
            client.delete_role_permissions_boundary(**named)
        setting, dropping = tag_changes(old, new)
        client.tag_role(**named, Tags=key_values(setting))
        client.untag_role(**named, TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client, named = self.client(emulator, state), {"RoleName": resource_id}
        if existing(lambda: client.get_role(**named)) is None:
            return
        if state.get("forceDetachPolicies"):
            for policy in client.list_attached_role_policies(**named)["AttachedPolicies"]:
                client.detach_role_policy(**named, PolicyArn=policy["PolicyArn"])
            for name in client.list_role_policies(**named)["PolicyNames"]:
                client.delete_role_policy(**named, PolicyName=name)
        client.delete_role(**named)


class RolePolicy(Resource):
    """What a role may do, written into the role."""

    type_name = "aws:iam/rolePolicy:RolePolicy"
    service = "iam"
    unsupported = frozenset({_PREFIX})
    inputs = official_table(
        type_name,
        "iam",
        ("PutRolePolicyRequest",),
        Differences(
            named="name",
            replaces=("name", "role"),
            members={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
            own=(_PREFIX,),
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        self.client(emulator, props).put_role_policy(**to_aws(self.inputs, props))
        return self.reread(emulator, f"{props['role']}:{props['name']}", props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        role, name = _two(resource_id, ":", "<role>:<name>")
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_role_policy(RoleName=role, PolicyName=name))
        if answer is None:
            return None
        state = from_aws(self.inputs, answer | {"PolicyDocument": json.dumps(answer["PolicyDocument"])})
        return Found(resource_id, state)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        return self.create(emulator, new, timeout)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        role, name = _two(resource_id, ":", "<role>:<name>")
        client = self.client(emulator, state)
        existing(lambda: client.delete_role_policy(RoleName=role, PolicyName=name))


class RolePolicyAttachment(Resource):
    """A policy that stands on its own, attached to a role."""

    type_name = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    service = "iam"
    inputs = official_table(
        type_name,
        "iam",
        ("AttachRolePolicyRequest",),
        Differences(replaces=("role", "policyArn"), members={"role": "RoleName"}),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        self.client(emulator, props).attach_role_policy(**to_aws(self.inputs, props))
        return self.reread(emulator, f"{props['role']}/{props['policyArn']}", props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        role, arn = _two(resource_id, "/", "<role>/<policy ARN>")
        client = self.client(emulator, known)
        answer = existing(lambda: client.list_attached_role_policies(RoleName=role)) or {"AttachedPolicies": []}
        attached = [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]
        return Found(resource_id, {"role": role, "policyArn": arn}) if arn in attached else None

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        role, arn = _two(resource_id, "/", "<role>/<policy ARN>")
        client = self.client(emulator, state)
        existing(lambda: client.detach_role_policy(RoleName=role, PolicyArn=arn))


def _two(resource_id: str, separator: str, shape: str) -> tuple[str, str]:
    first, found, second = resource_id.partition(separator)
    if not (first and found and second):
        raise Refusal(f"the id to import is {shape}; received {resource_id}")
    return first, second
