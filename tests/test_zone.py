"""The hosted zone, looked up before anything is registered."""

from typing import Any

import pytest

from identity.report import ConfigError
from tests.conftest import ZONE_ID, Deploy


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
    assert refused.value.problems[0].mend


def test_a_parent_without_address_is_told_with_what_to_do(deploy: Deploy) -> None:
    with pytest.raises(ConfigError, match=r"add an A record for focusmark\.app"):
        deploy({"product": "focusmark", "zoneName": "focusmark.app", "customDomain": True}, apex_address=False)
