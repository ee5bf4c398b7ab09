"""Callback and logout URLs: those that cannot work, or would work for an attacker."""

from typing import Any

import pytest
import yaml

from identity.client.rules import SHIPPED_URLS
from identity.config import check
from identity.errors import ConfigError, Problem
from identity.loopback import is_loopback
from tests.support.program import ROOT, config_of

ANY = "0.0.0.0"  # noqa: S104
FIELDS = ("callbackUrls", "logoutUrls")


def told(client: dict[str, Any], key: str = "app") -> tuple[list[Problem], list[Problem]]:
    whole = {"callbackUrls": ["https://app.example/back"], **client}
    found = check(config_of({"product": "acme", "clients": {key: whole}}), "dev")[1]
    return [entry for entry in found if not entry.warning], [entry for entry in found if entry.warning]


REFUSED: list[tuple[str, str]] = [
    *((url, "a port from 1") for url in ("https://a.example:0/cb", "http://localhost:00/cb")),
    *(
        (url, "user info")
        for url in (
            "https://shop.app@evil.example/cb",
            "https://shop.app:443@evil.example/cb",
            "https://@evil.example/cb",
            "https://shop.app%40evil.example/cb",
            "HTTPS://me:hush@evil.example",
            "myapp://shop@evil/cb",
            "shop:hush@evil.example",
            "shop:hush%40evil.example/cb",
        )
    ),
    *(
        (url, "punycode")
        for url in ("https://shöp.example/cb", "https://\u0430pple.example/cb", "myapp://gr\u00f6\u00dfe/cb")
    ),
    *(
        (f"{scheme}{rest}", "no app receives a code")
        for scheme in ("ws:", "wss:", "ftp:", "FTPS:", "Intent:", "file:", "javascript:", "JavaScript:", "data:")
        for rest in ("//a.example/cb", "x")
    ),
    *(
        (f"{scheme}:a.example/cb", "no app receives a code")
        for scheme in ("blob", "about", "view-source", "vbscript", "mailto", "sms", "tel", "urn", "ldap", "content")
    ),
    *(
        (f"http://{host}/cb", "https; http only on localhost")
        for host in (
            *("127.0.0.2", "127.1", ANY, "0", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001"),
            *("localhost.", "app.localhost", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]"),
            *("127.0.0.1.", "localhost.example", "10.0.0.1", "[2001:db8::1]", "app.example"),
        )
    ),
    *(
        (url, "")
        for url in (
            "https://a\\b.example/cb",
            "https:\\\\a.example/cb",
            "https://a.example\t/cb",
            "\thttps://a.example/cb",
            "https://a.example/cb\n",
            "https://a.example /cb",
            "https://a.exam\u200bple/cb",
            "https://a\uff0fb.example/cb",
            "https://a.example%2f.evil.example/cb",
            "https://a%00.example/cb",
            "https://a..example/cb",
            "https://-a.example/cb",
            "https://*.a.example/cb",
            "https://a.example:/cb",
            "https://a.example:99999/cb",
            "https://a.example:x/cb",
            "https://256.1.1.1/cb",
            "https://[::1/cb",
            "https://[v1.x]/cb",
            "https://[fe80::1%25eth0]/cb",
            "https:a.example/cb",
            "https:/a.example/cb",
            "https:///a.example/cb",
            "//a.example/cb",
            "localhost:9000",
            "localhost:9000/cb",
            "a.example:443/cb",
            "myapp:",
            "myapp:/",
            "my app://x",
            "1app://x",
        )
    ),
]


@pytest.mark.parametrize(("url", "says"), REFUSED)
@pytest.mark.parametrize("field", FIELDS)
def test_a_url_that_cannot_work_or_leads_elsewhere_is_refused_with_its_reason(url: str, says: str, field: str) -> None:
    problems, _ = told({field: [url]})
    assert [problem.path for problem in problems] == [f"identity:clients.app.{field}[0]"]
    assert says in f"{problems[0].allowed} {problems[0].fix}"
    assert "hush" not in str(ConfigError("dev", problems))


@pytest.mark.parametrize(
    "url",
    [
        "myapp://",
        "myapp://x",
        "MyApp://callback/x?y=z",
        "com.x.app:/x",
        "com.x.app:/x@y",
        "https://a.example/a@b",
        "https://a.example/cb?to=me@a.example",
        "https://a.example/%40me",
        "https://a.example:8443/cb",
        "https://xn--shp-tna.example/cb",
        "https://a_b.example/cb",
        "https://10.0.0.1/cb",
        "https://[2001:db8::1]:8443/cb",
        "https://localhost/cb",
        "https://app.localhost:3000/cb",
        "http://localhost/cb",
        "http://LOCALHOST:3000/cb",
        "http://127.0.0.1:3000/cb",
        "http://[::1]:3000/cb",
        "{product}://cb",
    ],
)
@pytest.mark.parametrize("field", FIELDS)
def test_a_url_that_works_is_taken_without_a_word(url: str, field: str) -> None:
    assert told({field: [url]}) == ([], [])


LOOPBACK = [
    *(
        "localhost",
        "LocalHost",
        "localhost.",
        "a.localhost",
        "a.b.localhost.",
        "localhost.localdomain",
        "ip6-localhost",
    ),
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "127.0.0.1.", "127.1", "127.0.1", ANY, "0", "0x0", "0x", "256"),
    *("2130706433", "0x7f000001", "0X7F.1", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "0177.1", "%31%32%37.0.0.1"),
    *("::1", "[::1]", "::", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::1%lo"),
    *("::ffff:0.0.0.0", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1"),
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_every_name_of_the_machine_itself_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", ".", "localhost.example", "mylocalhost", "notlocalhost.app", "128.0.0.1", "126.255.255.255", "1.1.1.1"),
        *("2147483648", "0x80.1", "127.0.0.1.example", "127.0.0.0.1", "127.256.0.1", "::2", "::ffff:1.1.1.1"),
        *("2001:db8::1", "fe80::1", "127.x", "08.0.0.1", "64:ff9b::1.1.1.1", "99999999999999999999999"),
    ],
)
def test_no_other_host_is_taken_for_it(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        ANY,
        "localhost.",
        "a.localhost",
        "[::ffff:127.0.0.1]",
        "[::]",
        "2130706433",
        "0x7f.1",
        "127.1",
    ],
)
def test_a_secret_is_not_sent_to_the_machine_itself_by_another_name(host: str) -> None:
    problems, _ = told({"secret": True, "callbackUrls": [f"https://{host}/cb"]})
    assert [problem.path for problem in problems] == ["identity:clients.app.callbackUrls[0]"]
    assert "secret: false" in problems[0].fix
    assert told({"callbackUrls": [f"https://{host}/cb"]}) == ([], [])


