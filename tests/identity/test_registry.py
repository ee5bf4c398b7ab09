"""Resource servers and app clients."""

from typing import Any

import pytest

from identity.client.settings import keep_equivalent
from identity.client.token_validity import TOKEN_VALIDITY, TokenValidity
from identity.config import check
from tests.support.program import Deploy, config_errors, config_of

SCOPES = {f"app.acme.api.{key}/{key}.{verb}" for key in ("project", "task") for verb in ("read", "write", "delete")}


def client(deploy: Deploy, **fields: Any) -> dict[str, Any]:
    config = {"product": "acme", "clients": {"app": {"callbackUrls": ["https://app.example"], **fields}}}
    return deploy(config).one("UserPoolClient").inputs


@pytest.mark.parametrize(("key", "secret"), [("postman", True), ("windowscli", False)])
def test_the_default_clients_are_the_deployed_ones(deploy: Deploy, key: str, secret: bool) -> None:
    inputs = deploy({"product": "acme"}).resources[f"access-client-{key}"].inputs
    assert inputs["generateSecret"] is secret
    assert inputs["allowedOauthFlows"] == ["code"]
    assert inputs["allowedOauthFlowsUserPoolClient"] is True
    assert set(inputs["allowedOauthScopes"]) == {"openid", *SCOPES}
    assert inputs["explicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
    assert inputs["preventUserExistenceErrors"] == "ENABLED"
    assert inputs["supportedIdentityProviders"] == ["COGNITO"]


def test_the_default_servers_are_the_deployed_ones(deploy: Deploy) -> None:
    inputs = deploy({"product": "acme"}).resources["access-server-task"].inputs
    assert inputs["identifier"] == "app.acme.api.task"
    assert {scope["scopeName"]: scope["scopeDescription"] for scope in inputs["scopes"]} == {
        "task.write": "Create and modify Tasks",
        "task.read": "Read existing Tasks",
        "task.delete": "Delete existing Tasks",
    }


def test_a_client_says_every_field_it_means(deploy: Deploy) -> None:
    inputs = client(deploy)
    assert inputs["enableTokenRevocation"] is True
    assert inputs["logoutUrls"] == []
    assert (inputs["accessTokenValidity"], inputs["idTokenValidity"], inputs["refreshTokenValidity"]) == (60, 60, 30)
    assert inputs["tokenValidityUnits"] == {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"}
    assert inputs["refreshTokenRotation"] == {"feature": "DISABLED", "retryGracePeriodSeconds": 0}


def test_rotation_is_said_with_a_grace_for_bad_lines(deploy: Deploy) -> None:
    inputs = client(deploy, rotateRefreshTokens=True)
    assert inputs["refreshTokenRotation"] == {"feature": "ENABLED", "retryGracePeriodSeconds": 10}
    assert "ALLOW_REFRESH_TOKEN_AUTH" not in inputs["explicitAuthFlows"]


def test_token_lives_keep_the_unit_they_were_written_in(deploy: Deploy) -> None:
    inputs = client(deploy, tokenValidity={"access": "301s", "id": "2h", "refresh": "90d"})
    assert (inputs["accessTokenValidity"], inputs["idTokenValidity"], inputs["refreshTokenValidity"]) == (301, 2, 90)
    assert inputs["tokenValidityUnits"] == {"accessToken": "seconds", "idToken": "hours", "refreshToken": "days"}


@pytest.mark.parametrize("written", ["task.read", "app.acme.api.task/task.read"])
def test_a_scope_may_be_written_short_or_whole(deploy: Deploy, written: str) -> None:
    assert client(deploy, scopes=["openid", written])["allowedOauthScopes"] == ["openid", "app.acme.api.task/task.read"]


def test_a_machine_client_has_no_person_in_it(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "clients": {"job": {"flow": "client_credentials", "secret": True}}})
    inputs = run.one("UserPoolClient").inputs
    assert inputs["allowedOauthFlows"] == ["client_credentials"]
    assert set(inputs["allowedOauthScopes"]) == SCOPES
    assert inputs["callbackUrls"] == []
    assert inputs["explicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert "loginUrl" not in run.outputs["clients"]["job"]


def test_a_machine_client_may_have_what_a_live_one_has(deploy: Deploy) -> None:
    urls = {"callbackUrls": ["https://app.example/in"], "logoutUrls": ["https://app.example/out"]}
    scopes: dict[str, Any] = {"scopes": [], "externalScopes": ["https://gone.example/read"]}
    job = {"flow": "client_credentials", "secret": True, **urls, **scopes}
    run = deploy({"product": "acme", "apis": {"old": {"scopes": {}}}, "clients": {"job": job}})
    inputs = run.one("UserPoolClient").inputs
    assert {key: inputs[key] for key in urls} == urls
    assert inputs["allowedOauthScopes"] == ["https://gone.example/read"]
    assert run.one("ResourceServer").inputs["scopes"] == []
    assert "loginUrl" not in run.outputs["clients"]["job"]


def test_three_lines_of_config_add_an_api(deploy: Deploy) -> None:
    apis = {"cart": {"scopes": {"read": "Read carts"}}}
    inputs = deploy({"product": "acme", "apis": apis, "clients": {}}).one("ResourceServer").inputs
    assert inputs["identifier"] == "app.acme.api.cart"
    assert inputs["scopes"] == [{"scopeName": "cart.read", "scopeDescription": "Read carts"}]


PAY = {"identifier": "https://pay.example", "prefixScopes": False, "scopes": {"charge": "Charge a card"}}
WEB = {"callbackUrls": ["https://app.example/back"]}


def test_a_server_that_was_made_elsewhere_keeps_the_names_of_its_scopes(deploy: Deploy) -> None:
    clients = {"short": WEB | {"scopes": ["charge"]}, "whole": WEB | {"scopes": ["https://pay.example/charge"]}}
    run = deploy({"product": "acme", "apis": {"pay": PAY}, "clients": clients})
    server = run.one("ResourceServer").inputs
    assert server["identifier"] == "https://pay.example"
    assert server["scopes"] == [{"scopeName": "charge", "scopeDescription": "Charge a card"}]
    asked = [run.resources[f"access-client-{key}"].inputs["allowedOauthScopes"] for key in clients]
    assert asked == [["https://pay.example/charge"]] * 2
    assert run.outputs["apis"]["pay"]["scopes"] == ["https://pay.example/charge"]


def test_without_prefixes_a_name_of_two_apis_is_warned_of_and_has_to_be_written_whole(deploy: Deploy) -> None:
    apis = {"pay": PAY, "till": {"prefixScopes": False, "scopes": {"charge": "Charge in a shop"}}}
    config = {"product": "acme", "apis": apis, "clients": {"app": WEB | {"scopes": ["app.acme.api.till/charge"]}}}
    (problem,) = [one for one in check(config_of(config), "dev")[1] if one.path.startswith("identity:apis")]
    assert (problem.path, problem.warning) == ("identity:apis.till.scopes.charge", True)
    assert deploy(config).one("UserPoolClient").inputs["allowedOauthScopes"] == ["app.acme.api.till/charge"]


def test_scopes_of_servers_that_nobody_manages_here_come_beside_the_others(deploy: Deploy) -> None:
    given = client(deploy, scopes=["openid"], externalScopes=["https://billing.example/api/pay"])
    assert given["allowedOauthScopes"] == ["openid", "https://billing.example/api/pay"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"externalScopes": ["pay"]}, "externalScopes[0]"),
        ({"externalScopes": ["https://pay.example/charge"]}, "externalScopes[0]"),
        ({"externalScopes": ["a/b", "a/b"]}, "externalScopes"),
        ({"scopes": ["https://billing.example/pay"]}, "scopes[0]"),
        ({"flows": [], "scopes": ["openid"]}, "scopes"),
        ({"flows": [], "externalScopes": ["a/b"]}, "externalScopes"),
        ({"flows": ["code"], "flow": "client_credentials"}, "flow"),
        ({"flows": ["code", "client_credentials"], "secret": True}, "flows"),
        ({"flows": ["password"]}, "flows[0]"),
    ],
)
def test_scopes_and_flows_that_could_not_be_are_told_with_their_path(fields: dict[str, Any], path: str) -> None:
    config = {"product": "acme", "apis": {"pay": PAY}, "clients": {"app": WEB | fields}}
    assert [problem.path for problem in config_errors(config)] == [f"identity:clients.app.{path}"]


