"""aws:wafv2 WebAcl and WebAclAssociation. The emulator stores them, but blocks no requests.

https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
"""

from typing import Any

from .emulator import Refusal, existing
from .official import Differences
from .properties import Props, to_aws
from .resource import Resource, parted
from .service import Service


class WebAcl(Resource, module="wafv2"):
    """A web ACL. An update or delete sends the lock token of the last change, so that no change is lost."""

    requests = ("CreateWebACL",)
    changing = ("lockToken",)
    differences = Differences(
        replaces=("name", "scope"),
        bare=True,
        unsupported=("customResponseBodies",),
        members={"associationConfig.requestBodies": "RequestBody"},
    )

    def make(self, aws: Service, props: Props) -> str:
        return str(aws.client.create_web_acl(**to_aws(self.inputs, props))["Summary"]["Id"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        if not {"name", "scope"} <= known.keys():
            resource_id, *named = parted(resource_id, "<id>/<name>/<scope>")
            known = dict(zip(("name", "scope"), named, strict=True))
        found = _held(aws, resource_id, known)
        arn = found["WebACL"]["ARN"]
        tags = aws.client.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]
        more = {"Tags": tags, "LockToken": found["LockToken"], "Scope": known["scope"]}
        return self.state(aws, resource_id, found["WebACL"] | more)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        held = _held(aws, resource_id, old)
        request = {"Rules": [], **to_aws(self.inputs, new)}  # removes all rules if they are omitted
        aws.call("UpdateWebACL", request | {"Id": resource_id, "LockToken": held["LockToken"]})
        aws.retag(old, new, ResourceARN=old["arn"])

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        held = _held(aws, resource_id, state)
        aws.call("DeleteWebACL", to_aws(self.inputs, state) | {"Id": resource_id, "LockToken": held["LockToken"]})


def _held(aws: Service, resource_id: str, named: Props) -> Any:
    return aws.client.get_web_acl(Id=resource_id, Name=named["name"], Scope=named["scope"])


class WebAclAssociation(Resource, module="wafv2"):
    """The association of a web ACL with the resource that it protects."""

    requests = ("AssociateWebACL",)
    differences = Differences(replaces=("resourceArn", "webAclArn"))

    def make(self, aws: Service, props: Props) -> str:
        acl = props["webAclArn"]
        if existing(lambda: aws.client.associate_web_acl(**to_aws(self.inputs, props))) is None:
            raise Refusal(f"the emulator has no web ACL {acl}: have this stack make one, or remove it here")
        return f"{acl},{props['resourceArn']}"

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        acl, resource = parted(resource_id, "<webAclArn>,<resourceArn>")
        found = aws.client.get_web_acl_for_resource(ResourceArn=resource)
        there = found["WebACL"]["ARN"] == acl
        return self.state(aws, resource_id, {}, webAclArn=acl, resourceArn=resource) if there else None

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.disassociate_web_acl(ResourceArn=state["resourceArn"])
