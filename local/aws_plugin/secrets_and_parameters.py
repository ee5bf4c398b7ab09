"""aws:ssm Parameter, and aws:secretsmanager Secret and SecretVersion: where a stack publishes what it made.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing, key_values, tag_changes, tagged


class Parameter(Resource):
    """A parameter; its value is a secret of the state, whatever its type."""

    type_name = "aws:ssm/parameter:Parameter"
    service = "ssm"
    unsupported = frozenset({"valueWo", "valueWoVersion"})
    secrets = frozenset({"value"})
    inputs = official_table(
        type_name,
        "ssm",
        ("PutParameterRequest",),
        Differences(
            named="name",
            replaces=("name", "dataType"),
            keeps=("arn", "dataType", "insecureValue", "keyId", "tier", "value"),
            unread=("insecureValue", "overwrite"),
            secret=("value",),
            own=("arn", "insecureValue", "overwrite", *unsupported),
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        overwrite = bool(props.get("overwrite"))
        self._put(self.client(emulator, props), props, Overwrite=overwrite)
        return self.reread(emulator, props["name"], props)

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        return {"version": UNKNOWN}

    def _put(self, client: Any, props: Props, **more: Any) -> None:
        request = {"Value": props.get("insecureValue")} | to_aws(self.inputs, props) | more
        if not request["Value"]:
            raise Refusal("value: aws.ssm.Parameter needs it, or insecureValue; received nothing")
        client.put_parameter(**request)
        if props.get("tags"):
            tags = key_values(props["tags"])
            client.add_tags_to_resource(ResourceType="Parameter", ResourceId=props["name"], Tags=tags)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_parameter(Name=resource_id, WithDecryption=True))
        if answer is None:
            return None
        filters = [{"Key": "Name", "Option": "Equals", "Values": [resource_id]}]
        details = client.describe_parameters(ParameterFilters=filters)["Parameters"][0]
        found = details | answer["Parameter"]
        tags = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=resource_id)["TagList"]
        outputs = {"arn": found["ARN"], "version": found["Version"], "hasValueWo": False}
        outputs |= {"region": known.get("region") or emulator.region}
        return Found(
            resource_id,
            from_aws(self.inputs, found) | outputs | tagged({tag["Key"]: tag["Value"] for tag in tags}),
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, named = self.client(emulator, old), {"ResourceType": "Parameter", "ResourceId": resource_id}
        insecure = {"value": new["insecureValue"]} if new.get("insecureValue") else {}
        self._put(client, new | insecure, Description=new.get("description") or "", Overwrite=True)
        if dropping := tag_changes(old, new)[1]:
            client.remove_tags_from_resource(**named, TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_parameter(Name=resource_id))


class Secret(Resource):
    """A secret without its value; that is a version of it. Deleted at once, whatever its window says."""

    type_name = "aws:secretsmanager/secret:Secret"
    service = "secretsmanager"
    unsupported = frozenset({"forceOverwriteReplicaSecret", "namePrefix", "replicas"})
    inputs = official_table(
        type_name,
        "secretsmanager",
        ("CreateSecretRequest",),
        Differences(
            named="name",
            replaces=("name",),
            keeps=("policy",),
            unread=("policy", "recoveryWindowInDays"),
            own=("policy", "recoveryWindowInDays", *unsupported),
            default={"recoveryWindowInDays": 30},
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        client = self.client(emulator, props)
        request = to_aws(self.inputs, props) | {"Tags": key_values(props.get("tags") or {})}
        arn = client.create_secret(**request)["ARN"]
        _restrict(client, arn, props)
        return self.reread(emulator, arn, props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        client = self.client(emulator, known)
        found = existing(lambda: client.describe_secret(SecretId=resource_id))
        if found is None or found.get("DeletedDate"):
            return None
        tags = tagged({tag["Key"]: tag["Value"] for tag in found.get("Tags", [])})
        outputs = {"arn": found["ARN"], "region": known.get("region") or emulator.region}
        return Found(found["ARN"], from_aws(self.inputs, found) | outputs | tags)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, named = self.client(emulator, old), {"SecretId": resource_id}
        request = {"Description": "", **to_aws(self.inputs, new)}
        client.update_secret(**named, **{name: value for name, value in request.items() if name != "Name"})
        _restrict(client, resource_id, new)
        setting, dropping = tag_changes(old, new)
        client.tag_resource(**named, Tags=key_values(setting))
        client.untag_resource(**named, TagKeys=dropping)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        client = self.client(emulator, state)
        existing(lambda: client.delete_secret(SecretId=resource_id, ForceDeleteWithoutRecovery=True))


def _restrict(client: Any, arn: str, props: Props) -> None:
    if props.get("policy"):
        client.put_resource_policy(SecretId=arn, ResourcePolicy=props["policy"])


class SecretVersion(Resource):
    """A secret's value. Another value is another version; the old one stays in the secret, without a label."""

    type_name = "aws:secretsmanager/secretVersion:SecretVersion"
    service = "secretsmanager"
    unsupported = frozenset({"secretStringWo", "secretStringWoVersion"})
    secrets = frozenset({"secretString", "secretBinary"})
    inputs = official_table(
        type_name,
        "secretsmanager",
        ("PutSecretValueRequest",),
        Differences(
            replaces=("secretId", "secretBinary", "secretString"),
            keeps=("versionStages",),
            secret=("secretBinary", "secretString"),
            own=unsupported,
        ),
    )

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        made = self.client(emulator, props).put_secret_value(**to_aws(self.inputs, props))
        return self.reread(emulator, f"{props['secretId']}|{made['VersionId']}", props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        secret, _, version = resource_id.partition("|")
        if not version:
            raise Refusal(f"the id to import is <secret ARN>|<version id>; received {resource_id}")
        client = self.client(emulator, known)
        found = existing(lambda: client.get_secret_value(SecretId=secret, VersionId=version))
        if found is None:
            return None
        outputs = {"arn": found["ARN"], "secretArn": found["ARN"], "versionId": version, "hasSecretStringWo": False}
        outputs |= {"secretId": secret, "region": known.get("region") or emulator.region}
        return Found(resource_id, from_aws(self.inputs, found) | outputs)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        client, (secret, _, version) = self.client(emulator, old), resource_id.partition("|")
        for stage in set(new.get("versionStages") or []) - set(old.get("versionStages") or []):
            client.update_secret_version_stage(SecretId=secret, VersionStage=stage, MoveToVersionId=version)
        return self.reread(emulator, resource_id, new)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:
        """Nothing: a version goes with its secret."""