def test_without_oauth_there_is_no_page_to_go_to(deploy: Deploy) -> None:
    run = deploy({"product": "acme", "clients": {"app": {"flows": []}, "both": WEB | {"flows": ["code", "implicit"]}}})
    assert run.outputs["clients"]["app"].keys() == {"clientId", "scopes", "callbackUrls"}
    assert run.outputs["clients"]["app"]["scopes"] == []
    assert run.resources["access-client-both"].inputs["allowedOauthFlows"] == ["code", "implicit"]
    assert "response_type=code&" in run.outputs["clients"]["both"]["loginUrl"]
    alone = deploy({"product": "acme", "clients": {"app": WEB | {"flows": ["implicit"]}}})
    assert "response_type=token&" in alone.outputs["clients"]["app"]["loginUrl"]


@pytest.mark.parametrize(
    ("fields", "inputs"),
    [
        ({"preventUserExistenceErrors": False}, {"preventUserExistenceErrors": "LEGACY"}),
        ({"enableTokenRevocation": False}, {"enableTokenRevocation": False}),
        ({"writeAttributes": []}, {"writeAttributes": []}),
        ({"identityProviders": [], "flows": []}, {"supportedIdentityProviders": []}),
    ],
)
def test_what_a_client_made_elsewhere_has_can_be_said(
    deploy: Deploy, fields: dict[str, Any], inputs: dict[str, Any]
) -> None:
    assert client(deploy, **fields).items() >= inputs.items()


