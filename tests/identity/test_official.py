"""Inputs that AWS or its official provider would reject are reported. All runs of the program in tests are checked."""

from typing import Any

import pytest

from tests.support.official import complaints

POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
GOOD: dict[str, Any] = {"userPoolId": "us-east-1_Pool1", "name": "acme-web"}

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (CLIENT, GOOD | {"callbackUrl": []}, "callbackUrl: no such property"),
    (CLIENT, {"name": "web"}, "userPoolId: aws:cognito/userPoolClient:UserPoolClient requires it"),
    (CLIENT, GOOD | {"callbackUrls": "https://a.example"}, "callbackUrls: must be"),
    (CLIENT, GOOD | {"generateSecret": "yes"}, "generateSecret: must be"),
    (CLIENT, GOOD | {"explicitAuthFlows": ["ALLOW_MAGIC"]}, "explicitAuthFlows: must be one of"),
    (CLIENT, GOOD | {"tokenValidityUnits": {"accessToken": "weeks"}}, "tokenValidityUnits.accessToken: must be one of"),
    (CLIENT, GOOD | {"authSessionValidity": 16.0}, "AuthSessionValidity: 16, but 3 to 15"),
    (CLIENT, GOOD | {"name": "a/b"}, "CreateUserPoolClient.ClientName: 'a/b'"),
    (CLIENT, GOOD | {"logoutUrls": ["https://a.example"] * 101}, "LogoutURLs: number of items: 101, but 0 to 100"),
    (CLIENT, GOOD | {"callbackUrls": [""]}, "Invalid length for parameter CallbackURLs[0]"),
    (POOL, {"name": "acme", "passwordPolicy": {"minimumLength": 100.0}}, "MinimumLength: 100, but 6 to 99"),
    (POOL, {"mfaConfiguration": "SOMETIMES"}, "mfaConfiguration: must be one of"),
    ("aws:cognito/userGroup:UserGroup", GOOD | {"precedence": -1.0}, "Precedence"),
    ("aws:cognito/riskConfiguration:RiskConfiguration", GOOD, "name: no such property"),
    ("aws:iam/role:Role", {"assumeRolePolicy": "{}", "name": "a" * 65}, "CreateRole.RoleName: length: 65"),
    ("aws:lambda/permission:Permission", {"function": "f", "action": "all", "principal": "p"}, "Action: 'all'"),
    ("aws:ssm/parameter:Parameter", {"type": "String", "value": "x", "tier": "Free"}, "tier: must be one of"),
    ("aws:ec2/vpc:Vpc", {}, "no such resource type is known"),
]


@pytest.mark.parametrize(("token", "inputs", "said"), REFUSED)
def test_what_aws_would_refuse_is_told(token: str, inputs: dict[str, Any], said: str) -> None:
    assert said in "\n".join(complaints(token, inputs))


def test_what_aws_takes_and_another_providers_is_not_spoken_of() -> None:
    assert complaints(CLIENT, GOOD) == []
    assert complaints("identity:index:AccessRegistry", {"anything": 1}) == []
