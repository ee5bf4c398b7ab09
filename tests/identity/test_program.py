"""The whole program, run as by `pulumi up`, for each stack of the repository."""

from typing import Any

import pytest
import yaml

from tests.support.program import REGION, ROOT, ZONE_ID, Deploy

POOL = f"{REGION}_Pool1"


def stack_file(stack: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {**loaded, "aws:region": REGION}


@pytest.mark.parametrize(
    ("stack", "auth_domain"),
    [
        ("dev", "dev-auth.focusmark.app"),
        ("prod", "auth.focusmark.app"),
        ("local", "local-auth.focusmark.app"),
    ],
)
def test_every_stack_has_the_deployed_names(deploy: Deploy, stack: str, auth_domain: str) -> None:
    run = deploy(stack_file(stack), stack=stack)
    stem = f"focusmark-{stack}"
    assert run.one("Certificate").inputs["domainName"] == auth_domain
    assert run.one("UserPool").inputs["name"] == f"{stem}-userpool-customers"
    assert run.one("UserPoolDomain").inputs["domain"] == stem
    assert {(s.inputs["identifier"], s.inputs["name"]) for s in run.of_type("ResourceServer")} == {
        ("app.focusmark.api.project", f"{stem}-resourceserver-project"),
        ("app.focusmark.api.task", f"{stem}-resourceserver-task"),
    }
    assert {c.inputs["name"] for c in run.of_type("UserPoolClient")} == {
        f"{stem}-userpoolclient-postman",
        f"{stem}-userpoolclient-windowscli",
    }
    assert run.resources["access-client-postman"].inputs["callbackUrls"] == [f"https://{stack}-auth.focusmark.app"]


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_certificate_and_pool_carry_the_five_tags(deploy: Deploy, stack: str) -> None:
    run = deploy(stack_file(stack), stack=stack)
    expected = {
        "environment": stack,
        "orchestration": "pulumi",
        "service": "auth",
        "service-type": "aws-managed",
        "product": "focusmark",
    }
    assert run.one("Certificate").inputs["tags"] == expected
    assert run.one("UserPool").inputs["tags"] == expected


def test_nothing_is_named_after_one_product(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "environment": "test-7"}, stack="whatever")
    assert "focusmark" not in str([resource.inputs for resource in run.resources.values()])
    assert run.one("UserPool").inputs["name"] == "acme-test-7-userpool-customers"


def test_the_pool_waits_for_nothing_and_the_rest_for_true_needs_only(deploy: Deploy) -> None:
    config = stack_file("local") | {
        "identity:clients": {
            "reader": {"callbackUrls": ["https://reader.example"], "scopes": ["openid", "task.read"]},
            "plain": {"callbackUrls": ["https://plain.example"], "scopes": ["openid"]},
        }
    }
    run = deploy(config)
    waits = {name: resource.waits_for for name, resource in run.resources.items()}
    assert waits["customers"] == set()
    assert waits["customers-prefix-domain"] == {"customers"}
    assert waits["access-server-project"] == waits["access-server-task"] == {"customers"}
    assert waits["access-client-reader"] == {"customers", "access-server-task"}
    assert waits["access-client-plain"] == {"customers"}
    assert waits["certificate"] == set()


@pytest.mark.parametrize(
    "zone", [{"zoneName": "focusmark.app"}, {"zoneId": ZONE_ID}, {"zoneExport": "focusmark-route53-dotAppZone"}]
)
def test_the_zone_may_be_given_by_name_id_or_export(deploy: Deploy, zone: dict[str, str]) -> None:
    run = deploy({"product": "focusmark", **zone})
    assert run.resources["certificate-validation-record"].inputs["zoneId"] == ZONE_ID


def test_without_a_zone_there_is_no_dns_and_no_certificate(deploy: Deploy) -> None:
    run = deploy({"product": "focusmark"})
    assert not run.of_type("Certificate")
    assert not run.of_type("Record")
    assert "certificateArn" not in run.outputs
    assert run.one("UserPoolDomain").inputs["domain"] == "focusmark-local"


