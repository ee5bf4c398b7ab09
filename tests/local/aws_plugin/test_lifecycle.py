"""Create, read, update, import and delete each resource type of the plugin on a real emulator."""

import json

import pytest

from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.emulator import Refusal
from tests.local.aws_plugin.cases import CASES, CLIENT, REMEMBERED, TRUST, Case
from tests.local.aws_plugin.lifecycle import Plugin, differing


def of(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.token.rpartition(":")[2] for case in cases])


@of(CASES)
def test_a_resource_lives_from_its_making_to_its_deletion(plugin: Plugin, pool: str, case: Case) -> None:
    given, changed = case.given(pool), case.changed(pool)
    made = plugin.made(case.token, given)
    assert set(RESOURCES[case.token].outputs) <= made.names
    assert differing(case.token, given, made.state) == set()
    assert set(made.state.get("__remembered", [])) <= case.remembered
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    told = made.diff(changed)
    assert told
    assert not [path for path, kind in told.items() if kind.endswith("_REPLACE")]
    made.update(changed)
    assert made.diff(changed) == {}
    assert made.refreshed() == made.state
    read = made.imported(case.import_id(made))
    assert read is not None
    assert differing(case.token, changed, read) <= case.remembered
    made.delete()
    assert made.refreshed() is None
    made.delete()


@of(REMEMBERED)
def test_a_type_that_the_emulator_lacks_is_remembered_and_said_once(plugin: Plugin, pool: str, case: Case) -> None:
    given, changed = case.given(pool), case.changed(pool)
    made = plugin.made(case.token, given)
    assert plugin.made(case.token, given, "another").state.keys() == made.state.keys()
    assert set(RESOURCES[case.token].outputs) <= made.state.keys()
    assert differing(case.token, given, made.state) == set()
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    told = made.diff(changed)
    assert told
    assert not [path for path, kind in told.items() if kind.endswith("_REPLACE")]
    made.update(changed)
    assert made.diff(changed) == {}
    assert differing(case.token, changed, made.state) == set()
    assert made.refreshed() == made.state
    with pytest.raises(Refusal, match="there is nothing to import"):
        made.imported(made.id)
    made.delete()
    (line,) = plugin.said
    assert "without effect" in line


def test_rotation_that_is_off_is_answered_as_aws_does(plugin: Plugin, pool: str) -> None:
    made = plugin.made(CLIENT, {"name": "client", "userPoolId": pool})
    off = {"feature": "DISABLED", "retryGracePeriodSeconds": 0}
    assert made.state["refreshTokenRotation"] == off
    assert made.diff({"name": "client", "userPoolId": pool, "refreshTokenRotation": off}) == {}
    assert plugin.said == []


def test_what_the_emulator_does_not_hold_is_remembered_and_said_once_a_run(plugin: Plugin) -> None:
    for name in ("one", "two"):
        given = {"name": name, "deletionProtectionEnabled": True}
        made = plugin.made("aws:cloudwatch/logGroup:LogGroup", given, name)
        assert made.state["deletionProtectionEnabled"] is True
        assert made.diff(given) == {}
        assert made.refreshed() == made.state
    (line,) = plugin.said
    assert "LogGroup: the emulator does not support deletionProtectionEnabled" in line


def test_what_the_emulator_does_not_take_out_is_forgotten_all_the_same(plugin: Plugin) -> None:
    given = {"name": "sms", "assumeRolePolicy": json.dumps(TRUST)}
    made = plugin.made("aws:iam/role:Role", given | {"description": "Texts"})
    made.update(given)
    assert made.diff(given) == {}
    assert made.refreshed() == made.state
    assert made.diff(given | {"description": "Texts"}) == {"description": "ADD"}
