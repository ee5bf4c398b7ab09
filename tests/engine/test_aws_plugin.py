"""The local `aws` plugin with the real engine and emulator, from the view of a program's author."""

import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

import local.emulator
from tests.support.deployment import LEFT_BEHIND, Deployment, Program

pytestmark = [pytest.mark.engine, LEFT_BEHIND]


@pytest.fixture
def deploy(emulator: str, pulumi_home: Path, tmp_path: Path) -> Iterator[Deployment]:
    yield Deployment(pulumi_home, emulator, tmp_path)
    gc.collect()


def client(url: str, service: str) -> Any:
    return local.emulator.client(service, int(url.rpartition(":")[2]))


@pytest.fixture
def cognito(emulator: str) -> Any:
    return client(emulator, "cognito-idp")


@pytest.fixture
def zone(emulator: str) -> str:
    route53 = client(emulator, "route53")
    made = route53.create_hosted_zone(Name="example.app", CallerReference=str(time.time_ns()))["HostedZone"]["Id"]
    return str(made).removeprefix("/hostedzone/")


EMAIL = aws.cognito.UserPoolSchemaArgs(
    name="email",
    attribute_data_type="String",
    mutable=True,
    required=True,
    string_attribute_constraints=aws.cognito.UserPoolSchemaStringAttributeConstraintsArgs(
        min_length="0", max_length="2048"
    ),
)
PLAN = aws.cognito.UserPoolSchemaArgs(
    name="plan",
    attribute_data_type="String",
    mutable=True,
    string_attribute_constraints=aws.cognito.UserPoolSchemaStringAttributeConstraintsArgs(
        min_length="1", max_length="20"
    ),
)


def user_pool(*, options: Any = None, **changed: Any) -> aws.cognito.UserPool:
    settings: dict[str, Any] = {
        "name": "plugin-pool",
        "alias_attributes": ["preferred_username"],
        "auto_verified_attributes": ["email"],
        "schemas": [EMAIL],
        "username_configuration": {"case_sensitive": False},
        "verification_message_template": {"default_email_option": "CONFIRM_WITH_LINK"},
        "password_policy": {
            "minimum_length": 8,
            "require_lowercase": True,
            "require_uppercase": True,
            "temporary_password_validity_days": 14,
        },
        "tags": {"service": "auth", "one:two": "three"},
    }
    made = aws.cognito.UserPool("pool", opts=options, **(settings | changed))
    pulumi.export("pool", made.id)
    return made


def app_client(pool: aws.cognito.UserPool, *, options: Any = None, **changed: Any) -> None:
    settings: dict[str, Any] = {
        "name": "plugin-client",
        "user_pool_id": pool.id,
        "generate_secret": True,
        "allowed_oauth_flows": ["code"],
        "allowed_oauth_flows_user_pool_client": True,
        "allowed_oauth_scopes": ["openid", "email"],
        "callback_urls": ["https://example.app/b", "https://example.app/a"],
        "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH"],
        "supported_identity_providers": ["COGNITO"],
        "prevent_user_existence_errors": "ENABLED",
        "access_token_validity": 30,
        "token_validity_units": {"access_token": "minutes"},
        "refresh_token_rotation": {"feature": "ENABLED", "retry_grace_period_seconds": 10},
    }
    made = aws.cognito.UserPoolClient("client", opts=options, **(settings | changed))
    pulumi.export("client", made.id)
    pulumi.export("secret", made.client_secret)


def pool_and_client() -> None:
    app_client(user_pool())


def test_a_preview_touches_nothing(deploy: Deployment, cognito: Any) -> None:
    assert deploy.preview(pool_and_client) == {"create": 3}
    assert cognito.list_user_pools(MaxResults=60)["UserPools"] == []


def test_a_second_up_changes_nothing_and_a_destroy_leaves_nothing(deploy: Deployment, cognito: Any) -> None:
    deploy.up(pool_and_client)
    assert deploy.up(pool_and_client) == {"same": 3}
    assert deploy.refresh(pool_and_client) == {"same": 3}
    assert deploy.preview(pool_and_client) == {"same": 3}
    deploy.stack.destroy()
    assert cognito.list_user_pools(MaxResults=60)["UserPools"] == []


