"""The old deployment that this program replaces: four CloudFormation stacks, and users in the pool."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

Template = dict[str, Any]
Aws = Callable[[str], Any]

PRODUCT, ENVIRONMENT = "focusmark", "local"
STEM = f"{PRODUCT}-{ENVIRONMENT}"
ZONE_EXPORT = f"{PRODUCT}-route53-dotAppZone"
POOL_EXPORT, ARN_EXPORT = f"{STEM}-customeruserpoolid", f"{STEM}-customeruserpoolarn"
CERTIFICATE_EXPORT = f"{STEM}-certificate-auth"
PASSWORD = "Sesame-0pens-wide"
_THREADS = 8


def _imported(export: str) -> Template:
    return {"Fn::ImportValue": export}


def _scopes(key: str, subject: str, deleted: str) -> list[dict[str, str]]:
    return [
        {"ScopeName": f"{key}.write", "ScopeDescription": f"Create and modify {subject}"},
        {"ScopeName": f"{key}.read", "ScopeDescription": f"Read existing {subject}"},
        {"ScopeName": f"{key}.delete", "ScopeDescription": deleted},
    ]


ZONE: Template = {
    "Resources": {"Zone": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": f"{PRODUCT}.app"}}},
    "Outputs": {"Zone": {"Value": {"Ref": "Zone"}, "Export": {"Name": ZONE_EXPORT}}},
}
CERTIFICATES: Template = {
    "Resources": {
        "AuthCertificate": {
            "Type": "AWS::CertificateManager::Certificate",
            "Properties": {
                "DomainName": f"{ENVIRONMENT}-auth.{PRODUCT}.app",
                "ValidationMethod": "DNS",
                "DomainValidationOptions": [
                    {"DomainName": f"{ENVIRONMENT}-auth.{PRODUCT}.app", "HostedZoneId": _imported(ZONE_EXPORT)}
                ],
                "Tags": [
                    {"Key": "environment", "Value": ENVIRONMENT},
                    {"Key": "orchestration", "Value": "cloud-formation"},
                    {"Key": "service", "Value": "auth"},
                    {"Key": "service-type", "Value": "aws-managed"},
                    {"Key": "product", "Value": PRODUCT},
                ],
            },
        }
    },
    "Outputs": {"Certificate": {"Value": {"Ref": "AuthCertificate"}, "Export": {"Name": CERTIFICATE_EXPORT}}},
}
IDENTITY: Template = {
    "Resources": {
        "CustomerPool": {
            "Type": "AWS::Cognito::UserPool",
            "Properties": {
                "UserPoolName": f"{STEM}-userpool-customers",
                "AliasAttributes": ["preferred_username"],
                "AutoVerifiedAttributes": ["email"],
                "UsernameConfiguration": {"CaseSensitive": False},
                "Schema": [{"Name": "email", "AttributeDataType": "String", "Mutable": True, "Required": True}],
                "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
                "Policies": {
                    "PasswordPolicy": {
                        "MinimumLength": 8,
                        "RequireLowercase": True,
                        "RequireUppercase": True,
                        "RequireNumbers": False,
                        "RequireSymbols": False,
                        "TemporaryPasswordValidityDays": 14,
                    }
                },
            },
        },
        "CustomerDomain": {
            "Type": "AWS::Cognito::UserPoolDomain",
            "Properties": {"Domain": STEM, "UserPoolId": {"Ref": "CustomerPool"}},
        },
    },
    "Outputs": {
        "PoolId": {"Value": {"Ref": "CustomerPool"}, "Export": {"Name": POOL_EXPORT}},
        "PoolArn": {"Value": {"Fn::GetAtt": ["CustomerPool", "Arn"]}, "Export": {"Name": ARN_EXPORT}},
    },
}
SERVERS: Template = {
    "Resources": {
        f"{key.title()}Server": {
            "Type": "AWS::Cognito::UserPoolResourceServer",
            "Properties": {
                "Identifier": f"app.{PRODUCT}.api.{key}",
                "Name": f"{STEM}-resourceserver-{key}",
                "UserPoolId": _imported(POOL_EXPORT),
                "Scopes": scopes,
            },
        }
        for key, scopes in (
            ("project", _scopes("project", "Projects", "Delete Projects")),
            ("task", _scopes("task", "Tasks", "Delete existing Projects")),  # a mistake of the old template
        )
    }
}
_ALL_SCOPES = [
    "openid",
    *(f"app.{PRODUCT}.api.{key}/{key}.{verb}" for key in ("project", "task") for verb in ("write", "read", "delete")),
]


def _client(key: str, secret: bool, callback: str) -> Template:
    return {
        "Type": "AWS::Cognito::UserPoolClient",
        "Properties": {
            "ClientName": f"{STEM}-userpoolclient-{key}",
            "UserPoolId": _imported(POOL_EXPORT),
            "GenerateSecret": secret,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthScopes": _ALL_SCOPES,
            "CallbackURLs": [callback],
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
            "SupportedIdentityProviders": ["COGNITO"],
        },
    }


CLIENTS: Template = {
    "Resources": {
        "Postman": _client("postman", True, f"https://{ENVIRONMENT}-auth.{PRODUCT}.app"),
        "WindowsCli": _client("windowscli", False, "http://localhost:9000"),
    }
}
# A stack of another repository, whose API has an authorizer that uses the pool's ARN.
_NOTHING = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
CONSUMER: Template = {"Resources": _NOTHING, "Outputs": {"Authorizer": {"Value": _imported(ARN_EXPORT)}}}

# In the order of deployment. They are deleted in reverse order.
STACKS: Mapping[str, Template] = {
    f"{STEM}-cf-auth-certificates": CERTIFICATES,
    f"{STEM}-cf-auth-customeridentity": IDENTITY,
    f"{STEM}-cf-auth-resourceservers": SERVERS,
    f"{STEM}-cf-auth-clientapps": CLIENTS,
}


def retained(template: Template) -> Template:
    """Retain all resources on deletion. CloudFormation applies a new deletion policy only with another change."""
    extra = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Metadata": {"handedOver": "yes"}}
    return {**template, "Resources": {name: {**resource, **extra} for name, resource in template["Resources"].items()}}


def consumer_of(value: str) -> Template:
    """Return the other repository's stack with the value instead of the import."""
    return {**CONSUMER, "Outputs": {"Authorizer": {"Value": value}}}


