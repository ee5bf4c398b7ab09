"""Errors for empty, encrypted, misplaced or too long config say how to fix it."""

import json
from itertools import pairwise
from typing import Any

import pytest

from identity.config import check
from identity.errors import ConfigError, Problem
from identity.project_file import defaults
from policy import exemptions
from policy.enforcement import RULES
from tests.support import program
from tests.support.program import Deploy, config_of

SOUND: dict[str, Any] = {"product": "acme"}


def told(config: dict[str, Any]) -> list[Problem]:
    return program.config_errors({**SOUND, **config})


@pytest.mark.parametrize("key", ["clients", "apis", "userPool", "tags"])
def test_nothing_is_neither_the_default_nor_an_empty_object(key: str) -> None:
    (problem,) = told({key: None})
    assert (problem.path, problem.received) == (f"identity:{key}", "null")
    assert "remove the key" in problem.fix


@pytest.mark.parametrize(
    ("config", "path", "count"),
    [
        ({"apis": {"a": {"scopes": {f"s{i}": "x" for i in range(101)}}}}, "identity:apis.a.scopes", "101"),
        ({"clients": {"a": {"callbackUrls": [f"https://a.example/{i}" for i in range(101)]}}}, "callbackUrls", "101"),
        ({"userPool": {"customAttributes": {f"a{i}": {} for i in range(51)}}}, "customAttributes", "51"),
    ],
)
def test_what_is_too_many_or_too_few_is_counted(config: dict[str, Any], path: str, count: str) -> None:
    assert [problem.received.split()[0] for problem in told(config) if problem.path.endswith(path)] == [count]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("identiy:protect", "identity:protect"),
        ("identitty:clients", "identity:clients"),
        ("Identity:product", "identity:product"),
        ("idenity:apis", "identity:apis"),
    ],
)
def test_a_namespace_that_is_almost_ours_is_a_slip(key: str, meant: str) -> None:
    (problem,) = told({key: "true"})
    assert (problem.path, problem.fix) == (key, f'did you mean "{meant}"?')


@pytest.mark.parametrize(
    ("config", "fix"),
    [
        ({"userPool": {"passwordPolicy.minimumLength": 12}}, "nest it: `passwordPolicy: {minimumLength: ...}`"),
        ({"userPool": {"password.minimumLength": 12}}, "nest it: `passwordPolicy: {minimumLength: ...}`"),
        ({"userPool": {"triggers.preSignUp.path": "x"}}, "nest it: `triggers: {preSignUp: {path: ...}}`"),
        ({"userPool.triggers": {}}, "nest it: `userPool: {triggers: ...}`"),
        ({"userPool": {"https://a.example": 1}}, ""),
    ],
)
def test_a_path_as_a_key_is_told_as_nested_keys(config: dict[str, Any], fix: str) -> None:
    (problem,) = told(config)
    assert problem.fix == fix


@pytest.mark.parametrize("key", ["aws:region", "pulumi:tags", "datadog:apiKey", "auth:identity", "id:x"])
def test_another_programs_namespace_is_its_own(key: str) -> None:
    assert told({key: "x"}) == []


@pytest.mark.parametrize("key", ["domainPrefix", "clients", "product", "tags", "protect", "departures", "apis"])
@pytest.mark.parametrize("hush", ["hush-hush", "HUSH", {"hush": {"scopes": {"hush": "hush"}}}])
def test_an_encrypted_value_is_refused_and_never_shown(deploy: Deploy, key: str, hush: Any) -> None:
    """Errors that follow from it are hidden too: a domain outside of the zone, and a scope that is almost correct."""
    zone = {"zoneName": "hash.app", "clients": {"app": {"callbackUrls": ["https://a.example/b"], "scopes": ["hush.x"]}}}
    config = config_of({**SOUND, **zone, key: hush})
    with pytest.raises(ConfigError) as refused:
        deploy(config, stack="dev", secrets=[f"identity:{key}"])
    assert "hush" not in str(refused.value).lower()
    assert [problem.path for problem in refused.value.problems] == [f"identity:{key}"]
    assert "without --secret" in refused.value.problems[0].fix