def test_a_pool_takes_its_settings_to_the_emulator(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    pool = cognito.describe_user_pool(UserPoolId=deploy.outputs()["pool"])["UserPool"]
    email = next(item for item in pool["SchemaAttributes"] if item["Name"] == "email")
    assert pool["Name"] == "plugin-pool"
    assert pool["AliasAttributes"] == ["preferred_username"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert pool["Policies"]["PasswordPolicy"]["RequireNumbers"] is False
    assert pool["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == 14
    assert pool["UserPoolTags"] == {"service": "auth", "one:two": "three"}
    assert email["Required"] is True


def test_a_pool_is_updated_in_place_and_gains_an_attribute(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    pool_id = deploy.outputs()["pool"]
    changed: dict[str, Any] = {
        "schemas": [EMAIL, PLAN],
        "tags": {"service": "sign-in"},
        "deletion_protection": "ACTIVE",
        "user_pool_add_ons": {"advanced_security_mode": "AUDIT"},
        "user_pool_tier": "PLUS",
        "auto_verified_attributes": [],
    }
    assert deploy.up(lambda: user_pool(**changed) and None)["update"] == 1
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert pool["UserPoolTags"] == {"service": "sign-in"}
    assert "custom:plan" in {item["Name"] for item in pool["SchemaAttributes"]}
    assert pool["AutoVerifiedAttributes"] == []
    assert deploy.up(lambda: user_pool(**changed) and None) == {"same": 2}
    with pytest.raises(automation.CommandError, match="deletion protection is activated"):
        deploy.stack.destroy()
    back: dict[str, Any] = {"schemas": [EMAIL, PLAN]}
    assert deploy.up(lambda: user_pool(**back) and None)["update"] == 1
    assert deploy.up(lambda: user_pool(**back) and None) == {"same": 2}
    assert deploy.outputs()["pool"] == pool_id


def test_a_new_pool_name_is_an_update_and_the_emulators_refusal_to_rename_is_said(deploy: Deployment) -> None:
    deploy.up(lambda: user_pool() and None)
    assert deploy.up(lambda: user_pool(name="other-pool") and None)["update"] == 1
    assert "name (there plugin-pool)" in deploy.said
    assert deploy.up(lambda: user_pool(name="other-pool") and None) == {"same": 2}


def test_a_schema_attribute_is_never_changed_in_place(deploy: Deployment) -> None:
    deploy.up(lambda: user_pool() and None)
    with pytest.raises(automation.CommandError, match=r"cannot modify or remove schema items.*email") as refused:
        deploy.preview(lambda: user_pool(schemas=None) and None)
    assert "Traceback" not in str(refused.value)
    assert 'File "' not in str(refused.value)


def test_an_update_that_aws_could_not_finish_is_refused_before_it_begins(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    optional = aws.cognito.UserPoolSchemaArgs(name="email", attribute_data_type="String", mutable=True, required=False)
    with pytest.raises(automation.CommandError, match=r"cannot modify or remove.*email \(required true -> false"):
        deploy.up(lambda: user_pool(schemas=[optional], tags={"service": "other"}) and None)
    pool = cognito.describe_user_pool(UserPoolId=deploy.outputs()["pool"])["UserPool"]
    assert pool["UserPoolTags"]["service"] == "auth"


def test_what_cognito_cannot_change_replaces_the_pool(deploy: Deployment) -> None:
    deploy.up(lambda: user_pool() and None)
    pools = {deploy.outputs()["pool"]}
    alias: dict[str, Any] = {"alias_attributes": ["email"]}
    both = {**alias, "username_configuration": {"case_sensitive": True}}
    assert deploy.up(lambda: user_pool(**alias) and None)["replace"] == 1
    pools.add(deploy.outputs()["pool"])
    assert deploy.up(lambda: user_pool(**both) and None)["replace"] == 1
    assert len(pools | {deploy.outputs()["pool"]}) == 3


def test_a_pool_edited_by_hand_is_seen_by_a_refresh_and_set_right_by_an_up(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    pool_id = deploy.outputs()["pool"]
    cognito.update_user_pool(UserPoolId=pool_id, Policies={"PasswordPolicy": {"MinimumLength": 20}})
    assert deploy.refresh(lambda: user_pool() and None)["update"] == 1
    assert deploy.up(lambda: user_pool() and None)["update"] == 1
    policy = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == 8
    assert policy["RequireLowercase"] is True


def test_what_was_deleted_by_hand_is_made_again(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    cognito.delete_user_pool(UserPoolId=deploy.outputs()["pool"])
    assert deploy.refresh(lambda: user_pool() and None)["delete"] == 1
    assert deploy.up(lambda: user_pool() and None)["create"] == 1


def test_the_client_secret_is_in_no_state_or_output_in_clear(deploy: Deployment) -> None:
    deploy.up(pool_and_client)
    output = deploy.stack.workspace.stack_outputs("test")["secret"]
    assert output.secret
    assert len(output.value) > 20
    for path in deploy.work.rglob("*"):
        assert not path.is_file() or output.value not in path.read_text(errors="replace")


def test_a_client_keeps_what_the_program_leaves_out(deploy: Deployment, cognito: Any) -> None:
    deploy.up(pool_and_client)
    ids, secret = deploy.outputs(), deploy.in_clear("secret")
    shuffled: dict[str, Any] = {
        "callback_urls": ["https://example.app/a", "https://example.app/b"],
        "allowed_oauth_scopes": None,
    }
    assert deploy.up(lambda: app_client(user_pool(), **shuffled)) == {"same": 3}
    renamed = shuffled | {"name": "other-name", "logout_urls": ["https://example.app/bye"]}
    assert deploy.up(lambda: app_client(user_pool(), **renamed))["update"] == 1
    found = cognito.describe_user_pool_client(UserPoolId=ids["pool"], ClientId=ids["client"])["UserPoolClient"]
    assert found["ClientName"] == "other-name"
    assert sorted(found["AllowedOAuthScopes"]) == ["email", "openid"]
    assert found["AccessTokenValidity"] == 30
    assert found["LogoutURLs"] == ["https://example.app/bye"]
    assert deploy.in_clear("secret") == secret
    assert deploy.up(lambda: app_client(user_pool(), **renamed | {"generate_secret": False}))["replace"] == 1
    assert not deploy.in_clear("secret")


def test_rotation_can_be_taken_back(deploy: Deployment) -> None:
    deploy.up(pool_and_client)
    assert deploy.up(lambda: app_client(user_pool(), refresh_token_rotation=None))["update"] == 1
    assert deploy.up(lambda: app_client(user_pool(), refresh_token_rotation=None)) == {"same": 3}


SCOPES = [{"scope_name": "book.read", "scope_description": "Read"}]
MORE_SCOPES = [*SCOPES, {"scope_name": "book.write", "scope_description": "Write"}]


def domain_and_server(
    prefix: str = "plugin-test", scopes: list[dict[str, str]] = SCOPES, identifier: str = "app.book"
) -> None:
    pool = user_pool()
    domain = aws.cognito.UserPoolDomain("domain", domain=prefix, user_pool_id=pool.id)
    server = aws.cognito.ResourceServer(
        "server", identifier=identifier, name="books", user_pool_id=pool.id, scopes=scopes
    )
    pulumi.export("scopes", server.scope_identifiers)
    pulumi.export("domain", domain.id)
    pulumi.export("server", server.id)


def test_a_server_gains_a_scope_in_place(deploy: Deployment) -> None:
    deploy.up(domain_and_server)
    assert deploy.outputs()["scopes"] == ["app.book/book.read"]
    assert deploy.up(lambda: domain_and_server(scopes=[*reversed(MORE_SCOPES)]))["update"] == 1
    assert deploy.outputs()["scopes"] == ["app.book/book.read", "app.book/book.write"]
    assert deploy.up(lambda: domain_and_server(scopes=MORE_SCOPES)) == {"same": 4}
    assert deploy.refresh(lambda: domain_and_server(scopes=MORE_SCOPES)) == {"same": 4}
    assert deploy.up(lambda: domain_and_server(identifier="app.other", scopes=SCOPES))["replace"] == 1


def test_a_pool_with_a_domain_is_not_deleted(deploy: Deployment, cognito: Any) -> None:
    deploy.up(lambda: user_pool() and None)
    pool_id = deploy.outputs()["pool"]
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain="by-hand")
    with pytest.raises(automation.CommandError, match=r"has a domain configured that should be deleted first: by-hand"):
        deploy.stack.destroy()
    cognito.delete_user_pool_domain(UserPoolId=pool_id, Domain="by-hand")


def test_an_import_reads_all_that_a_pool_has_and_an_up_keeps_what_the_official_provider_keeps(
    deploy: Deployment, cognito: Any
) -> None:
    kept: dict[str, Any] = {
        "Policies": {
            "PasswordPolicy": {"MinimumLength": 8},
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
        },
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": True,
            "InviteMessageTemplate": {"EmailMessage": "Hello {username}, {####}", "EmailSubject": "Welcome"},
        },
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT", "ReplyToEmailAddress": "a@example.app"},
    }
    trigger = {"PreSignUp": "arn:aws:lambda:us-east-1:000000000000:function:f"}
    pool_id = cognito.create_user_pool(PoolName="plugin-pool", LambdaConfig=trigger, **kept)["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool_id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    said: dict[str, Any] = {
        "mfa_configuration": "OPTIONAL",
        "software_token_mfa_configuration": {"enabled": True},
        "lambda_config": {"pre_sign_up": trigger["PreSignUp"]},
    }

    def program(options: Any = None, **changed: Any) -> None:
        aws.cognito.UserPool("pool", name="plugin-pool", opts=options, **changed)

    assert deploy.up(lambda: program(imported(id=pool_id), **said))["import"] == 1
    outputs = deploy.resource("pool")["outputs"]
    assert outputs["adminCreateUserConfig"]["inviteMessageTemplate"]["emailSubject"] == "Welcome"
    assert outputs["lambdaConfig"] == {"preSignUp": trigger["PreSignUp"]}
    assert outputs["softwareTokenMfaConfiguration"] == {"enabled": True}
    assert deploy.up(program)["update"] == 1
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailSubject"] == "Welcome"
    assert pool["Policies"]["SignInPolicy"] == kept["Policies"]["SignInPolicy"]
    assert pool["EmailConfiguration"] == kept["EmailConfiguration"]
    assert not pool["LambdaConfig"]
    assert pool["MfaConfiguration"] == "OFF"
    assert deploy.up(program) == {"same": 2}
    assert deploy.refresh(program) == {"same": 2}


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
HUSH = "the-secret-of-a-provider"


def with_all_around_it(code: str, **changed: Any) -> None:
    role = aws.iam.Role("role", assume_role_policy=TRUST)
    function = aws.lambda_.Function(
        "claims",
        role=role.arn,
        runtime="python3.12",
        handler="main.handler",
        code=pulumi.AssetArchive({"main.py": pulumi.StringAsset(code)}),
    )
    aws.cloudwatch.LogGroup("log", name=function.name.apply(lambda name: f"/aws/lambda/{name}"), retention_in_days=90)
    pool = user_pool(lambda_config={"pre_sign_up": function.arn}, user_pool_tier="PLUS")
    aws.lambda_.Permission(
        "call",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="cognito-idp.amazonaws.com",
        source_arn=pool.arn,
    )
    google = aws.cognito.IdentityProvider(
        "google",
        user_pool_id=pool.id,
        provider_name="Google",
        provider_type="Google",
        provider_details={
            "client_id": "id",
            "client_secret": pulumi.Output.secret(changed.get("secret", HUSH)),
            "authorize_scopes": "openid email",
        },
        attribute_mapping={"email": "email"},
    )
    pulumi.export("details", google.provider_details)
    aws.cognito.UserGroup("admins", user_pool_id=pool.id, name="admins", precedence=changed.get("precedence", 1))
    aws.cognito.RiskConfiguration(
        "risk",
        user_pool_id=pool.id,
        compromised_credentials_risk_configuration={"actions": {"event_action": "BLOCK"}},
    )
    client = aws.cognito.UserPoolClient("client", name="client", user_pool_id=pool.id)
    aws.cognito.ManagedLoginBranding(
        "looks", user_pool_id=pool.id, client_id=client.id, use_cognito_provided_values=True
    )


def test_functions_providers_groups_and_what_is_remembered_come_up_stay_and_go(deploy: Deployment) -> None:
    code = "def handler(event, context):\n    return event\n"
    assert deploy.up(lambda: with_all_around_it(code)) == {"create": 11}
    assert "the emulator has no RiskConfiguration: it is only stored in the state, without effect" in deploy.said
    assert deploy.up(lambda: with_all_around_it(code)) == {"same": 11}
    assert deploy.refresh(lambda: with_all_around_it(code)) == {"same": 11}
    changed = code.replace("return event", "return dict(event)")
    assert deploy.up(lambda: with_all_around_it(changed, secret="rotated", precedence=3))["update"] == 3
    assert deploy.up(lambda: with_all_around_it(changed, secret="rotated", precedence=3)) == {"same": 11}
    assert deploy.in_clear("details")["client_secret"] == "rotated"
    deploy.stack.destroy()


def test_a_providers_secret_is_in_no_state_in_clear(deploy: Deployment) -> None:
    deploy.up(lambda: with_all_around_it("def handler(event, context): ..."))
    deploy.refresh(lambda: with_all_around_it("def handler(event, context): ..."))
    assert HUSH not in deploy.said
    for path in deploy.work.rglob("*"):
        assert not path.is_file() or HUSH not in path.read_text(errors="replace")


def imported(**ids: str) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(import_=ids["id"])


def test_an_import_makes_the_next_preview_empty(deploy: Deployment, cognito: Any) -> None:
    def program(pool: str | None = None, client_id: str | None = None, server: str | None = None) -> None:
        made = user_pool(options=pool and imported(id=pool), schemas=[EMAIL, PLAN])
        unread = {"refresh_token_rotation": None, "generate_secret": None}
        app_client(made, options=client_id and imported(id=client_id), **unread)
        aws.cognito.UserPoolDomain(
            "domain", domain="imported", user_pool_id=made.id, opts=imported(id="imported") if pool else None
        )
        aws.cognito.ResourceServer(
            "server",
            identifier="app.book",
            name="books",
            user_pool_id=made.id,
            scopes=MORE_SCOPES,
            opts=server and imported(id=server),
        )

    deploy.up(program)
    ids = deploy.outputs()
    state = deploy.state()
    state["resources"] = [r for r in state["resources"] if not r["type"].startswith("aws:")]
    deploy.stack.import_stack(automation.Deployment(version=3, deployment=state))

    def importing() -> None:
        program(ids["pool"], f"{ids['pool']}/{ids['client']}", f"{ids['pool']}|app.book")

    assert deploy.up(importing)["import"] == 4
    assert deploy.up(program) == {"same": 5}
    assert len(cognito.list_user_pools(MaxResults=60)["UserPools"]) == 1


@pytest.mark.parametrize("secret", [True, False])
def test_a_client_whose_secret_an_import_did_not_read_would_be_replaced(deploy: Deployment, secret: bool) -> None:
    deploy.up(lambda: app_client(user_pool(), generate_secret=secret))
    ids = deploy.outputs()
    state = deploy.state()
    state["resources"] = [r for r in state["resources"] if not r["type"].endswith(":UserPoolClient")]
    deploy.stack.import_stack(automation.Deployment(version=3, deployment=state))
    options = imported(id=f"{ids['pool']}/{ids['client']}")
    with pytest.raises(automation.CommandError, match="may not be replaced"):
        deploy.up(lambda: app_client(user_pool(), options=options, generate_secret=secret))


def dns(zone: str, **changed: Any) -> None:
    settings: dict[str, Any] = {"domain_name": "auth.example.app", "validation_method": "DNS", "tags": {"a": "b"}}
    certificate = aws.acm.Certificate("certificate", **(settings | changed))
    option = certificate.domain_validation_options[0]
    record = aws.route53.Record(
        "validation-record",
        zone_id=zone,
        name=option.resource_record_name,
        type=option.resource_record_type,
        records=[option.resource_record_value],
        ttl=60,
        allow_overwrite=True,
    )
    validated = aws.acm.CertificateValidation(
        "validation", certificate_arn=certificate.arn, validation_record_fqdns=[record.fqdn]
    )
    domain = aws.cognito.UserPoolDomain(
        "domain", domain="auth.example.app", user_pool_id=user_pool().id, certificate_arn=validated.certificate_arn
    )
    aws.route53.Record(
        "alias",
        zone_id=zone,
        name="auth.example.app",
        type="A",
        aliases=[
            {
                "name": domain.cloudfront_distribution,
                "zone_id": domain.cloudfront_distribution_zone_id,
                "evaluate_target_health": False,
            }
        ],
    )


def test_a_custom_domain_from_certificate_to_alias(deploy: Deployment, zone: str) -> None:
    assert deploy.up(lambda: dns(zone)) == {"create": 7}
    alias = deploy.resource("alias")
    assert alias["outputs"]["fqdn"] == "auth.example.app"
    assert alias["outputs"]["aliases"][0]["zoneId"] == "Z2FDTNDATAQYW2"
    assert alias["id"] == f"{zone}_auth.example.app_A"
    assert deploy.resource("certificate")["outputs"]["status"] == "ISSUED"
    assert deploy.up(lambda: dns(zone, tags={"a": "c"}))["update"] == 1
    assert deploy.up(lambda: dns(zone, tags={"a": "c"}, key_algorithm="EC_prime256v1"))["replace"] >= 1
    assert deploy.up(lambda: dns(zone, tags={"a": "c"}, key_algorithm="EC_prime256v1")) == {"same": 7}
    deploy.stack.destroy()
    records = client(deploy.url, "route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {record["Type"] for record in records} == {"NS", "SOA"}


def test_a_record_that_is_there_is_taken_over_only_when_told_so(deploy: Deployment, zone: str) -> None:
    route53 = client(deploy.url, "route53")
    values = {"Name": "www.example.app", "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "127.0.0.9"}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": values}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)

    def program(**changed: Any) -> None:
        settings: dict[str, Any] = {"name": "www", "type": "A", "ttl": 60, "records": ["127.0.0.1", "127.0.0.2"]}
        aws.route53.Record("www", zone_id=zone, **(settings | changed))

    with pytest.raises(automation.CommandError, match=r"has a record set www\.example\.app of type A already"):
        deploy.up(program)
    deploy.up(lambda: program(allow_overwrite=True))
    assert deploy.up(lambda: program(allow_overwrite=True, records=["127.0.0.2", "127.0.0.1"])) == {"same": 2}
    assert deploy.up(lambda: program(allow_overwrite=True, ttl=61))["update"] == 1
    assert deploy.refresh(lambda: program(allow_overwrite=True, ttl=61)) == {"same": 2}
    assert deploy.resource("www")["outputs"]["fqdn"] == "www.example.app"


def test_zones_records_and_exports_are_looked_up(deploy: Deployment, zone: str) -> None:
    template = {
        "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {"Zone": {"Value": zone, "Export": {"Name": "plugin-zone"}}},
    }

    def program(asking: bool = True, **changed: Any) -> None:
        body = json.dumps(template | changed)
        stack = aws.cloudformation.Stack("exports", name="exports", template_body=body, tags={"a": "b"})
        pulumi.export("stack", stack.outputs)
        if not asking:
            return
        found = aws.route53.get_zone(name="example.app")
        same = aws.route53.get_zone(zone_id=zone)
        pulumi.export("zone", [found.zone_id, found.name, same.name, found.private_zone])
        records = aws.route53.get_records(zone_id=zone, name_regex=r"^example\.app\.$").resource_record_sets
        pulumi.export("records", sorted(record.type for record in records))
        pulumi.export("export", aws.cloudformation.get_export(name="plugin-zone").value)
        pulumi.export("region", aws.get_region().region)

    deploy.up(lambda: program(asking=False))
    deploy.up(program)
    outputs = deploy.outputs()
    assert outputs["stack"] == {"Zone": zone}
    assert outputs["zone"] == [zone, "example.app", "example.app", False]
    assert outputs["records"] == ["NS", "SOA"]
    assert outputs["export"] == zone
    assert outputs["region"] == "us-east-1"
    assert deploy.up(program) == {"same": 2}
    assert deploy.up(lambda: program(Description="another"))["update"] == 1

    def importing_elsewhere() -> None:
        program(Description="another")
        imports = {"Resources": template["Resources"], "Outputs": {"Z": {"Value": {"Fn::ImportValue": "plugin-zone"}}}}
        aws.cloudformation.Stack("imports", name="imports", template_body=json.dumps(imports))

    deploy.up(importing_elsewhere)
    with pytest.raises(automation.CommandError, match="imported by stack imports"):
        deploy.stack.destroy(target=[deploy.resource("exports")["urn"]])
    assert deploy.up(lambda: program(Description="another"))["delete"] == 1


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda: pulumi_resource("aws:s3/bucket:Bucket", {}), "no resource type aws:s3/bucket:Bucket"),
        (
            lambda: pulumi_resource("aws:cognito/userPool:UserPool", {"aliasAttribute": ["email"]}),
            "no such property of aws.cognito.UserPool; did you mean aliasAttributes",
        ),
        (
            lambda: pulumi_resource("aws:acm/certificate:Certificate", {"privateKey": "x"}),
            "the official provider has this property of aws.acm.Certificate, the local stack's does not",
        ),
        (lambda: pulumi.export("x", aws.route53.get_zone(name="nowhere.app").id), "no matching Route 53 Hosted Zone"),
        (lambda: pulumi.export("x", aws.cloudformation.get_export(name="nothing").value), "exports nothing"),
    ],
    ids=["type", "no such property", "not supported", "zone", "export"],
)
def test_what_is_not_known_is_refused_by_name(deploy: Deployment, program: Program, message: str) -> None:
    with pytest.raises(automation.CommandError, match=message) as refused:
        deploy.preview(program)
    assert 'aws_provider/provider.py", line' not in str(refused.value)


def pulumi_resource(token: str, properties: dict[str, Any]) -> None:
    pulumi.CustomResource(token, "x", properties)


@pytest.mark.parametrize(
    ("endpoints", "message"),
    [
        ([{"cognitoidp": "https://cognito-idp.us-east-1.amazonaws.com"}], "only speaks to the emulator"),
        ([{"sts": "http://127.0.0.1:9"}], "names no endpoint for cognitoidp"),
        ([{"cognitoidp": "http://127.0.0.1:9"}], "the emulator does not answer.*make up"),
    ],
    ids=["AWS", "no endpoint", "no emulator"],
)
def test_nothing_but_a_running_emulator_is_spoken_to(
    emulator: str, pulumi_home: Path, tmp_path: Path, endpoints: list[dict[str, str]], message: str
) -> None:
    deployment = Deployment(pulumi_home, emulator, tmp_path, config={"aws:endpoints": endpoints})
    with pytest.raises(automation.CommandError, match=message) as refused:
        deployment.up(lambda: user_pool() and None)
    assert 'File "' not in str(refused.value)
    gc.collect()
