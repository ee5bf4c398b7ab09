"""The state file: damaged is one thing, not to be read another, and only the first is fixed."""

import json
from pathlib import Path

import pytest

from local import emulator, lock, operations, paths, project, room, state
from local.console import Failure
from local.outcome import Operation

WHOLE = json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [{"type": "a:b:C", "urn": "urn:pulumi:u"}]}}})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FILE", tmp_path / "local.json")
    monkeypatch.setattr(state, "_BACKUPS", tmp_path / "backups")
    return tmp_path / "local.json"


def test_without_a_file_there_is_no_state(file: Path) -> None:
    assert state.read() is None
    assert state.repair() is False
    assert not file.exists()


def _with(resource: str) -> str:
    return f'{{"checkpoint": {{"latest": {{"resources": [{resource}]}}}}}}'


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "\xff", "null", "1", WHOLE[:50], "[" * 100_000, '{"checkpoint": null}'),
        *map(_with, ("{}", "null", '{"type": "x", "urn": 1}', '{"type": 1, "urn": "urn:pulumi:a"}')),
        *map(_with, ('{"type": "x", "urn": ""}', '{"type": "x", "urn": "urn:pulumi:a", "outputs": []}')),
    ],
)
def test_a_damaged_file_is_fixed_from_its_copy(file: Path, text: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(Failure, match="is damaged"):
        state.read()
    with pytest.raises(Failure, match="no good copy"):
        state.repair()
    file.with_name("local.json.bak").write_text(WHOLE)
    assert state.repair() is True
    assert state.read() is not None
    assert file.with_suffix(".damaged").read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize("cause", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_file_that_cannot_be_read_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch, cause: OSError) -> None:
    file.write_text(WHOLE)
    file.with_name("local.json.bak").write_text(WHOLE.replace("a:b:C", "a:b:Old"))
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == file:
            raise cause
        return read(path)

    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "read_bytes", refuse)
        for ask in (state.read, state.repair):
            with pytest.raises(Failure, match=rf"cannot be read: {cause.strerror}") as refused:
                ask()
            assert "damaged" not in str(refused.value)
    assert file.read_text() == WHOLE


def test_a_folder_in_the_place_of_the_file_is_told(file: Path) -> None:
    file.mkdir()
    for ask in (state.read, state.repair):
        with pytest.raises(Failure, match="cannot be read: Is a directory"):
            ask()


def test_a_copy_that_cannot_be_read_is_passed_over(file: Path) -> None:
    file.write_text("{")
    file.with_name("local.json.bak").mkdir()
    (file.parent / "backups").mkdir()
    (file.parent / "backups" / "1.json").write_text(WHOLE)
    assert state.repair() is True


def test_room_is_tried_and_not_only_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(122, "Disk quota exceeded")

    room.ask_for(tmp_path / "new", "the state", "Nothing was changed.")
    assert list((tmp_path / "new").iterdir()) == []
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr("os.posix_fallocate", refuse)
    with pytest.raises(Failure, match=r"The state cannot be written to .*: Disk quota exceeded") as refused:
        room.ask_for(tmp_path / "new", "the state", "Nothing was changed.")
    assert str(refused.value).endswith("Nothing was changed.")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_private_folder_is_made_so_though_it_was_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    (tmp_path / "a").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    paths.private(tmp_path / "a")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path, tmp_path / "a")] == [0o700, 0o700]


@pytest.mark.parametrize("operation", ["up", "preview", "refresh", "destroy"])
def test_a_full_disk_is_told_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, file: Path, operation: Operation
) -> None:
    file.write_text(WHOLE)

    def full(*_: object) -> None:
        raise Failure("No room")

    def too_early(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(room, "ask_for", full)
    monkeypatch.setattr(project, "write", too_early)
    monkeypatch.setattr(emulator, "ensure", too_early)
    monkeypatch.setattr(project, "protected_by", lambda: "")
    with pytest.raises(Failure, match="No room"):
        operations.run(operation, 4566, lock.Held.__new__(lock.Held))
