"""aws:cloudwatch LogGroup.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from .official import Differences
from .properties import Props, to_aws
from .resource import Resource
from .service import Service


class LogGroup(Resource, module="cloudwatch"):
    """A log group. A retention of 0 days means that logs never expire."""

    requests = ("CreateLogGroup", "PutRetentionPolicy")
    differences = Differences(
        replaces=("name", "logGroupClass"),
        unread=("skipDestroy",),
        default={"retentionInDays": 0, "skipDestroy": False, "deletionProtectionEnabled": False},
    )

    def make(self, aws: Service, props: Props) -> str:
        aws.call("CreateLogGroup", to_aws(self.inputs, props))
        if props.get("retentionInDays"):
            aws.call("PutRetentionPolicy", to_aws(self.inputs, props))
        return str(props["name"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        groups = aws.client.describe_log_groups(logGroupNamePrefix=resource_id)["logGroups"]
        found = next((group for group in groups if group["logGroupName"] == resource_id), None)
        if found is None:
            return None
        arn = found["arn"].removesuffix(":*")
        tags = aws.client.list_tags_for_resource(resourceArn=arn).get("tags", {})
        omitted = {"retentionInDays": 0, "deletionProtectionEnabled": False}
        return self.state(aws, resource_id, omitted | found | {"arn": arn, "tags": tags})

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        if new.get("retentionInDays"):
            aws.call("PutRetentionPolicy", to_aws(self.inputs, new))
        else:
            aws.client.delete_retention_policy(logGroupName=resource_id)
        aws.retag(old, new, resourceArn=old["arn"])

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        if not state.get("skipDestroy"):
            aws.client.delete_log_group(logGroupName=resource_id)