def test_a_custom_domain_waits_for_its_validated_certificate_in_us_east_1(deploy: Deploy) -> None:
    run = deploy(stack_file("prod") | {"identity:customDomain": True}, stack="prod")
    assert run.one("Certificate").inputs["region"] == "us-east-1"
    assert run.one("CertificateValidation").inputs["region"] == "us-east-1"
    domain = run.one("UserPoolDomain")
    assert domain.inputs["domain"] == "auth.focusmark.app"
    assert domain.inputs["certificateArn"] == run.outputs["certificateArn"]
    assert "certificate-validation" in domain.waits_for
    aliases = [run.resources["customers-alias-a"].inputs, run.resources["customers-alias-aaaa"].inputs]
    assert [(alias["name"], alias["type"], alias["zoneId"]) for alias in aliases] == [
        ("auth.focusmark.app", "A", ZONE_ID),
        ("auth.focusmark.app", "AAAA", ZONE_ID),
    ]
    assert run.outputs["authorizeUrl"] == "https://auth.focusmark.app/oauth2/authorize"


def test_outputs_are_those_of_the_contract(deploy: Deploy) -> None:
    run = deploy({"product": "focusmark", "zoneName": "focusmark.app", "aws:region": REGION})
    at, out = f"https://focusmark-local.auth.{REGION}.amazoncognito.com", run.outputs
    assert out["userPoolId"] == POOL
    assert out["userPoolArn"].endswith(f"userpool/{POOL}")
    assert out["certificateArn"].startswith("arn:aws:acm:")
    assert out["issuer"] == f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"
    assert out["jwksUri"] == f"{out['issuer']}/.well-known/jwks.json"
    assert out["authorizeUrl"] == f"{at}/oauth2/authorize"
    assert out["tokenUrl"] == f"{at}/oauth2/token"
    assert out["userInfoUrl"] == f"{at}/oauth2/userInfo"
    assert out["logoutUrl"] == f"{at}/logout"
    assert out["apis"]["task"] == {
        "identifier": "app.focusmark.api.task",
        "scopes": [f"app.focusmark.api.task/task.{verb}" for verb in ("delete", "read", "write")],
    }
    assert set(out["clients"]["windowscli"]) == {"clientId", "scopes", "callbackUrls", "loginUrl"}
    assert out["clients"]["windowscli"]["loginUrl"].startswith(
        f"{at}/oauth2/authorize?client_id=access-client-windowscli-id&"
    )
    assert out["clientSecrets"] == {"postman": "access-client-postman-hush"}
    assert run.secret_outputs == {"clientSecrets"}


def test_where_cognito_is_emulated_every_url_but_the_issuer_is_there(deploy: Deploy) -> None:
    at = "http://127.0.0.1:4601"
    config = {"product": "focusmark", "aws:region": REGION, "aws:endpoints": [{"cognitoidp": at, "acm": at}]}
    out = deploy(config).outputs
    assert out["jwksUri"] == f"{at}/{POOL}/.well-known/jwks.json"
    assert out["tokenUrl"] == f"{at}/oauth2/token"
    assert out["clients"]["windowscli"]["loginUrl"].startswith(f"{at}/oauth2/authorize?")
    assert out["issuer"] == f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"


def test_protect_covers_pool_domain_servers_and_clients(deploy: Deploy) -> None:
    run = deploy(stack_file("prod"), stack="prod")
    kinds = ("UserPool", "UserPoolDomain", "ResourceServer", "UserPoolClient")
    assert all(resource.protect for kind in kinds for resource in run.of_type(kind))
    assert run.one("UserPool").inputs["deletionProtection"] == "ACTIVE"
    unprotected = deploy(stack_file("dev"), stack="dev")
    assert not any(resource.protect for resource in unprotected.resources.values())
    assert unprotected.one("UserPool").inputs["deletionProtection"] == "INACTIVE"


def test_reordering_apis_and_clients_changes_nothing(deploy: Deploy) -> None:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    apis, clients = schema["identity:apis"]["default"], schema["identity:clients"]["default"]
    one = deploy({"product": "focusmark", "apis": apis, "clients": clients})
    other = deploy(
        {
            "product": "focusmark",
            "apis": {key: {"scopes": dict(reversed(api["scopes"].items()))} for key, api in reversed(apis.items())},
            "clients": dict(reversed(clients.items())),
        }
    )
    assert one.resources == other.resources
    assert one.outputs == other.outputs