@pytest.mark.parametrize("url", ["http://localhost:9000", "https://a.example", "https://a.example?x=1"])
def test_a_callback_without_a_path_is_warned_of_once_a_client(url: str) -> None:
    problems, warnings = told({"callbackUrls": ["https://b.example/cb", url, "https://c.example"]})
    assert not problems
    assert [warning.path for warning in warnings] == ["identity:clients.app.callbackUrls[1]"]


@pytest.mark.parametrize(
    "urls",
    [
        ["https://a.example/"],
        ["https://a.example", "https://a.example/"],
        ["myapp://"],
        ["myapp://back"],
        ["com.x.app:/x"],
    ],
)
def test_a_callback_that_browsers_send_as_it_is_written_is_not_warned_of(urls: list[str]) -> None:
    assert told({"callbackUrls": urls}) == ([], [])


def test_the_default_clients_are_not_warned_of() -> None:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    defaults = schema["identity:clients"]["default"]
    assert {key: client["callbackUrls"] for key, client in defaults.items()} == SHIPPED_URLS
    assert check(config_of({"product": "acme"}), "dev")[1] == []


SCOPES: list[tuple[list[str], bool]] = [
    (["email"], True),
    (["phone", "profile"], True),
    (["profile", "task.read"], True),
    (["openid", "email", "phone", "profile"], False),
    (["openid"], False),
    (["task.read"], False),
    (["aws.cognito.signin.user.admin"], False),
]


@pytest.mark.parametrize(("scopes", "warned"), SCOPES)
def test_what_is_said_of_a_person_needs_openid_which_aws_tells_at_the_sign_in_alone(
    scopes: list[str], warned: bool
) -> None:
    problems, warnings = told({"scopes": scopes})
    assert not problems
    assert [(warning.path, warning.fix) for warning in warnings if warning.fix == "add openid"] == [
        ("identity:clients.app.scopes", "add openid")
    ] * warned


def test_a_flow_that_the_pool_cannot_serve_is_refused_with_what_it_lacks() -> None:
    problems, _ = told({"authFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"]})
    assert [problem.path for problem in problems] == ["identity:clients.app.authFlows[1]"]
    assert "a flow that the pool supports" in problems[0].allowed


def test_the_flow_of_custom_sign_in_without_its_triggers_which_live_clients_have_is_warned_of() -> None:
    problems, warnings = told({"authFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]})
    assert not problems
    assert any("a flow that the pool supports" in warning.allowed for warning in warnings)
