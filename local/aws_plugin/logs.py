"""aws:cloudwatch LogGroup.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from .emulator import Emulator
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, tag_changes, tagged


class LogGroup(Resource):
    """A log group; 0 days of retention are for ever."""

    type_name = "aws:cloudwatch/logGroup:LogGroup"
    service = "logs"
    unsupported = frozenset({"namePrefix"})
    inputs = official_table(
        type_name,
        "logs",
        ("CreateLogGroupRequest", "PutRetentionPolicyRequest"),
        Differences(
            named="name",
            replaces=("name", "logGroupClass"),
            keeps=("logGroupClass",),
            unread=("skipDestroy",),
            members={"name": "logGroupName"},
            own=("skipDestroy", *unsupported),
            default={"retentionInDays": 0, "skipDestroy": False, "deletionProtectionEnabled": False},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        client, request = self.client(emulator, props), to_aws(self.inputs, props)
        retention = request.pop("retentionInDays")
        client.create_log_group(**request, **({"tags": props["tags"]} if props.get("tags") else {}))
        if retention:
            client.put_retention_policy(logGroupName=props["name"], retentionInDays=retention)
        return self.reread(emulator, props["name"], props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        groups = client.describe_log_groups(logGroupNamePrefix=resource_id)["logGroups"]
        found = next((group for group in groups if group["logGroupName"] == resource_id), None)
        if found is None:
            return None
        arn = found["arn"].removesuffix(":*")
        tags = client.list_tags_for_resource(resourceArn=arn).get("tags", {})
        state = {"retentionInDays": 0, "deletionProtectionEnabled": False} | from_aws(self.inputs, found)
        return Found(resource_id, state | {"arn": arn, "region": known.get("region") or emulator.region} | tagged(tags))

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, named = self.client(emulator, old), {"logGroupName": resource_id}
        if retention := new.get("retentionInDays"):
            client.put_retention_policy(**named, retentionInDays=retention)
        else:
            client.delete_retention_policy(**named)
        setting, dropping = tag_changes(old, new)
        if setting:
            client.tag_resource(resourceArn=old["arn"], tags=setting)
        if dropping:
            client.untag_resource(resourceArn=old["arn"], tagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        if not state.get("skipDestroy"):
            existing(lambda: client.delete_log_group(logGroupName=resource_id))
