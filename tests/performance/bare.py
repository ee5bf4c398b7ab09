"""The default stack's resources without components, settings or policies: the least work that a program could do.

`test_bench.py` checks that its inputs equal those that the program registers.
"""

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.cognito import (
    ResourceServer,
    ResourceServerScopeArgs,
    UserPool,
    UserPoolClient,
    UserPoolClientRefreshTokenRotationArgs,
    UserPoolClientTokenValidityUnitsArgs,
    UserPoolDomain,
    UserPoolPasswordPolicyArgs,
    UserPoolSchemaArgs,
    UserPoolSchemaStringAttributeConstraintsArgs,
    UserPoolUsernameConfigurationArgs,
    UserPoolVerificationMessageTemplateArgs,
)
from pulumi_aws.route53 import Record, get_zone

_STEM = "focusmark-local"
_TAGS = {
    "environment": "local",
    "orchestration": "pulumi",
    "service": "auth",
    "service-type": "aws-managed",
    "product": "focusmark",
}
_SCOPES = {
    "project": {
        "delete": "Delete Projects",
        "read": "Read existing Projects",
        "write": "Create and modify Projects",
    },
    "task": {"delete": "Delete existing Tasks", "read": "Read existing Tasks", "write": "Create and modify Tasks"},
}


def program() -> None:
    """Register all resources."""
    zone = get_zone(name="focusmark.app", private_zone=False)
    certificate = Certificate(
        "certificate", domain_name="local-auth.focusmark.app", validation_method="DNS", tags=_TAGS
    )
    wanted = certificate.domain_validation_options[0]
    record = Record(
        "certificate-validation-record",
        zone_id=zone.zone_id,
        name=wanted.resource_record_name,
        type=wanted.resource_record_type,
        records=[wanted.resource_record_value],
        ttl=300,
        allow_overwrite=True,
    )
    CertificateValidation(
        "certificate-validation", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
    )
    pool = _pool()
    UserPoolDomain("customers-prefix-domain", domain=_STEM, user_pool_id=pool.id)
    servers = {key: _server(key, pool.id) for key in _SCOPES}
    scopes: list[pulumi.Input[str]] = [
        "openid",
        *(
            pulumi.Output.concat(servers[key].identifier, f"/{key}.{name}")
            for key, names in _SCOPES.items()
            for name in names
        ),
    ]
    postman = _client("postman", pool.id, scopes, True, "https://local-auth.focusmark.app")
    windows = _client("windowscli", pool.id, scopes, False, "http://localhost:9000")
    pulumi.export("userPoolId", pool.id)
    pulumi.export("clients", {"postman": postman.id, "windowscli": windows.id})


def _pool() -> UserPool:
    return UserPool(
        "customers",
        name=f"{_STEM}-userpool-customers",
        alias_attributes=["preferred_username"],
        auto_verified_attributes=["email"],
        username_configuration=UserPoolUsernameConfigurationArgs(case_sensitive=False),
        schemas=[
            UserPoolSchemaArgs(
                name="email",
                attribute_data_type="String",
                mutable=True,
                required=True,
                string_attribute_constraints=UserPoolSchemaStringAttributeConstraintsArgs(
                    min_length="0", max_length="2048"
                ),
            )
        ],
        password_policy=UserPoolPasswordPolicyArgs(
            minimum_length=8,
            require_lowercase=True,
            require_uppercase=True,
            require_numbers=False,
            require_symbols=False,
            temporary_password_validity_days=14,
            password_history_size=0,
        ),
        verification_message_template=UserPoolVerificationMessageTemplateArgs(default_email_option="CONFIRM_WITH_LINK"),
        deletion_protection="INACTIVE",
        tags=_TAGS,
    )


def _server(key: str, pool_id: pulumi.Output[str]) -> ResourceServer:
    return ResourceServer(
        f"access-server-{key}",
        user_pool_id=pool_id,
        identifier=f"app.focusmark.api.{key}",
        name=f"{_STEM}-resourceserver-{key}",
        scopes=[
            ResourceServerScopeArgs(scope_name=f"{key}.{name}", scope_description=description)
            for name, description in _SCOPES[key].items()
        ],
    )


def _client(
    key: str, pool_id: pulumi.Output[str], scopes: list[pulumi.Input[str]], secret: bool, callback: str
) -> UserPoolClient:
    return UserPoolClient(
        f"access-client-{key}",
        user_pool_id=pool_id,
        name=f"{_STEM}-userpoolclient-{key}",
        generate_secret=secret,
        allowed_oauth_flows=["code"],
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_scopes=scopes,
        callback_urls=[callback],
        logout_urls=[],
        supported_identity_providers=["COGNITO"],
        explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        prevent_user_existence_errors="ENABLED",
        enable_token_revocation=True,
        access_token_validity=60,
        id_token_validity=60,
        refresh_token_validity=30,
        token_validity_units=UserPoolClientTokenValidityUnitsArgs(
            access_token="minutes",
            id_token="minutes",
            refresh_token="days",
        ),
        refresh_token_rotation=UserPoolClientRefreshTokenRotationArgs(feature="DISABLED", retry_grace_period_seconds=0),
    )
