"""aws:wafv2 WebAcl and WebAclAssociation. The emulator holds them, and lets everybody through.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
"""

from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, key_values, tag_changes, tagged


class WebAcl(Resource):
    """A web ACL. Each writing act names the token of the last one, so that none is lost."""

    type_name = "aws:wafv2/webAcl:WebAcl"
    service = "wafv2"
    unsupported = frozenset({"namePrefix", "ruleJson", "customResponseBodies"})
    inputs = official_table(
        type_name,
        "wafv2",
        ("CreateWebACLRequest",),
        Differences(
            named="name",
            replaces=("name", "scope"),
            own=tuple(unsupported),
            bare=True,
            members={"associationConfig.requestBodies": "RequestBody"},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        tags = {"Tags": key_values(props["tags"])} if props.get("tags") else {}
        made = self.client(emulator, props).create_web_acl(**to_aws(self.inputs, props), **tags)
        return self.reread(emulator, made["Summary"]["Id"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        identity, *rest = resource_id.split("/")
        named = known or dict(zip(("name", "scope"), rest, strict=False))
        if not {"name", "scope"} <= named.keys():
            raise Refusal(f"the id to import is <id>/<name>/<scope>; received {resource_id}")
        client, found = self.client(emulator, known), self._held(emulator, identity, named)
        if found is None:
            return None
        acl = found["WebACL"]
        tags = client.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]["TagList"]
        state = from_aws(self.inputs, acl) | {
            "scope": named["scope"],
            "arn": acl["ARN"],
            "capacity": acl.get("Capacity", 0),
            "lockToken": found["LockToken"],
            "applicationIntegrationUrl": "",
            "region": known.get("region") or emulator.region,
        }
        return Found(identity, state | tagged({tag["Key"]: tag["Value"] for tag in tags}))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, held = self.client(emulator, old), self._held(emulator, resource_id, old) or {}
        request = {"Rules": [], **to_aws(self.inputs, new)}  # what is left out goes
        client.update_web_acl(Id=resource_id, LockToken=held.get("LockToken", ""), **request)
        setting, dropping = tag_changes(old, new)
        if setting:
            client.tag_resource(ResourceARN=old["arn"], Tags=key_values(setting))
        if dropping:
            client.untag_resource(ResourceARN=old["arn"], TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        return {"lockToken": UNKNOWN}

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        if held := self._held(emulator, resource_id, state):
            names = {"Name": state["name"], "Scope": state["scope"], "Id": resource_id}
            self.client(emulator, state).delete_web_acl(**names, LockToken=held["LockToken"])

    def _held(self, emulator: Emulator, resource_id: str, named: Props) -> Any:
        client, names = self.client(emulator, named), {"Name": named["name"], "Scope": named["scope"]}
        return existing(lambda: client.get_web_acl(Id=resource_id, **names))


class WebAclAssociation(Resource):
    """What a web ACL stands in front of."""

    type_name = "aws:wafv2/webAclAssociation:WebAclAssociation"
    service = "wafv2"
    inputs = official_table(
        type_name, "wafv2", ("AssociateWebACLRequest",), Differences(replaces=("resourceArn", "webAclArn"))
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        client, arn = self.client(emulator, props), props["webAclArn"]
        if existing(lambda: client.associate_web_acl(**to_aws(self.inputs, props))) is None:
            raise Refusal(f"the emulator has no web ACL {arn}: have this stack make one, or leave it out here")
        return self.reread(emulator, f"{arn},{props['resourceArn']}", props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        acl, _, resource = resource_id.partition(",")
        if not resource:
            raise Refusal(f"the id to import is <webAclArn>,<resourceArn>; received {resource_id}")
        client = self.client(emulator, known)
        found = existing(lambda: client.get_web_acl_for_resource(ResourceArn=resource))
        if found is None or found["WebACL"]["ARN"] != acl:
            return None
        region = known.get("region") or emulator.region
        return Found(resource_id, {"webAclArn": acl, "resourceArn": resource, "region": region})

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        self.client(emulator, state).disassociate_web_acl(ResourceArn=state["resourceArn"])
