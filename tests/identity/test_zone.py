"""The lookup of the hosted zone, before a resource is registered."""

import logging
from typing import Any

import pytest

from identity.errors import ConfigError
from tests.support.program import ZONE_ID, Deploy


@pytest.mark.parametrize(
    ("config", "options", "path"),
    [
        ({"zoneName": "nobody.app", "authDomain": "auth.nobody.app"}, {}, "identity:zoneName"),
        ({"zoneId": "Z9"}, {}, "identity:zoneId"),
        ({"zoneExport": "nobody-zone"}, {}, "identity:zoneExport"),
        ({"zoneId": ZONE_ID}, {"zone": "other.app"}, "identity:authDomain"),
        ({"zoneName": "focusmark.app", "customDomain": True}, {"apex_address": False}, "identity:customDomain"),
        (
            {"zoneName": "focusmark.app", "customDomain": True, "authDomain": "a.b.focusmark.app"},
            {},
            "identity:customDomain",
        ),
    ],
)
def test_a_zone_that_will_not_do_is_refused(
    deploy: Deploy, config: dict[str, Any], options: dict[str, Any], path: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        deploy({"product": "focusmark", **config}, **options)
    assert [problem.path for problem in refused.value.problems] == [path]
    assert refused.value.problems[0].fix


def test_a_parent_without_address_is_told_with_what_to_do(deploy: Deploy) -> None:
    with pytest.raises(ConfigError, match=r"add an A record for focusmark\.app"):
        deploy({"product": "focusmark", "zoneName": "focusmark.app", "customDomain": True}, apex_address=False)


CUSTOM = {"product": "focusmark", "customDomain": True}
BELOW = {**CUSTOM, "zoneName": "focusmark.app", "authDomain": "login.eu.focusmark.app"}


@pytest.mark.parametrize(
    "record",
    [
        ("eu.focusmark.app.", "A"),
        ("eu.focusmark.app.", "CNAME"),
        ("\\052.focusmark.app.", "A"),
        ("*.focusmark.app.", "CNAME"),
    ],
)
def test_a_parent_that_resolves_is_taken_without_a_word(
    deploy: Deploy, record: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert deploy(BELOW, records=[record]).one("UserPoolDomain")
    assert not caplog.records


@pytest.mark.parametrize(
    "records",
    [
        [],
        [("eu.focusmark.app.", "AAAA")],
        [("eu.focusmark.app.", "TXT")],
        [("us.focusmark.app.", "A")],
        [("xeu.focusmark.app.", "A")],
        [("euxfocusmark.app.", "A")],
        [("login.eu.focusmark.app.", "A")],
        [("\\052.eu.focusmark.app.", "A")],
        [("focusmark.app.", "NS")],
    ],
)
def test_a_parent_in_the_zone_that_does_not_resolve_is_refused(deploy: Deploy, records: list[tuple[str, str]]) -> None:
    with pytest.raises(ConfigError, match=r"add an A record for eu\.focusmark\.app"):
        deploy(BELOW, records=records)


def test_a_custom_domain_that_a_cname_serves_is_kept_by_its_certificate(deploy: Deploy) -> None:
    with pytest.raises(ConfigError, match="keep the CNAME with `identity:zoneName: none` and `identity:certificateArn"):
        deploy(BELOW, records=[("eu.focusmark.app.", "A"), ("login.eu.focusmark.app.", "CNAME")])
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    run = deploy({**BELOW, "zoneName": "none", "certificateArn": arn})
    assert run.one("UserPoolDomain").inputs["certificateArn"] == arn
    assert not run.of_type("Record")
    assert run.outputs["dnsRecords"] == [
        {"name": "login.eu.focusmark.app", "type": "CNAME", "value": "d1.cloudfront.net"}
    ]


def test_a_cname_of_another_name_stands_in_nobodys_way(deploy: Deploy) -> None:
    records = [("eu.focusmark.app.", "A"), ("x.login.eu.focusmark.app.", "CNAME"), ("*.eu.focusmark.app.", "CNAME")]
    assert deploy(BELOW, records=records).one("UserPoolDomain")


@pytest.mark.parametrize(
    ("config", "options"),
    [
        ({**CUSTOM, "zoneName": "auth.acme.app", "authDomain": "auth.acme.app"}, {"zone": "auth.acme.app"}),
        ({**CUSTOM, "zoneId": ZONE_ID, "authDomain": "auth.acme.app"}, {"zone": "auth.acme.app"}),
        (BELOW, {"records": [("eu.focusmark.app.", "NS")]}),
    ],
)
def test_a_parent_that_is_not_in_the_zone_is_only_warned_of(
    deploy: Deploy, config: dict[str, Any], options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        run = deploy(config, **options)
    assert run.one("UserPoolDomain").inputs["domain"] == config["authDomain"]
    (warning,) = [record.message for record in caplog.records]
    assert "identity:customDomain" in warning
    assert config["authDomain"].split(".", 1)[1] in warning


def test_a_custom_domain_whose_parent_is_a_top_level_is_refused(deploy: Deploy) -> None:
    with pytest.raises(ConfigError, match=r"write auth\.acme\.app"):
        deploy({**CUSTOM, "zoneName": "acme.app", "authDomain": "acme.app"}, zone="acme.app")