def shell(pool: str, arn: str) -> Template:
    """Return the pool's stack with only its exports: it releases its resources, and imports continue to work."""
    exports = {"PoolId": (pool, POOL_EXPORT), "PoolArn": (arn, ARN_EXPORT)}
    values = {key: {"Value": value, "Export": {"Name": name}} for key, (value, name) in exports.items()}
    return {"Resources": _NOTHING, "Outputs": values}


def create(aws: Aws, name: str, template: Template) -> None:
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    _wait(cloudformation, "stack_create_complete", name)


def update(aws: Aws, name: str, template: Template) -> None:
    cloudformation = aws("cloudformation")
    cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(template))
    _wait(cloudformation, "stack_update_complete", name)


def delete(aws: Aws, name: str) -> None:
    cloudformation = aws("cloudformation")
    cloudformation.delete_stack(StackName=name)
    _wait(cloudformation, "stack_delete_complete", name)


def _wait(cloudformation: Any, goal: str, name: str) -> None:
    cloudformation.get_waiter(goal).wait(StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})


def deploy(aws: Aws) -> None:
    """Deploy as `deploy.sh` did, after the zone's stack and before the stack of another repository."""
    create(aws, "dns", ZONE)
    for name, template in STACKS.items():
        create(aws, name, template)
    create(aws, "consumer", CONSUMER)


@dataclass(frozen=True)
class Ids:
    """The ids that deployed apps and other systems depend on."""

    pool: str
    clients: Mapping[str, str]
    secrets: Mapping[str, str]
    certificate: str
    domain: str
    servers: tuple[str, ...]


def ids(aws: Aws, pool: str) -> Ids:
    """Return the current ids, from AWS's APIs."""
    cognito = aws("cognito-idp")
    listed = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    described = [
        cognito.describe_user_pool_client(UserPoolId=pool, ClientId=entry["ClientId"])["UserPoolClient"]
        for entry in listed
    ]
    servers = cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"]
    (certificate,) = aws("acm").list_certificates()["CertificateSummaryList"]
    return Ids(
        pool=pool,
        clients={entry["ClientName"]: entry["ClientId"] for entry in described},
        secrets={entry["ClientName"]: entry["ClientSecret"] for entry in described if entry.get("ClientSecret")},
        certificate=certificate["CertificateArn"],
        domain=cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"],
        servers=tuple(sorted(server["Identifier"] for server in servers)),
    )


def only_pool(aws: Aws) -> str:
    (pool,) = aws("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    return str(pool["Id"])


def sign_up(aws: Aws, pool: str, people: Iterable[str]) -> None:
    """Create confirmed users."""

    def one(name: str) -> None:
        email = [{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=email, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)

    cognito = aws("cognito-idp")
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(one, people))


def who_can_sign_in(aws: Aws, client_id: str, people: Iterable[str]) -> set[str]:
    """Return the users who get tokens for their password."""

    def one(name: str) -> str | None:
        answer = cognito.initiate_auth(
            ClientId=client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        return name if answer.get("AuthenticationResult", {}).get("AccessToken") else None

    cognito = aws("cognito-idp")
    with ThreadPoolExecutor(_THREADS) as threads:
        return {name for name in threads.map(one, people) if name}
