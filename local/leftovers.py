"""What a cut-off create may have left in the emulator without the state knowing it: found by its own name, deleted.

Only what the interrupted step was about to make, and nothing that the state holds. So the step's next run is clean.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from local import emulator
from local.console import say
from local.state import Resource, State

Client = Callable[[str], Any]


def remove(known: State, port: int) -> None:
    """Delete what the state's pending creates may have made."""

    def client(service: str) -> Any:
        return emulator.client(service, port)

    ids = {str(resource.get("id")) for resource in known.resources}
    for operation in known.pending:
        resource: Resource = operation["resource"]
        if operation["type"] == "creating" and resource["type"] in _REMOVERS:
            try:
                removed = _REMOVERS[resource["type"]](client, resource, ids)
            except ClientError as error:
                # Its pool or zone is gone, and the thing with it.
                if (
                    "NotFound" not in error.response["Error"]["Code"]
                    and "NoSuch" not in error.response["Error"]["Code"]
                ):
                    raise
                removed = []
            for name in removed:
                say(f"  - {name}: made by the run that was cut off")


def _pools(client: Client, resource: Resource, ids: set[str]) -> list[str]:
    cognito, removed = client("cognito-idp"), []
    for page in cognito.get_paginator("list_user_pools").paginate(MaxResults=60):
        for pool in page["UserPools"]:
            if pool["Name"] == resource["inputs"].get("name") and pool["Id"] not in ids:
                if not _since(pool["CreationDate"], resource):
                    continue
                cognito.delete_user_pool(UserPoolId=pool["Id"])
                removed.append(f"user pool {pool['Id']}")
    return removed


def _clients(client: Client, resource: Resource, ids: set[str]) -> list[str]:
    cognito, inputs, removed = client("cognito-idp"), resource["inputs"], []
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=inputs["userPoolId"], MaxResults=60)
    for page in pages:
        for entry in page["UserPoolClients"]:
            if entry["ClientName"] == inputs.get("name") and entry["ClientId"] not in ids:
                cognito.delete_user_pool_client(UserPoolId=inputs["userPoolId"], ClientId=entry["ClientId"])
                removed.append(f"client {entry['ClientId']}")
    return removed


def _domains(client: Client, resource: Resource, _ids: set[str]) -> list[str]:
    cognito, inputs = client("cognito-idp"), resource["inputs"]
    found = cognito.describe_user_pool_domain(Domain=inputs["domain"]).get("DomainDescription") or {}
    if found.get("UserPoolId") != inputs["userPoolId"]:
        return []
    cognito.delete_user_pool_domain(Domain=inputs["domain"], UserPoolId=inputs["userPoolId"])
    return [f"domain {inputs['domain']}"]


def _servers(client: Client, resource: Resource, _ids: set[str]) -> list[str]:
    cognito, inputs = client("cognito-idp"), resource["inputs"]
    place = {"UserPoolId": inputs["userPoolId"], "Identifier": inputs["identifier"]}
    cognito.describe_resource_server(**place)
    cognito.delete_resource_server(**place)
    return [f"resource server {inputs['identifier']}"]


def _certificates(client: Client, resource: Resource, ids: set[str]) -> list[str]:
    acm, removed = client("acm"), []
    for page in acm.get_paginator("list_certificates").paginate():
        for entry in page["CertificateSummaryList"]:
            arn = entry["CertificateArn"]
            if entry.get("DomainName") != resource["inputs"].get("domainName") or arn in ids:
                continue
            if _since(acm.describe_certificate(CertificateArn=arn)["Certificate"]["CreatedAt"], resource):
                acm.delete_certificate(CertificateArn=arn)
                removed.append(f"certificate {arn}")
    return removed


def _records(client: Client, resource: Resource, _ids: set[str]) -> list[str]:
    route53, inputs = client("route53"), resource["inputs"]
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=inputs["zoneId"])
    wanted = (str(inputs["name"]).rstrip("."), inputs["type"])
    removed = []
    for record in [record for page in pages for record in page["ResourceRecordSets"]]:
        if (record["Name"].rstrip("."), record["Type"]) == wanted:
            change = {"Action": "DELETE", "ResourceRecordSet": record}
            route53.change_resource_record_sets(HostedZoneId=inputs["zoneId"], ChangeBatch={"Changes": [change]})
            removed.append(f"record {record['Type']} {record['Name']}")
    return removed


def _stacks(client: Client, resource: Resource, ids: set[str]) -> list[str]:
    cloudformation, name = client("cloudformation"), resource["inputs"]["name"]
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return []  # CloudFormation has no error code of its own for a stack that is not there
    if found["StackId"] in ids or not _since(found["CreationTime"], resource):
        return []
    cloudformation.delete_stack(StackName=name)
    return [f"CloudFormation stack {name}"]


def _since(made: datetime, resource: Resource) -> bool:
    """Whether a thing is as young as the interrupted step: a namesake from before it is somebody else's."""
    begun = resource.get("created") or resource.get("modified")
    return not begun or made.timestamp() >= datetime.fromisoformat(str(begun)).timestamp() - 2


_REMOVERS: dict[str, Callable[[Client, Resource, set[str]], list[str]]] = {
    "aws:cognito/userPool:UserPool": _pools,
    "aws:cognito/userPoolClient:UserPoolClient": _clients,
    "aws:cognito/userPoolDomain:UserPoolDomain": _domains,
    "aws:cognito/resourceServer:ResourceServer": _servers,
    "aws:acm/certificate:Certificate": _certificates,
    "aws:route53/record:Record": _records,
    "aws:cloudformation/stack:Stack": _stacks,
}
