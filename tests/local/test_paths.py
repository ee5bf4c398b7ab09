"""Files are written completely or not at all, and only their owner can read them."""

import os
import threading
from pathlib import Path

import pytest

from local import paths


@pytest.mark.parametrize("mask", [0, 0o022, 0o177])
def test_a_file_that_others_could_read_becomes_private_when_written(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(mask)
    try:
        paths.write_whole(path, "new")
    finally:
        os.umask(before)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        paths.write_whole(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_at_once_leave_one_of_their_contents(tmp_path: Path) -> None:
    path = tmp_path / "x"
    contents = [str(number) * 100_000 for number in range(4)]
    writers = [threading.Thread(target=paths.write_whole, args=(path, content)) for content in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text() in contents
    assert list(tmp_path.iterdir()) == [path]
