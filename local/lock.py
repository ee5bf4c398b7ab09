"""One command at a time in a checkout. The lock is the system's, so a kill of any kind cannot leave it behind."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator

import psutil

from local import paths
from local.console import Failure, say

_PATIENCE = 300.0  # seconds for another command; a first `up` on a slow machine takes a minute
_ENDING = 5.0  # seconds for what a killed command left running
_NOTING = 1.0  # seconds in which a new holder has surely written down who it is
_SIZE = 1024  # bytes of the note in the lock file


class Held:
    """The lock while it is held. The engine is given the same file, so the lock outlives a command that is killed."""

    def __init__(self, command: str) -> None:
        paths.private(paths.LOCAL)
        self.file = os.open(paths.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        self._command = command

    def take(self) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        # Who holds it, for the next command to read: in one write of one size, so that nobody reads a part.
        os.pwrite(self.file, json.dumps({"pid": os.getpid(), "command": self._command}).ljust(_SIZE).encode(), 0)
        return True

    def holder(self) -> tuple[int, str]:
        """The process that took the lock, and its command."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            noted = json.loads(os.pread(self.file, _SIZE, 0))
            return int(noted["pid"]), str(noted["command"])
        return 0, "a command"


@contextlib.contextmanager
def only_one(command: str) -> Iterator[Held]:
    """Hold the checkout's lock; wait for another command, and end what a killed one has left running.

    Raises Failure when another command does not end in time.
    """
    held = Held(command)
    try:
        if not held.take():
            _wait(held)
        yield held
    finally:
        os.close(held.file)


def _wait(held: Held) -> None:
    if _taken_within(held, _NOTING):
        return
    pid, name = held.holder()
    alive = _has_lock_open(pid)
    if alive:
        say(f"`{name}` is at work in this checkout (process {pid}). Waiting for it ...")
    else:
        say(f"The last `{name}` was killed; stopping its remaining processes ...")
        _end_engines()
    if _taken_within(held, _PATIENCE if alive else _ENDING):
        return
    if alive:
        raise Failure(
            f"`{name}` is still at work in this checkout after {_PATIENCE:.0f} seconds (process {pid}).\n"
            f"Let it end or stop it (kill -INT {pid}), then try again. Nothing was changed."
        )
    raise Failure(
        "What a killed command left running does not end.\n"
        f"See who holds {paths.LOCK} (fuser {paths.LOCK}), stop it, then try again. Nothing was changed."
    )


def _has_lock_open(pid: int) -> bool:
    """Whether a process is one of this checkout's commands; its number alone may be another program's by now."""
    with contextlib.suppress(psutil.Error):
        return any(file.path == str(paths.LOCK.resolve()) for file in psutil.Process(pid).open_files())
    return False


def _end_engines() -> None:
    """End the engines of this checkout and their plugins, known by what they are started with."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("PULUMI_HOME") == str(paths.PULUMI_HOME):
                process.kill()


def _taken_within(held: Held, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not held.take():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
