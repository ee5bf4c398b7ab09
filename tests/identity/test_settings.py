"""The stack config: invalid values are refused with the path of each mistake, all at once."""

import json
import time
from typing import Any

import pytest
import yaml

from identity.config import check
from identity.config.keys import KEYS
from identity.config.settings import Settings
from identity.errors import ConfigError, Problem
from tests.support.program import ROOT, Deploy, config_of

SOUND: dict[str, Any] = {"product": "acme"}
CLIENT: dict[str, Any] = {"callbackUrls": ["https://app.example/back"]}
LONG = "x" * 300


def settled(config: dict[str, Any], stack: str = "dev") -> tuple[Settings, list[Problem]]:
    settings, found = check(config_of({**SOUND, **config}), stack)
    return settings, [problem for problem in found if not problem.warning]


def client(**fields: Any) -> dict[str, Any]:
    return {"clients": {"app": {**CLIENT, **fields}}}


def api(**fields: Any) -> dict[str, Any]:
    return {"apis": {"cart": {"scopes": {"read": "Read carts"}, **fields}}, "clients": {"app": CLIENT}}


BAD: list[tuple[dict[str, Any], str]] = [
    # Keys and strings
    ({"prodct": "x"}, "identity:prodct"),
    ({"product": "Acme"}, "identity:product"),
    ({"product": ""}, "identity:product"),
    ({"product": " "}, "identity:product"),
    ({"product": "-acme"}, "identity:product"),
    ({"product": "none"}, "identity:product"),
    ({"environment": "De v"}, "identity:environment"),
    ({"environment": ""}, "identity:environment"),
    ({"protect": "yes"}, "identity:protect"),
    ({"production": "yes"}, "identity:production"),
    ({"production": "prod"}, "identity:production"),
    ({"customDomain": "1"}, "identity:customDomain"),
    ({"allowLoss": "x"}, "identity:allowLoss"),
    ({"allowLoss": [1]}, "identity:allowLoss[0]"),
    ({"allowLoss": {}}, "identity:allowLoss"),
    ({"resourceServerLimit": 301}, "identity:resourceServerLimit"),
    ({"resourceServerLimit": "many"}, "identity:resourceServerLimit"),
    # Zone and domains
    ({"zoneName": "acme.app", "zoneId": "Z1"}, "identity:zoneId"),
    ({"zoneId": "Z1", "zoneExport": "e"}, "identity:zoneExport"),
    ({"zoneName": "acme"}, "identity:zoneName"),
    ({"zoneName": "ACME.app"}, "identity:zoneName"),
    ({"zoneName": ""}, "identity:zoneName"),
    ({"zoneId": "/hostedzone/Z1"}, "identity:zoneId"),
    ({"zoneExport": "a b"}, "identity:zoneExport"),
    ({"customDomain": True}, "identity:customDomain"),
    ({"zoneName": "other.app"}, "identity:authDomain"),
    ({"zoneName": "me.app"}, "identity:authDomain"),
    ({"zoneName": "acme.app", "authDomain": "acme.app", "customDomain": True}, "identity:authDomain"),
    ({"authDomain": "no dots"}, "identity:authDomain"),
    ({"zoneName": "acme.app", "authDomain": f"{'x' * 57}.acme.app"}, "identity:authDomain"),
    ({"zoneName": "acme.app", "authDomain": f"{'x' * 55}.acme.app", "customDomain": True}, "identity:authDomain"),
    ({"domainPrefix": "my-aws-login"}, "identity:domainPrefix"),
    ({"domainPrefix": "amazon"}, "identity:domainPrefix"),
    ({"domainPrefix": "cognito-x"}, "identity:domainPrefix"),
    ({"domainPrefix": "Upper"}, "identity:domainPrefix"),
    ({"domainPrefix": "x" * 64}, "identity:domainPrefix"),
    ({"domainPrefix": "x-"}, "identity:domainPrefix"),
    ({"product": "jaws"}, "identity:domainPrefix"),
    ({"product": "x" * 40, "environment": "y" * 40}, "identity:domainPrefix"),
    (
        {"product": "x" * 60, "environment": "y" * 60, "domainPrefix": "short", "clients": {}},
        "identity:environment",
    ),
    # Tags
    ({"tags": {"aws:x": "y"}}, "identity:tags.aws:x"),
    ({"tags": {"": "y"}}, "identity:tags."),
    ({"tags": {"k" * 129: "y"}}, f"identity:tags.{'k' * 129}"),
    ({"tags": {"k": "v" * 257}}, "identity:tags.k"),
    ({"tags": {"k": 1}}, "identity:tags.k"),
    ({"tags": {"product": "other"}}, "identity:tags.product"),
    ({"tags": {f"k{n}": "v" for n in range(46)}}, "identity:tags"),
    ({"tags": []}, "identity:tags"),
    ({"exemptions": {"tags": {"customers": " "}}}, "identity:exemptions.tags.customers"),
    ({"exemptions": {"tags": "always"}}, "identity:exemptions.tags"),
    # The pool
    ({"userPool": {"mfa": "ON"}}, "identity:userPool.mfa"),
    ({"userPool": {"aliasAttributes": ["nickname"]}}, "identity:userPool.aliasAttributes[0]"),
    ({"userPool": {"aliasAttributes": ["email", "email"]}}, "identity:userPool.aliasAttributes"),
    ({"userPool": {"autoVerifiedAttributes": ["name"]}}, "identity:userPool.autoVerifiedAttributes[0]"),
    ({"userPool": {"caseSensitive": "no"}}, "identity:userPool.caseSensitive"),
    ({"userPool": {"passwordPolicy": {"minimumLength": 5}}}, "identity:userPool.passwordPolicy.minimumLength"),
    ({"userPool": {"passwordPolicy": {"minimumLength": 100}}}, "identity:userPool.passwordPolicy.minimumLength"),
    ({"userPool": {"passwordPolicy": {"minimumLength": 8.5}}}, "identity:userPool.passwordPolicy.minimumLength"),
    ({"userPool": {"passwordPolicy": {"minimumLength": True}}}, "identity:userPool.passwordPolicy.minimumLength"),
    (
        {"userPool": {"passwordPolicy": {"passwordHistorySize": 25}}},
        "identity:userPool.passwordPolicy.passwordHistorySize",
    ),
    (
        {"userPool": {"passwordPolicy": {"temporaryPasswordValidityDays": 0}}},
        "identity:userPool.passwordPolicy.temporaryPasswordValidityDays",
    ),
    (
        {"userPool": {"passwordPolicy": {"temporaryPasswordValidityDays": 366}}},
        "identity:userPool.passwordPolicy.temporaryPasswordValidityDays",
    ),
    ({"userPool": {"customAttributes": {"x" * 21: {}}}}, f"identity:userPool.customAttributes.{'x' * 21}"),
    ({"userPool": {"customAttributes": {"a": {"type": "Text"}}}}, "identity:userPool.customAttributes.a.type"),
    (
        {"userPool": {"customAttributes": {"a": {"minLength": 9, "maxLength": 3}}}},
        "identity:userPool.customAttributes.a.minLength",
    ),
    (
        {"userPool": {"customAttributes": {"a": {"type": "Number", "maxLength": 3}}}},
        "identity:userPool.customAttributes.a.maxLength",
    ),
    # APIs
    ({"apis": []}, "identity:apis"),
    ({"apis": {"a b": {"scopes": {"read": "Read"}}}}, "identity:apis.a b"),
    ({"apis": {"a": None}}, "identity:apis.a.scopes"),
    (api(scopes={"read/all": "Read"}), "identity:apis.cart.scopes.read/all"),
    (api(scopes={"read all": "Read"}), "identity:apis.cart.scopes.read all"),
    (api(scopes={"read": ""}), "identity:apis.cart.scopes.read"),
    (api(scopes={"read": LONG}), "identity:apis.cart.scopes.read"),
    (api(scopes={"read": None}), "identity:apis.cart.scopes.read"),
    (api(scopes={f"s{n}": "S" for n in range(101)}), "identity:apis.cart.scopes"),
    (api(scopes={"r" * 240: "Read"}), f"identity:apis.cart.scopes.{'r' * 240}"),
    (api(identifier="a b"), "identity:apis.cart.identifier"),
    (api(identifier=LONG), "identity:apis.cart.identifier"),
    (api(scope={}), "identity:apis.cart.scope"),
    (
        {"apis": {"a": {"scopes": {"r": "R"}, "identifier": "i"}, "b": {"scopes": {"r": "R"}, "identifier": "i"}}},
        "identity:apis.b.identifier",
    ),
    ({"apis": {f"a{n}": {"scopes": {"r": "R"}} for n in range(26)}, "clients": {}}, "identity:apis"),
    # Clients
    ({"clients": {f"c{n}": CLIENT for n in range(1001)}}, "identity:clients"),
    ({"clients": {"x" * 129: CLIENT}}, f"identity:clients.{'x' * 129}"),
    ({"clients": {"x" * 110: CLIENT}}, f"identity:clients.{'x' * 110}"),
    (client(secrt=True), "identity:clients.app.secrt"),
    ({"clients": {"app": CLIENT, "b": {**CLIENT, "renamedFrom": "app"}}}, "identity:clients.b.renamedFrom"),
    (
        {"clients": {"a": {**CLIENT, "renamedFrom": "app"}, "b": {**CLIENT, "renamedFrom": "app"}}},
        "identity:clients.b.renamedFrom",
    ),
    (client(secret="yes"), "identity:clients.app.secret"),
    (client(callbackUrls=[]), "identity:clients.app.callbackUrls"),
    (client(callbackUrls="https://a.example"), "identity:clients.app.callbackUrls"),
    (client(callbackUrls=[f"https://a.example/{n}" for n in range(101)]), "identity:clients.app.callbackUrls"),
    (client(logoutUrls=[f"https://a.example/{n}" for n in range(101)]), "identity:clients.app.logoutUrls"),
    (
        client(callbackUrls=["https://{authDomain}", "https://dev-auth.acme.app"]),
        "identity:clients.app.callbackUrls[1]",
    ),
    (client(scopes=["cart.read"]), "identity:clients.app.scopes[0]"),
    (client(scopes=[]), "identity:clients.app.scopes"),
    (client(scopes=["openid", "openid"]), "identity:clients.app.scopes"),
    (client(scopes=["task.read", "app.acme.api.task/task.read"]), "identity:clients.app.scopes[1]"),
    (client(flow="implicit"), "identity:clients.app.flow"),
    (client(authFlows=["USER_PASSWORD"]), "identity:clients.app.authFlows[0]"),
    (client(authFlows=[]), "identity:clients.app.authFlows"),
    (client(tokenValidity={"access": "4m"}), "identity:clients.app.tokenValidity.access"),
    (client(tokenValidity={"access": "25h"}), "identity:clients.app.tokenValidity.access"),
    (client(tokenValidity={"id": "60"}), "identity:clients.app.tokenValidity.id"),
    (client(tokenValidity={"id": 60}), "identity:clients.app.tokenValidity.id"),
    (client(tokenValidity={"refresh": "59m"}), "identity:clients.app.tokenValidity.refresh"),
    (client(tokenValidity={"refresh": "3651d"}), "identity:clients.app.tokenValidity.refresh"),
    (client(tokenValidity={"access": "3h", "refresh": "2h"}), "identity:clients.app.tokenValidity.refresh"),
    (client(rotateRefreshTokens=True, authFlows=["ALLOW_REFRESH_TOKEN_AUTH"]), "identity:clients.app.authFlows"),
    ({"clients": {"m2m": {"flow": "client_credentials"}}}, "identity:clients.m2m.secret"),
    (
        {"clients": {"m2m": {"flow": "client_credentials", "secret": True, "scopes": ["openid"]}}},
        "identity:clients.m2m.scopes",
    ),
    (
        {"clients": {"m2m": {"flow": "client_credentials", "secret": True, "rotateRefreshTokens": True}}},
        "identity:clients.m2m.rotateRefreshTokens",
    ),
    ({"apis": {}, "clients": {"m2m": {"flow": "client_credentials", "secret": True}}}, "identity:clients.m2m.scopes"),
    (
        {"apis": {"a": {"scopes": {f"s{n}": "S" for n in range(50)}}}, "clients": {"app": CLIENT}},
        "identity:clients.app.scopes",
    ),
]


