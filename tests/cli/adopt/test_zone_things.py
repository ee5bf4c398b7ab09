"""What a zone has of a custom domain already: each record that is there is taken, and no other."""

from typing import Any

import pytest

from cli.adopt import zone_things
from identity import config

ZONE = "Z1"
CONFIG = {"product": "acme", "customDomain": "true", "authDomain": "auth.acme.app", "zoneId": ZONE}
SETTINGS = config.check({f"identity:{key}": value for key, value in CONFIG.items()}, "prod")[0]


class Records:
    """An account with one zone; Route 53 answers with the first record from a name and a type on."""

    def __init__(self, *there: tuple[str, str]) -> None:
        self.there = sorted(there)

    def ask(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}

    def client(self, _: str) -> "Records":
        return self

    def list_resource_record_sets(self, StartRecordName: str, StartRecordType: str, **_: str) -> dict[str, Any]:
        later = [(name, kind) for name, kind in self.there if (name, kind) >= (f"{StartRecordName}.", StartRecordType)]
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
