"""Existing records of a custom domain in a zone are imported, and no other records."""

from typing import Any

import pytest
from botocore.stub import Stubber

from cli.adopt import zone_things
from cli.adopt.account import Account
from identity import config
from local.console import Failure

ZONE = "Z1"
CONFIG = {"product": "acme", "customDomain": "true", "authDomain": "auth.acme.app", "zoneId": ZONE}
SETTINGS = config.check({f"identity:{key}": value for key, value in CONFIG.items()}, "prod")[0]


class Records:
    """A fake account with one zone. Route 53 returns the first record at or after a name and type."""

    def __init__(self, *there: tuple[str, str]) -> None:
        self.there = sorted(there)

    def ask(self, _service: str, operation: str, _region: str | None = None, **request: Any) -> dict[str, Any]:
        if operation != "list_resource_record_sets":
            return {}
        first = (f"{request['StartRecordName']}.", request["StartRecordType"])
        later = [(name, kind) for name, kind in self.there if (name, kind) >= first]
        return {"ResourceRecordSets": [{"Name": name, "Type": kind} for name, kind in later[:1]]}


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (("A", "AAAA"), {"customers-alias-a", "customers-alias-aaaa"}),
        (("A",), {"customers-alias-a"}),
        (("AAAA", "TXT"), {"customers-alias-aaaa"}),
        (("CNAME",), set()),
        ((), set()),
    ],
)
def test_each_record_that_serves_the_domain_is_taken_and_what_lacks_is_made(
    there: tuple[str, ...], taken: set[str]
) -> None:
    account: Any = Records(*(("auth.acme.app.", kind) for kind in there), ("x.acme.app.", "A"))
    assert zone_things.read(account, SETTINGS).keys() == taken


def test_a_zone_whose_records_may_not_be_read_is_told_without_a_traceback() -> None:
    account = Account({"aws:region": "eu-west-1", "aws:accessKey": "x", "aws:secretKey": "y"})
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    said = {f"identity:{key}": value for key, value in {**CONFIG, "certificateArn": certificate}.items()}
    asked = {"HostedZoneId": ZONE, "StartRecordName": "auth.acme.app", "StartRecordType": "A", "MaxItems": "1"}
    with Stubber(account.client("route53", None)) as zone:
        zone.add_client_error("list_resource_record_sets", "AccessDenied", expected_params=asked)
        with pytest.raises(Failure, match="may not call ListResourceRecordSets"):
            zone_things.read(account, config.check(said, "prod")[0])
