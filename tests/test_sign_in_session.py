"""The kept session: private, whole, and only for the pool and client it was made with."""

from pathlib import Path

import pytest

from sign_in.session import Session, SessionFile, write_private
from tests.test_sign_in_stack import OUTPUTS, outputs

CLIENT = outputs().clients["cli"]
SESSION = Session(
    issuer=OUTPUTS["issuer"],
    client_id=CLIENT.client_id,
    subject="s",
    name="ada",
    scopes=["openid"],
    expires_at=0,
    access_token="a",
)


@pytest.fixture
def file(tmp_path: Path) -> SessionFile:
    return SessionFile("acme/identity/dev", "cli", tmp_path / "kept")


def test_a_session_is_read_back_and_only_its_owner_can(file: SessionFile) -> None:
    file.write(SESSION)
    assert file.read(outputs(), CLIENT) == SESSION
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [path.name for path in file.path.parent.iterdir()] == ["acme%2Fidentity%2Fdev.cli.json"]


def test_a_session_of_another_pool_or_client_is_none(file: SessionFile) -> None:
    file.write(SESSION)
    assert file.read(outputs(issuer="https://another"), CLIENT) is None
    assert file.read(outputs(), outputs().clients["postman"]) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"issuer": 5}'])
def test_a_broken_session_is_none(file: SessionFile, text: str) -> None:
    file.write(SESSION)
    file.path.write_text(text)
    assert file.read(outputs(), CLIENT) is None


def test_a_deleted_session_is_gone_and_deleting_again_is_fine(file: SessionFile) -> None:
    file.write(SESSION)
    file.delete()
    file.delete()
    assert file.read(outputs(), CLIENT) is None


def test_a_file_that_others_could_read_becomes_private_when_written(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]
