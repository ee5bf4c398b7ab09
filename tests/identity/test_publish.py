"""Published values and their names. Secrets go only to Secrets Manager."""

from typing import Any

import pytest

from identity.errors import ConfigError
from tests.identity.test_guard import APIS, change
from tests.support.program import Deploy, config_errors

CLIENTS: dict[str, Any] = {
    "web": {"callbackUrls": ["https://app.example/back"], "logoutUrls": ["https://app.example/bye"]},
    "job": {"flow": "client_credentials", "secret": True},
}
BASE = "/acme/dev/identity"


def config(**publish: Any) -> dict[str, Any]:
    return {"product": "acme", "environment": "dev", "clients": CLIENTS, "publish": publish}


@pytest.mark.parametrize("path", ["acme", "/", "/acme/", "/aws/acme", "/ssm", "/a b", "/{stack}/x", "/a//b", ""])
def test_a_path_that_ssm_refuses_is_refused(path: str) -> None:
    assert [problem.path for problem in config_errors(config(ssm=path))] == ["identity:publish.ssm"]


def test_each_text_is_a_parameter_under_the_path(deploy: Deploy) -> None:
    run = deploy(config(ssm="/{product}/{environment}/identity"))
    made = {
        resource.inputs["name"].removeprefix(f"{BASE}/"): resource.inputs["value"]
        for resource in run.of_type("Parameter")
    }
    texts = {name: value for name, value in run.outputs.items() if isinstance(value, str)}
    assert texts.items() <= made.items()
    assert made["clients/web/clientId"] == "access-client-web-id"
    assert made["apis/task/identifier"] == "app.acme.api.task"
    assert not run.of_type("Secret")
    assert "hush" not in str([resource.inputs for resource in run.of_type("Parameter")])


def test_secrets_are_in_secrets_manager_alone_and_secret_on_the_way(deploy: Deploy) -> None:
    run = deploy(config(secrets=True))
    assert run.one("Secret").inputs["name"] == f"{BASE}/clients/job/secret"
    version = run.one("SecretVersion")
    assert version.inputs["secretString"] == "access-client-job-hush"
    assert version.secret_inputs == {"secretString"}
    assert not run.of_type("Parameter")


def test_without_the_key_nothing_is_published(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "clients": CLIENTS})
    assert not run.of_type("Parameter")
    assert not run.of_type("Secret")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({"ssm": "/a/b"}, "none", "identity:publish.ssm"),
        ({"ssm": "/a/b"}, {"ssm": "/a/c"}, "identity:publish.ssm"),
        ({"secrets": True}, {"secrets": False}, "identity:publish.secrets"),
    ],
)
def test_under_protect_what_others_read_does_not_go_unsaid(
    deploy: Deploy, before: dict[str, Any], after: Any, path: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**config(**before), "apis": APIS, "protect": True}, {"publish": after})
    (problem,) = refused.value.problems
    assert problem.path == path
    assert "identity:allowLoss: [/a/b/ssm]" in problem.fix or f"[{BASE}/secrets]" in problem.fix


def test_what_stays_loses_nothing(deploy: Deploy) -> None:
    assert change(deploy, {**config(ssm="/a/b", secrets=True), "apis": APIS, "protect": True}, {}).resources


# --- outputs ----------------------------------------------------------------------------------------------------------


def test_the_outputs_name_where_sign_in_is_and_each_url_works(deploy: Deploy) -> None:
    outputs = deploy({"product": "acme", "environment": "dev", "clients": CLIENTS}, stack="dev").outputs
    host = "https://acme-dev.auth.us-west-2.amazoncognito.com"
    assert (outputs["region"], f"https://{outputs['domain']}") == ("us-west-2", host)
    assert outputs["revokeUrl"] == f"{host}/oauth2/revoke"
    assert outputs["openIdConfigurationUri"] == f"{outputs['issuer']}/.well-known/openid-configuration"
    web, job = outputs["clients"]["web"], outputs["clients"]["job"]
    assert (
        web["logoutUrl"] == f"{host}/logout?client_id=access-client-web-id&logout_uri=https%3A%2F%2Fapp.example%2Fbye"
    )
    assert not {"logoutUrl", "loginUrl"} & job.keys()
    assert (outputs["groups"], outputs["identityProviders"], outputs["dnsRecords"]) == ([], {}, [])


def test_records_that_somebody_else_has_to_make_are_told(deploy: Deploy) -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/one"
    given = {"product": "acme", "customDomain": True, "authDomain": "auth.acme.app", "certificateArn": arn}
    outputs = deploy(given).outputs
    assert outputs["dnsRecords"] == [{"name": "auth.acme.app", "type": "CNAME", "value": "d1.cloudfront.net"}]
    assert outputs["domain"] == "auth.acme.app"
    zone = {"zoneName": "focusmark.app", "authDomain": "auth.focusmark.app", "customDomain": True}
    assert deploy({"product": "acme", **zone}).outputs["dnsRecords"] == []
