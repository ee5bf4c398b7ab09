"""A changed field is shown with its old and new value, shortened and without secrets."""

from typing import Any

import pytest
from pulumi.automation import EngineEvent
from pulumi.runtime.rpc import UNKNOWN

from local.progress import Progress
from local.values import changed, differences

CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
URLS = [f"https://app{number}.example/in" for number in range(20)]
READ, WRITE = {"scopeName": "read", "scopeDescription": "Read"}, {"scopeName": "write", "scopeDescription": "Write"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}

CASES: list[tuple[Any, Any, list[str]]] = [
    ("p-dev", "p-prod", ['it: "p-dev" -> "p-prod"']),
    (60, 30, ["it: 60 -> 30"]),
    (True, False, ["it: true -> false"]),
    (None, "x", ['it: nothing -> "x"']),
    ("x", None, ['it: "x" -> nothing']),
    ("x", "x", []),
    (["a"], ["a", "b"], ['it: ["a"] -> ["a", "b"]']),
    (["a", "b"], ["b", "a"], ['it: ["a", "b"] -> ["b", "a"]']),
    (URLS, URLS[1:], ['it: "https://app0.example/in" -> nothing']),
    (URLS[1:], URLS, ['it: nothing -> "https://app0.example/in"']),
    ({"minimumLength": 8, "x": 1}, {"minimumLength": 12, "x": 1}, ["it.minimumLength: 8 -> 12"]),
    (
        [READ, WRITE],
        [READ | {"scopeDescription": "See"}, WRITE],
        ['it.read.scopeDescription: "Read" -> "See"'],
    ),
    ([READ, WRITE], [READ], ['it.write: {"scopeName": "write", "scopeDescription": "Write"} -> nothing']),
    ("x" * 200 + "a", "x" * 200 + "b", ['it: ..."xxxxxxxxxxa" -> ..."xxxxxxxxxxb"']),
    ("x", UNKNOWN, ['it: "x" -> (known after the update)']),
    (None, {"preSignUp": UNKNOWN}, ['it: nothing -> {"preSignUp": "(known after the update)"}']),
    (["a"], ["a", {"b": [UNKNOWN]}], ['it: ["a"] -> ["a", {"b": ["(known after the update)"]}]']),
    ({"preTokenGeneration": "a"}, None, ['it: {"preTokenGeneration": "a"} -> nothing']),
    ({"token": "a", "idToken": "b"}, None, ['it: {"token": "[hidden]", "idToken": "[hidden]"} -> nothing']),
]


@pytest.mark.parametrize(("old", "new", "told"), CASES)
def test_what_differs_is_told_with_both_values_and_nothing_else(old: Any, new: Any, told: list[str]) -> None:
    assert list(differences("it", old, new)) == told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SECRET, "x"),
        ("x", SECRET),
        ([SECRET], ["x"]),
        ({"a": SECRET}, {"a": "x"}),
        (None, {"a": SECRET}),
        ([SECRET], 1),
    ],
)
def test_a_secret_is_never_told(old: Any, new: Any) -> None:
    told = list(differences("it", old, new))
    assert told
    assert "hunter2" not in "".join(told)


def test_where_the_inputs_are_alike_aws_has_come_to_differ() -> None:
    told = changed({"name": "ours"}, {"name": "by hand"}, {"name": "ours"}, ["name"])
    assert list(told) == ['name: "by hand" -> "ours"']


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("op", ["update", "replace"])
def test_each_changed_field_of_a_run_has_both_values(
    op: str, planned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = {
        side: {"urn": "u", "type": CLIENT, "custom": True, "id": "1", "parent": "", "provider": "", "outputs": {}}
        | {"inputs": {"accessTokenValidity": value}}
        for side, value in (("old", 60), ("new", 30))
    }
    urn = f"urn:pulumi:local::identity::{CLIENT}::access-client-web"
    metadata = {"op": op, "urn": urn, "type": CLIENT, "diffs": ["accessTokenValidity"], "provider": "", **sides}
    progress = Progress(planned=planned)
    for event in ("resourcePreEvent", "resOutputsEvent"):
        progress(EngineEvent.from_json({"sequence": 1, "timestamp": 1, event: {"metadata": metadata}}))
    captured = capsys.readouterr()
    assert "      accessTokenValidity: 60 -> 30" in captured.out + captured.err
