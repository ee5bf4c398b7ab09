"""Pools with the settings of many teams: requests of AWS's API in `pools/*.yaml`, to create and to describe a pool."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Aws = Callable[[str], Any]
Spec = dict[str, Any]
_MADE = {
    "domains": "create_user_pool_domain",
    "servers": "create_resource_server",
    "identityProviders": "create_identity_provider",
    "groups": "create_group",
    "clients": "create_user_pool_client",
}
# Defaults that AWS returns for every pool, but the emulator only if they were set.
_BY_ITSELF = {
    "Policies.PasswordPolicy.PasswordHistorySize": 0,
    "Policies.PasswordPolicy.TemporaryPasswordValidityDays": 7,
    "VerificationMessageTemplate.DefaultEmailOption": "CONFIRM_WITH_CODE",
    "AdminCreateUserConfig.UnusedAccountValidityDays": 7,
    "WebAuthnConfiguration.UserVerification": "preferred",
}
# A Lambda function without effect. As a custom challenge it accepts the answer "open".
_FUNCTION = """\
def handler(event, context):
    asked, trigger = event["request"], event["triggerSource"].partition("_")[0]
    if trigger == "DefineAuthChallenge":
        right = any(one["challengeResult"] for one in asked["session"])
        event["response"] |= {"issueTokens": right, "failAuthentication": False, "challengeName": "CUSTOM_CHALLENGE"}
    if trigger == "VerifyAuthChallengeResponse":
        event["response"]["answerCorrect"] = asked["challengeAnswer"] == "open"
    return event
"""


def read_pools(directory: Path) -> Mapping[str, Spec]:
    """Return the pools of a directory, by file name."""
    return {file.stem: yaml.load(file.read_bytes(), yaml.CSafeLoader) for file in sorted(directory.glob("*.yaml"))}


POOLS = read_pools(Path(__file__).parent / "pools")


def make(aws: Aws, spec: Spec) -> str:
    """Create a pool with its functions and all its resources, and return its id."""
    _referred_to(aws, spec)
    cognito = aws("cognito-idp")
    pool: str = cognito.create_user_pool(**spec["pool"])["UserPool"]["Id"]
    if "mfa" in spec:
        cognito.set_user_pool_mfa_config(UserPoolId=pool, **spec["mfa"])
    for kind, operation in _MADE.items():
        for request in spec.get(kind, []):
            getattr(cognito, operation)(UserPoolId=pool, **request)
    for name in _functions(spec):
        aws("lambda").add_permission(
            FunctionName=name,
            StatementId="cognito",
            Action="lambda:InvokeFunction",
            Principal="cognito-idp.amazonaws.com",
            SourceArn=_described(cognito, pool)["Arn"],
        )
    return pool


def _referred_to(aws: Aws, spec: Spec) -> None:
    """Create what the pool refers to: functions, and the roles of groups."""
    for group in spec.get("groups", []):
        if "RoleArn" in group:
            _role(aws, group["RoleArn"].rpartition("/")[2])
    functions = _functions(spec)
    role = _role(aws, functions[0]) if functions else ""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("main.py", _FUNCTION)
    for name in functions:
        aws("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="main.handler",
            Code={"ZipFile": archive.getvalue()},
        )


def _functions(spec: Spec) -> list[str]:
    """Return the names of the functions in the pool's triggers."""
    return sorted(set(re.findall(r":function:([\w-]+)", json.dumps(spec["pool"].get("LambdaConfig", {})))))


def _role(aws: Aws, name: str) -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    return str(role["Arn"])


def snapshot(aws: Aws, pool: str) -> dict[str, Any]:
    """Return the pool and its resources as AWS describes them: values by path, without empty values and defaults."""
    cognito = aws("cognito-idp")
    described = _described(cognito, pool)
    names = [described[kind] for kind in ("Domain", "CustomDomain") if kind in described]
    clients = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    providers = cognito.list_identity_providers(UserPoolId=pool, MaxResults=60)["Providers"]
    answers = {
        "pool": described,
        "mfa": cognito.get_user_pool_mfa_config(UserPoolId=pool),
        "domains": {name: cognito.describe_user_pool_domain(Domain=name)["DomainDescription"] for name in names},
        "servers": cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"],
        "groups": {group["GroupName"]: group for group in cognito.list_groups(UserPoolId=pool)["Groups"]},
        "clients": {
            client["ClientId"]: cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])
            for client in clients
        },
        "providers": {
            provider["ProviderName"]: cognito.describe_identity_provider(
                UserPoolId=pool, ProviderName=provider["ProviderName"]
            )
            for provider in providers
        },
    }
    return dict(_members(answers, ""))


def _described(cognito: Any, pool: str) -> dict[str, Any]:
    described: dict[str, Any] = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    return described


def _members(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in ("ResponseMetadata", "LastModifiedDate", "EstimatedNumberOfUsers"):
                yield from _members(inner, f"{path}.{name}" if path else name)
    elif value not in (None, "", [], False) and _BY_ITSELF.get(path.partition(".")[2]) != value:
        yield path, sorted(value, key=str) if isinstance(value, list) else value


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the paths whose values differ, except for the program's tags and deletion protection."""
    different = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return {path for path in different if not re.match(r"pool\.(UserPoolTags\..*|DeletionProtection)$", path)}