@pytest.mark.parametrize(
    "url",
    [
        "https:/me:hush@x.example/cb",
        "https:me:hush@x.example/cb",
        "//me:hush@x.example/cb",
        "me:hush@x.example",
        "https://me:hush%40x.example/cb",
        "https://me:hu@sh#hush@x.example/cb",
        "https://me:hush@x.example/" + "x" * 2000,
    ],
)
@pytest.mark.parametrize("shape", ["{}", "[{}]", '{{"x": {}}}', '[{{"x": [{}]}}]'])
@pytest.mark.parametrize("flow", ["code", "client_credentials"])
def test_the_password_of_a_url_is_never_shown(url: str, shape: str, flow: str) -> None:
    given = json.loads(shape.format(json.dumps(url)))
    clients = {"a": {"flow": flow, "secret": flow != "code", "callbackUrls": given, "logoutUrls": given}}
    for config in ({"clients": clients}, {"clients": given}, {"clients": {"a": given}}, {"zoneName": url}):
        problems = told(config)
        assert problems
        assert "hush" not in str(ConfigError("dev", problems))


@pytest.mark.parametrize(
    "clients",
    [
        {"a": {"callbackUrls": ["https://a.example/b"], "secret": "hush-hush"}},
        {"a": {"callbackUrls": ["https://a.example/b"], "clientSecret": "hush-hush"}},
        [{"key": "a", "clientSecret": "hush-hush"}],
        {"a": {"callbackUrls": {"password": "hush-hush"}}},
    ],
)
def test_a_secret_that_is_put_where_none_belongs_is_not_shown(clients: Any) -> None:
    problems = told({"clients": clients})
    assert problems
    assert "hush" not in str(ConfigError("dev", problems))


@pytest.mark.parametrize(
    ("reason", "taken"),
    [
        ("Shipped before rotation.", True),
        ("Old apps need it", True),
        ("x", False),
        ("ok", False),
        ("on purpose", False),
        ("", False),
        ("   ", False),
        ("<why>", False),
        ("<say why here>", False),
        ("<why> <why> <why>", False),
        ("why why why", False),
        ("- - -", False),
        ("... ... ...", False),
        ("1 2 3", False),
        ("a b c", False),
        ("n/a N/A n/a", False),
        ("\u200b \u200c \u200d", False),
        ("Bis Ende Mai geduldet", True),
        ("Старый клиент, скоро уйдёт.", True),
        ("旧システムの一部で、まだ使われている。", True),
        ("旧系统的客户端仍在使用密码登录", True),
        ("はい", False),
    ],
)
def test_a_reason_says_something(reason: str, taken: bool) -> None:
    found, errors = exemptions.read(json.dumps({"tags": {"customers": reason}}), RULES)
    assert (bool(found), bool(errors)) == (taken, not taken)


def test_nobody_is_nagged_of_the_defaults() -> None:
    default = defaults()["exemptions"]
    assert exemptions.are_default(default)
    other = {**json.loads(default), "tags": {"x": "Made by another team."}}
    assert not exemptions.are_default(json.dumps(other))
    assert not exemptions.are_default(None)
    assert not exemptions.are_default("{")


def test_the_old_names_of_two_keys_are_read_and_warned_of() -> None:
    entry = {"callbackUrls": ["https://a.example/back"], "formerly": "app"}
    api = {"scopes": {"read": "Read"}, "formerly": "cart"}
    old = {"departures": {"tags": {"x": "Made by another team."}}, "clients": {"web": entry}, "apis": {"shop": api}}
    settings, found = check(config_of({**SOUND, **old}), "dev")
    assert [item for item in found if not item.warning] == []
    assert settings.clients["web"].renamed_from == "app"
    assert settings.apis["shop"].renamed_from == "cart"
    renamed = [warning.path for warning in found if "the new name" in warning.allowed]
    assert renamed == ["identity:departures", "identity:apis.shop.formerly", "identity:clients.web.formerly"]


