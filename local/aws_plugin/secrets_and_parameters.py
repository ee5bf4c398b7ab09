"""aws:ssm Parameter, and aws:secretsmanager Secret and SecretVersion: where a stack publishes its outputs.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from typing import Any

from .emulator import Refusal
from .official import Differences
from .properties import Props, to_aws
from .resource import Resource, parted
from .service import Service

_RETAGS = ("AddTagsToResource", "RemoveTagsFromResource")


class Parameter(Resource, module="ssm"):
    """A parameter. Its value is a secret in the state, whatever its type."""

    secrets = frozenset({"value"})
    changing = ("version",)
    requests = ("PutParameter",)
    differences = Differences(
        replaces=("name", "dataType"),
        unread=("insecureValue", "overwrite"),
        secret=("value",),
        # AWS accepts tags only in a create, and not with Overwrite.
        own=("arn", "insecureValue", "overwrite", "tags"),
    )

    def make(self, aws: Service, props: Props) -> str:
        self._put(aws, {}, props, Overwrite=bool(props.get("overwrite")))
        return str(props["name"])

    def _put(self, aws: Service, old: Props, new: Props, **more: Any) -> None:
        request = {"Value": new.get("insecureValue")} | to_aws(self.inputs, new) | more
        if not request["Value"]:
            raise Refusal("value: aws.ssm.Parameter needs it, or insecureValue; received nothing")
        aws.client.put_parameter(**request)
        aws.retag(old, new, _RETAGS, ResourceType="Parameter", ResourceId=new["name"])

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = aws.client.get_parameter(Name=resource_id, WithDecryption=True)["Parameter"]
        filters = [{"Key": "Name", "Option": "Equals", "Values": [resource_id]}]
        details = aws.client.describe_parameters(ParameterFilters=filters)["Parameters"][0]
        tags = aws.client.list_tags_for_resource(ResourceType="Parameter", ResourceId=resource_id)["TagList"]
        listed = {tag["Key"]: tag["Value"] for tag in tags}
        return self.state(aws, resource_id, details | found, arn=found["ARN"], tags=listed)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        insecure = {"value": new["insecureValue"]} if new.get("insecureValue") else {}
        self._put(aws, old, new | insecure, Description=new.get("description") or "", Overwrite=True)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.delete_parameter(Name=resource_id)


class Secret(Resource, module="secretsmanager"):
    """A secret without its value, which is a SecretVersion. Deleted at once, whatever recoveryWindowInDays is."""

    requests = ("CreateSecret",)
    differences = Differences(
        replaces=("name",),
        unread=("policy", "recoveryWindowInDays"),
        default={"recoveryWindowInDays": 30},
        unsupported=("forceOverwriteReplicaSecret",),
    )

    def make(self, aws: Service, props: Props) -> str:
        arn = str(aws.client.create_secret(**to_aws(self.inputs, props))["ARN"])
        _restrict(aws, arn, props)
        return arn

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        found = aws.client.describe_secret(SecretId=resource_id)
        return None if found.get("DeletedDate") else self.state(aws, found["ARN"], found)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        request = {"Description": "", **to_aws(self.inputs, new), "SecretId": resource_id}
        aws.call("UpdateSecret", request)
        _restrict(aws, resource_id, new)
        aws.retag(old, new, SecretId=resource_id)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        aws.client.delete_secret(SecretId=resource_id, ForceDeleteWithoutRecovery=True)


def _restrict(aws: Service, arn: str, props: Props) -> None:
    if props.get("policy"):
        aws.client.put_resource_policy(SecretId=arn, ResourcePolicy=props["policy"])


class SecretVersion(Resource, module="secretsmanager"):
    """A value of a secret. A new value is a new version; the old one stays, unlabelled, until the secret is deleted."""

    secrets = frozenset({"secretString", "secretBinary"})
    requests = ("PutSecretValue",)
    differences = Differences(
        replaces=("secretId", "secretBinary", "secretString"),
        secret=("secretBinary", "secretString"),
    )

    def make(self, aws: Service, props: Props) -> str:
        made = aws.client.put_secret_value(**to_aws(self.inputs, props))
        return f"{props['secretId']}|{made['VersionId']}"

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        secret, version = parted(resource_id, "<secret ARN>|<version id>")
        found = aws.client.get_secret_value(SecretId=secret, VersionId=version)
        return self.state(aws, resource_id, found, secretId=secret, secretArn=found["ARN"])

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        secret, version = parted(resource_id, "<secret ARN>|<version id>")
        for stage in set(new.get("versionStages") or []) - set(old.get("versionStages") or []):
            aws.client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version)