def test_an_app_that_names_none_writes_the_mutable_standard_attributes_and_no_custom_one(deploy: Deploy) -> None:
    given = {"callbackUrls": ["https://app.example/back"]}
    pool = {"customAttributes": {"role": {}}, "standardAttributes": {"name": {"mutable": False}}}
    run = deploy(
        {
            "product": "acme",
            "userPool": pool,
            "clients": {"app": given, "own": given | {"writeAttributes": ["custom:role"]}},
        }
    )
    assert run.resources["access-client-own"].inputs["writeAttributes"] == ["custom:role"]
    written = run.resources["access-client-app"].inputs["writeAttributes"]
    assert {"email", "given_name", "phone_number"} <= set(written)
    assert not {"name", "sub", "email_verified"} & set(written)
    assert not [name for name in written if ":" in name]
    # Without custom attributes there is nothing to restrict, so clients keep AWS's default.
    assert "writeAttributes" not in client(deploy)


def test_flows_and_scopes_rest_where_oauth_is_off(deploy: Deploy) -> None:
    said = client(deploy, flows=[])
    assert said["allowedOauthFlowsUserPoolClient"] is False
    assert not {"allowedOauthFlows", "allowedOauthScopes"} & said.keys()


@pytest.mark.parametrize(("live", "said"), [([], False), (["ALLOW_USER_SRP_AUTH"], True)])
def test_a_client_that_was_made_without_authentication_flows_is_not_given_any(
    deploy: Deploy, live: list[str], said: bool
) -> None:
    flows = ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    config = {"product": "acme", "clients": {"app": {"callbackUrls": ["https://app.example"], "authFlows": flows}}}
    outputs = {
        **deploy(config).one("UserPoolClient").inputs,
        "explicitAuthFlows": live,
        "userPoolId": "",
        "generateSecret": False,
    }
    state = {
        "urn:pulumi:dev::identity::x::access-client-app": {
            "type": "aws:cognito/userPoolClient:UserPoolClient",
            "outputs": outputs,
        }
    }
    assert ("explicitAuthFlows" in deploy(config, state=state).one("UserPoolClient").inputs) is said


UNITS = {"accessToken": "hours", "idToken": "minutes"}
LIVES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"refreshTokenValidity": 30}, {"refreshTokenValidity": 30}),
    (
        {"accessTokenValidity": 1, "refreshTokenValidity": 30, "tokenValidityUnits": UNITS},
        {"accessTokenValidity": 1, "refreshTokenValidity": 30, "tokenValidityUnits": UNITS},
    ),
    ({"accessTokenValidity": 2, "refreshTokenValidity": 30}, TokenValidity().inputs()),
    ({}, TokenValidity().inputs()),
]


@pytest.mark.parametrize(("live", "sent"), LIVES)
def test_the_life_of_a_token_is_not_said_in_another_unit_where_it_is_the_same(
    live: dict[str, Any], sent: dict[str, Any]
) -> None:
    inputs = keep_equivalent({**TokenValidity().inputs(), "explicitAuthFlows": []}, {**live, "id": 1} if live else {})
    assert {name: item for name, item in inputs.items() if name in TOKEN_VALIDITY} == sent
