"""The certificate and its validation."""

from tests.support.program import ZONE_ID, Deploy

CONFIG = {"product": "focusmark", "zoneName": "focusmark.app"}


def test_the_certificate_is_validated_by_one_record_in_the_zone(deploy: Deploy) -> None:
    run = deploy(CONFIG)
    assert run.one("Certificate").inputs["validationMethod"] == "DNS"
    record = run.one("Record").inputs
    assert (record["zoneId"], record["name"], record["type"], record["records"]) == (ZONE_ID, "_x", "CNAME", ["_y"])
    assert run.one("CertificateValidation").inputs["validationRecordFqdns"] == ["_x"]


def test_a_record_that_an_earlier_certificate_left_is_taken_over(deploy: Deploy) -> None:
    assert deploy(CONFIG).one("Record").inputs["allowOverwrite"]


def test_validation_does_not_wait_75_minutes_for_a_zone_that_is_not_delegated(deploy: Deploy) -> None:
    assert deploy(CONFIG).one("CertificateValidation").create_timeout == "15m"


def test_without_a_custom_domain_it_lives_in_the_stacks_region(deploy: Deploy) -> None:
    assert "region" not in deploy(CONFIG).one("Certificate").inputs