ENTRY = {"callbackUrls": ["https://a.example/back"], "scopes": ["openid"]}
MEANT = {"tags": {"x": "Made by another team."}}


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"departures": MEANT, "exemptions": {"pool-mfa": {"*": "Nobody has one yet."}}}, "departures"),
        ({"departures": {}, "exemptions": MEANT}, "departures"),
        ({"departures": "x", "exemptions": MEANT}, "departures"),
        ({"clients": {"web": {**ENTRY, "formerly": "a", "renamedFrom": "b"}}}, "clients.web.formerly"),
        ({"clients": {"web": {**ENTRY, "formerly": None, "renamedFrom": "b"}}}, "clients.web.formerly"),
        (
            {"apis": {"shop": {"scopes": {"read": "Read"}, "formerly": "a", "renamedFrom": "b"}}, "clients": {}},
            "apis.shop.formerly",
        ),
    ],
)
def test_of_an_old_and_a_new_name_in_one_file_neither_is_lost_in_silence(config: dict[str, Any], path: str) -> None:
    (problem,) = told(config)
    assert problem.path == f"identity:{path}"
    assert problem.received
    assert "one of the two would be ignored" in problem.allowed
    assert "remove this key" in problem.fix


@pytest.mark.parametrize(
    "config",
    [
        {"departures": MEANT, "exemptions": MEANT},
        {"departures": MEANT, "exemptions": {}},
        {"departures": MEANT, "exemptions": json.loads(defaults()["exemptions"])},
        {"clients": {"web": {**ENTRY, "formerly": "a", "renamedFrom": "a"}}},
    ],
)
def test_an_old_name_that_takes_nothing_from_the_new_one_is_only_warned_of(config: dict[str, Any]) -> None:
    assert told(config) == []
    found = check(config_of({**SOUND, **config}), "dev")[1]
    assert len([warning for warning in found if "the new name" in warning.allowed]) == 1


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"departures": None}, "departures"),
        ({"departures": {"tags": {"x": 5}}}, "departures.tags.x"),
        ({"clients": {"web": {**ENTRY, "formerly": 5}}}, "clients.web.formerly"),
        ({"clients": {"web": {**ENTRY, "formerly": "web"}}}, "clients.web.formerly"),
    ],
)
def test_a_slip_under_an_old_name_is_told_by_the_name_that_the_file_has(config: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in told(config)] == [f"identity:{path}"]


TEXTS = ("product", "environment", "zoneName", "zoneId", "zoneExport", "authDomain", "domainPrefix")
FLAGS = ("production", "customDomain", "protect", "cloudFormationExports")


@pytest.mark.parametrize("key", [*TEXTS, *FLAGS, "allowLoss", "exemptions", "resourceServerLimit"])
def test_a_key_with_nothing_behind_it_is_no_value_and_no_name(key: str) -> None:
    """Otherwise "null" would become the product and part of every resource name."""
    (problem,) = told({key: None})
    assert (problem.path, problem.received.strip('"')) == (f"identity:{key}", "null")
    assert "remove the key" in problem.fix


@pytest.mark.parametrize(("word", "meant"), [("yes", "true"), ("True", "true"), (" on", "true"), ("NO", "false")])
@pytest.mark.parametrize("key", FLAGS)
def test_a_word_for_true_or_false_is_refused_with_the_one_to_write(key: str, word: str, meant: str) -> None:
    (problem,) = told({key: word, "zoneId": "Z1"})
    assert problem.fix == f"write {meant}"
    assert told({key: meant, "zoneId": "Z1"}) == []


