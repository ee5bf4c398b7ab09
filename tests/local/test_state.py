"""The state file: a damaged file and an unreadable file are different errors, and neither is repaired."""

import json
from pathlib import Path

import pytest

from local import paths, project, state

PROVIDER = {
    "type": "pulumi:providers:aws",
    "urn": "urn:pulumi:provider",
    "inputs": {"endpoints": '[{"acm":"http://127.0.0.1:1","sts":"http://127.0.0.1:1"}]', "region": "us-east-1"},
}
OTHER = {"type": "a:b:C", "urn": "urn:pulumi:u", "inputs": {"endpoints": "its own"}}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FILE", tmp_path / "local.json")
    return tmp_path / "local.json"


def _with(*resources: object) -> str:
    return json.dumps({"version": 3, "checkpoint": {"latest": {"manifest": {}, "resources": resources}}})


@pytest.mark.parametrize("text", ['{"checkpoint": {"latest": {"manifest": {}}}}', _with()])
def test_a_stack_without_resources_is_none_the_worse(file: Path, text: str) -> None:
    assert state.read() is None
    file.write_text(text)
    known = state.read()
    assert known is not None
    assert (known.resources, known.outputs) == ([], {})


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "\xff", "null", "1", _with(OTHER)[:50], "[" * 100_000),
        *("{}", '{"version": 3, "checkpoint": null}', '{"checkpoint": []}', '{"checkpoint": {"latest": null}}'),
        *('{"checkpoint": {}}', '{"checkpoint": {"latest": {}}}', '{"checkpoint": {"latest": []}}'),
        '{"checkpoint": {"latest": {"manifest": {}, "resources": null}}}',
        *map(_with, ({}, None, {"type": "x", "urn": 1}, {"type": 1, "urn": "urn:pulumi:a"})),
        *map(_with, ({"type": "x", "urn": ""}, {"type": "x", "urn": "urn:pulumi:a", "outputs": []})),
    ],
)
def test_a_damaged_file_is_told_and_left_alone(file: Path, text: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(state.Damaged, match=r"is damaged\. `make up` starts over"):
        state.read()
    assert file.read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize("cause", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_file_that_cannot_be_read_may_be_whole(file: Path, monkeypatch: pytest.MonkeyPatch, cause: OSError) -> None:
    file.write_text(_with())

    def refuse(_: Path) -> bytes:
        raise cause

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(OSError, match=str(cause.strerror)):
        state.read()


def test_the_state_is_pointed_at_the_emulator_of_today_and_left_alone_otherwise(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    known = {"endpoints": [{"acm": "http://127.0.0.1:4601"}], "accessKey": "id", "secretKey": "secret"}
    monkeypatch.setattr(project, "provider", lambda _: known)
    state.point_at(4601)
    assert not file.exists()
    file.write_text(_with(PROVIDER, OTHER))
    state.point_at(4601)
    provider, other = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    assert provider["inputs"] == {
        "endpoints": '[{"acm":"http://127.0.0.1:4601"}]',
        "region": "us-east-1",
        "accessKey": "id",
        "secretKey": "secret",
    }
    assert other == OTHER
    written = state.written()
    state.point_at(4601)
    assert state.written() == written


def test_a_private_folder_is_made_so_though_it_was_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    (tmp_path / "a").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    paths.private(tmp_path / "a")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / "a")] == [0o700, 0o700]
