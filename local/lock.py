"""One command at a time in a checkout. The lock is the system's, so a kill of any kind cannot leave it behind."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from local import paths
from local.console import Failure, say

_PATIENCE = 300.0  # seconds for another command; a first `up` on a slow machine takes a minute
_NOTING = 1.0  # seconds in which a new holder has surely written down who it is, and what was killed has ended
_SIZE = 1024  # bytes of the note in the lock file, more than any has


@contextlib.contextmanager
def only_one(command: str) -> Iterator[int]:
    """Hold the checkout's lock, once another command has ended, and give the number of its file.

    The engine is given the same file, so the lock outlives a command that is killed. Raises Failure when another
    command does not end in time.
    """
    paths.private(paths.LOCAL)
    lock = os.open(paths.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{command}\n{os.getpid()}".encode(), 0)  # for the next command to read
        yield lock
    finally:
        os.close(lock)


def _take(lock: int) -> None:
    if _taken_within(lock, _NOTING):
        return
    name, _, pid = os.pread(lock, _SIZE, 0).decode().partition("\n")
    say(f"`{name}` is at work in this checkout (process {pid}). Waiting for it ...")
    if not _taken_within(lock, _PATIENCE):
        raise Failure(
            f"`{name}` is still at work in this checkout after {_PATIENCE:.0f} seconds (process {pid}).\n"
            f"Let it end or stop it (kill -INT {pid}), then try again. Nothing was changed."
        )


def _taken_within(lock: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.2)
    return False
