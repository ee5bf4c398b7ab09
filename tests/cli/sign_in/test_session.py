"""The saved session is private, complete, and valid only for its pool and client."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.sign_in import session
from cli.sign_in.session import Session, SessionFile
from local.console import Failure
from tests.cli.sign_in.test_choice import OUTPUTS, outputs

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
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionFile:
    monkeypatch.setattr(session, "SESSIONS", tmp_path / "kept here")
    return SessionFile("acme/identity/dev", "cli")


def test_a_session_is_read_back_and_only_its_owner_can(file: SessionFile) -> None:
    file.write(SESSION)
    assert file.read(outputs(), CLIENT) == SESSION
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [path.name for path in file.path.parent.iterdir()] == ["acme%2Fidentity%2Fdev.cli.json"]


def test_a_session_of_another_pool_or_client_is_none(file: SessionFile) -> None:
    file.write(SESSION)
    assert file.read(outputs(issuer="https://another"), CLIENT) is None
    assert file.read(outputs(), outputs().clients["postman"]) is None


DAMAGED = {
    "nothing": b"",
    "half of it": SESSION.model_dump_json().encode()[:-20],
    "no JSON": b"{",
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "a wrong kind": b'{"issuer": 5}',
    "a part": b'{"issuer": "x", "client_id": "y"}',
    "no UTF-8": b"\xff\xfe\x00",
    "zeros": b"\0" * 300,
    "too deep": b"[" * 100_000,
    "a time out of the world": SESSION.model_dump_json()
    .replace('"expires_at":0', '"expires_at":1' + "0" * 400)
    .encode(),
    "a time before all": SESSION.model_dump_json().replace('"expires_at":0', '"expires_at":-1').encode(),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_session_is_none_says_so_and_is_replaced(file: SessionFile, text: bytes) -> None:
    file.write(SESSION)
    file.path.write_bytes(text)
    session, why = file.look(outputs(), CLIENT)
    assert session is None
    assert f"{file.path} is damaged" in why
    assert file.read(outputs(), CLIENT) is None
    file.write(SESSION)
    assert file.read(outputs(), CLIENT) == SESSION


def _folder(path: Path) -> None:
    (path / "x").mkdir(parents=True)


def _loop(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)


IN_ITS_PLACE: dict[str, Callable[[Path], None]] = {
    "a folder": _folder,
    "a link to itself": _loop,
    "a pipe": _pipe,
    "a file for the folder": lambda path: path.parent.touch(),
}


@pytest.mark.parametrize("put", IN_ITS_PLACE.values(), ids=IN_ITS_PLACE)
def test_what_is_no_file_in_its_place_is_told_when_read(file: SessionFile, put: Callable[[Path], None]) -> None:
    put(file.path)
    with pytest.raises(Failure, match=f"{file.path} cannot be read .*`sudo rm -rf '{file.path}'`"):
        file.read(outputs(), CLIENT)


@pytest.mark.parametrize("put", [_folder, IN_ITS_PLACE["a file for the folder"]])
def test_where_no_session_can_be_kept_it_is_told_before_a_sign_in(
    file: SessionFile, put: Callable[[Path], None]
) -> None:
    put(file.path)
    for act in (file.prepare, lambda: file.write(SESSION)):
        with pytest.raises(Failure, match="cannot be written"):
            act()
    with pytest.raises(Failure, match="cannot be deleted"):
        file.delete()


@contextlib.contextmanager
def another_account(path: Path) -> Iterator[None]:
    """Run the block without permissions for the path."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        path.parent.chmod(0)
        try:
            yield
        finally:
            path.parent.chmod(0o700)


def test_a_session_of_another_account_is_told(file: SessionFile) -> None:
    file.write(SESSION)
    acts: list[Callable[[], object]] = [lambda: file.read(outputs(), CLIENT), file.prepare, file.delete]
    for act in acts:
        with another_account(file.path), pytest.raises(Failure, match=r"Permission denied.*another account's"):
            act()
    assert file.read(outputs(), CLIENT) == SESSION


def test_a_session_that_others_could_read_is_closed_to_them(file: SessionFile) -> None:
    file.write(SESSION)
    file.path.chmod(0o644)
    file.path.parent.chmod(0o755)
    assert file.read(outputs(), CLIENT) == SESSION
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.write(SESSION)
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o177])
def test_the_mask_of_the_shell_changes_nothing(file: SessionFile, mask: int) -> None:
    before = os.umask(mask)
    try:
        file.prepare()
        file.write(SESSION)
    finally:
        os.umask(before)
    assert (file.path.stat().st_mode & 0o777, file.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_deleted_session_is_gone_and_deleting_again_is_fine(file: SessionFile) -> None:
    file.write(SESSION)
    file.delete()
    file.delete()
    assert file.read(outputs(), CLIENT) is None