@pytest.mark.parametrize("limit", [True, False, "x", 25.5, [25], {}])
def test_a_limit_is_a_number_and_nothing_that_could_stand_for_one(limit: Any) -> None:
    assert [problem.path for problem in told({"resourceServerLimit": limit})] == ["identity:resourceServerLimit"]


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\r", "a\x0bb", "a\x85b", "a\x1cb", "a,b", "a*", "\u200b"])
def test_a_tag_of_what_aws_takes_for_no_text_is_refused(text: str) -> None:
    assert told({"tags": {text: "x"}})
    assert told({"tags": {"team": text}})


@pytest.mark.parametrize("text", ["a b", "größe", "チーム", "a\u00a0b", "½", "a.b:c/d=e+f@g-h_i"])
def test_a_tag_that_aws_takes_is_taken(text: str) -> None:
    assert told({"tags": {text: text}}) == []


ADVISED: list[tuple[str, str]] = [
    *(
        ("authDomain", item)
        for item in ("Auth.Acme.App", " auth.acme.app ", "https://Auth.acme.app/", "A_b.App", "x..Y")
    ),
    *(("zoneName", item) for item in ("Acme.App.", "HTTPS://acme.app", "acme.app/", "Acme App", "-A.app", "Acme")),
    *(("zoneId", item) for item in ("/hostedzone/Z123", "hostedzone/Z123", " Z123", "z123", "/hostedzone/")),
    *(("product", item) for item in ("Acme", " acme", "AC_ME", "Acme-")),
    *(("environment", item) for item in ("Dev", "Dev_1", "-Dev")),
    *(("protect", item) for item in ("Yes", "off", "maybe")),
]


@pytest.mark.parametrize(("key", "value"), ADVISED)
def test_what_a_fix_says_to_write_is_taken(key: str, value: str) -> None:
    (problem,) = told({key: value})[:1]
    assert problem.path == f"identity:{key}"
    written = problem.fix.removeprefix("write ").strip('"')
    if problem.fix:
        assert [item for item in told({key: written}) if item.path == problem.path] == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("custom:email", "every pool has email"),
        ("custom:Sub", "every pool has sub"),
        ("custom:", "write 1-20 visible characters"),
        ("custom:a b", "write 1-20 visible characters"),
        ("custom:" + "x" * 21, "write 1-20 visible characters"),
        ("dev:custom:custom:x", 'write "x"'),
        ("custom:a:b", 'write "a:b"'),
    ],
)
def test_the_name_to_write_without_cognitos_prefix_is_one_that_is_taken(name: str, says: str) -> None:
    (problem,) = told({"userPool": {"customAttributes": {name: {}}}})
    assert says in problem.fix


@pytest.mark.parametrize(("flow", "rotate"), [("ALLOW_USER_AUTH", False), ("ALLOW_REFRESH_TOKEN_AUTH", True)])
def test_taking_the_only_entry_of_a_list_out_ends_with_a_fix_that_holds(flow: str, rotate: bool) -> None:
    entry = {**ENTRY, "rotateRefreshTokens": rotate}
    (problem,) = told({"clients": {"web": {**entry, "authFlows": [flow]}}})
    assert "remove" in problem.fix
    (problem,) = told({"clients": {"web": {**entry, "authFlows": []}}})
    assert problem.fix == "remove the key to use its default"
    assert told({"clients": {"web": entry}}) == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"[key]": ""}, "[key]"),
        ({"userPool": {"[key]": 1}}, "userPool.[key]"),
        ({"groups": {"[key]": {"precedence": -1}}}, "groups.[key].precedence"),
        ({"clients": {"a b": {}}}, "clients.a b"),
    ],
)
def test_a_key_that_is_called_like_a_mark_of_the_library_is_a_key(given: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in told({"product": "acme", **given})] == [f"identity:{path}"]


@pytest.mark.parametrize("config", [{"tags": {"product": "x"}}, {"clients": {"a": {"flow": "implicit"}}}, {"apis": []}])
def test_no_word_stands_twice_in_a_row(config: dict[str, Any]) -> None:
    words = [str(problem).split() for problem in told(config)]
    assert words
    assert not [first for line in words for first, second in pairwise(line) if first == second]