@pytest.mark.parametrize(("config", "path"), BAD)
def test_a_mistake_is_told_once_with_its_path(config: dict[str, Any], path: str) -> None:
    _, problems = settled(config)
    assert [problem.path for problem in problems] == [path]
    assert problems[0].allowed


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example/back",
        "http://localhost.example/back",
        "https://",
        "https:///path",
        "https://a.example/#part",
        "https://a.example:port/",
        "https://a.example/with space",
        "/relative",
        "a.example/back",
        "myapp:",
        "javascript:alert(1)",
        "https://a.example/" + LONG * 4,
        "https://{produkt}.example",
        "https://{}.example",
        "https://a.example/{product",
        "",
        " ",
    ],
)
@pytest.mark.parametrize("field", ["callbackUrls", "logoutUrls"])
def test_a_url_that_aws_refuses_is_refused(url: str, field: str) -> None:
    _, problems = settled(client(**{field: [url]}))
    assert f"identity:clients.app.{field}[0]" in [problem.path for problem in problems]


@pytest.mark.parametrize(
    ("url", "filled"),
    [
        ("https://a.example/back?x=1", "https://a.example/back?x=1"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://127.0.0.1/back", "http://127.0.0.1/back"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("myapp://callback", "myapp://callback"),
        ("com.acme.app:/back", "com.acme.app:/back"),
        ("https://{environment}-auth.{product}.app", "https://dev-auth.acme.app"),
        ("https://{authDomain}/back", "https://dev-auth.acme.app/back"),
    ],
)
def test_a_url_that_aws_takes_is_taken_with_placeholders_filled(url: str, filled: str) -> None:
    settings, problems = settled(client(callbackUrls=[url]))
    assert not problems
    assert settings.clients["app"].callback_urls == [filled]


@pytest.mark.parametrize(
    ("config", "suggestion"),
    [
        ({"prodct": "x"}, "product"),
        (client(calbackUrls=[]), "callbackUrls"),
        (client(scopes=["project.raed"]), "project.read"),
        (client(callbackUrls=["https://{prodct}.example"]), "product"),
        ({"product": "Acme"}, "acme"),
        (client(tokenValidity={"acces": "1h"}), "access"),
        ({"userPool": {"passwordPolicy": {"minLength": 8}}}, "minimumLength"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_the_nearest_word(config: dict[str, Any], suggestion: str) -> None:
    _, problems = settled(config)
    assert any(f'"{suggestion}"' in problem.fix for problem in problems)


def test_all_mistakes_are_told_at_once() -> None:
    _, problems = settled(
        {
            "product": "Acme",
            "zoneName": "a.b",
            "zoneId": "Z1",
            "apis": {"cart": {"scopes": {"read": ""}}},
            "clients": {"app": {"secrt": True, "callbackUrls": ["http://x.example"]}, "m2m": {"flow": "implicit"}},
            "userPool": {"caseSensitive": 1},
        }
    )
    assert {problem.path for problem in problems} >= {
        "identity:product",
        "identity:zoneId",
        "identity:apis.cart.scopes.read",
        "identity:clients.app.secrt",
        "identity:clients.app.callbackUrls[0]",
        "identity:clients.m2m.flow",
        "identity:userPool.caseSensitive",
    }


def test_a_report_names_file_key_value_rule_and_fix() -> None:
    _, problems = settled({"product": "Acme"})
    report = str(ConfigError("dev", problems))
    for part in ("Pulumi.dev.yaml", "identity:product", '"Acme"', "allowed:", 'write "acme"'):
        assert part in report


def test_a_password_in_a_url_is_not_shown() -> None:
    _, problems = settled(client(callbackUrls=["http://me:hush@a.example/"]))
    assert "hush" not in str(ConfigError("dev", problems))


def test_a_refused_config_registers_nothing(deploy: Deploy) -> None:
    seen: list[str] = []
    with pytest.raises(ConfigError) as refused:
        seen.extend(deploy({"product": "Acme", "clients": {"a": {}}}).resources)
    assert len(refused.value.problems) == 2
    assert not seen


@pytest.mark.parametrize("text", ["{", "[1", "nul", "", "\x00", '{"a": NaN}', "[" * 5000, '"\\ud800"', "1e999"])
@pytest.mark.parametrize("key", ["apis", "clients", "userPool", "tags", "allowLoss", "resourceServerLimit"])
def test_no_text_yields_a_traceback(key: str, text: str) -> None:
    problems = check({"identity:product": "acme", f"identity:{key}": text}, "dev")[1]
    assert all(str(problem) for problem in problems)


def test_a_client_that_says_nothing_is_the_safe_one() -> None:
    app = settled(client())[0].clients["app"]
    assert not app.secret
    assert app.flows == ["code"]
    assert app.auth_flows == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    assert app.scopes is not None
    assert app.scopes[0] == "openid"
    assert len(app.scopes) == 7


def test_a_rotating_client_has_no_refresh_flow() -> None:
    assert settled(client(rotateRefreshTokens=True))[0].clients["app"].auth_flows == ["ALLOW_USER_SRP_AUTH"]


def test_environment_is_the_stack_where_not_given() -> None:
    assert settled({}, stack="staging")[0].names.environment == "staging"


def test_keys_are_those_of_the_schema() -> None:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert {f"identity:{key}" for key in KEYS} == set(schema)
    assert all("description" in entry for entry in schema.values())
    # With a type, the engine requires a default of that type. So an object without a default has no type.
    untyped = {key for key, entry in schema.items() if "type" not in entry}
    assert untyped == {f"identity:{key}" for key in ("login", "identityPool", "publish", "cloudFormationExports")}


def test_three_hundred_apis_and_a_thousand_clients_are_sound() -> None:
    apis = {f"api{n}": {"scopes": {"read": "Read", "write": "Write"}} for n in range(300)}
    clients = {f"app{n}": {**CLIENT, "scopes": ["openid", f"api{n % 300}.read"]} for n in range(1000)}
    started = time.process_time()
    settings, problems = settled({"resourceServerLimit": 300, "apis": apis, "clients": clients})
    assert not problems
    assert len(settings.clients) == 1000
    assert time.process_time() - started < 5  # far above the usual time: only an explosion of run time fails


def test_yaml_and_json_of_a_value_mean_the_same() -> None:
    text = json.dumps({"app": CLIENT})
    assert settled({"clients": text})[0] == settled({"clients": {"app": CLIENT}})[0]
