"""Let one command at a time run in a checkout. The operating system releases the lock, even after a kill."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from local import paths
from local.console import Failure, say

_TIMEOUT = 300.0  # seconds to wait for another command; a first `up` on a slow machine takes a minute
_NOTE_DELAY = 1.0  # seconds within which a new holder writes its name into the lock file, and a killed process ends
_SIZE = 1024  # bytes to read from the lock file; its content is shorter


@contextlib.contextmanager
def only_one(command: str) -> Iterator[int]:
    """Wait for other commands, hold the checkout's lock, and yield its file descriptor.

    The engine inherits the descriptor, so that the lock is held until the engine has ended, even if the command is
    killed. Raises Failure if another command does not end in time.
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
    if _taken_within(lock, _NOTE_DELAY):
        return
    name, _, pid = os.pread(lock, _SIZE, 0).decode().partition("\n")
    say(f"`{name}` is at work in this checkout (process {pid}). Waiting for it ...")
    if not _taken_within(lock, _TIMEOUT):
        raise Failure(
            f"`{name}` is still at work in this checkout after {_TIMEOUT:.0f} seconds (process {pid}).\n"
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
