"""Processes by more than their number, since numbers are used again: which one it is, and who belongs to it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def identity(pid: int) -> str | None:
    """When `pid` was started, as text that no later process of the same number shares; None if it is not running."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if _PROC.is_dir() and (_PROC / "self").exists() else _ps(pid, "lstart")
    return None if fields[0] == "Z" else fields[19]


def is_same(pid: int, known: str) -> bool:
    """Whether the process that had `pid` and the identity `known` still runs."""
    return bool(known) and identity(pid) == known


def command_line(pid: int) -> str:
    """The command `pid` runs, for a message; empty if it cannot be told."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return _ps(pid, "command") or ""


def started_as(word: str) -> Iterator[int]:
    """The processes that have `word` as one of the words of their command, where the system tells (Linux)."""
    for pid in _all() if (_PROC / "self").exists() else ():
        with contextlib.suppress(OSError):
            if word.encode() in (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0"):
                yield pid


def environment(pid: int) -> dict[str, str]:
    """What `pid` was started with; empty if it cannot be told."""
    with contextlib.suppress(OSError):
        entries = (_PROC / str(pid) / "environ").read_bytes().decode(errors="surrogateescape").split("\0")
        return dict(entry.split("=", 1) for entry in entries if "=" in entry)
    return {}


def is_homeless(pid: int) -> bool:
    """Whether the directory that `pid` works in has been removed."""
    with contextlib.suppress(OSError):
        return str((_PROC / str(pid) / "cwd").readlink()).endswith(" (deleted)")
    return False


def stop(pid: int, known: str, patience: float) -> bool:
    """Ask a process to end, and say whether it did within `patience` seconds."""
    if is_same(pid, known):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while is_same(pid, known):
        if time.monotonic() > deadline:
            return False
        _reap(pid)
        time.sleep(0.05)
    return True


def signal_session(leader: int, how: signal.Signals) -> None:
    """Signal every process of the session that `leader` began: the engine and the plugins it started."""
    for pid in _all():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                os.kill(pid, how)


def listener(port: int) -> str | None:
    """The command that listens on a port of this machine, where the system tells (Linux, own processes)."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    for pid in _all() if inodes else ():
        with contextlib.suppress(OSError):
            if any(str(link.readlink()) in inodes for link in (_PROC / str(pid) / "fd").iterdir()):
                return f"{command_line(pid)} (process {pid})"
    return None


def _all() -> Iterator[int]:
    if (_PROC / "self").exists():
        yield from (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
        return
    listing = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=False).stdout
    yield from (int(word) for word in listing.split())


def _ps(pid: int, column: str) -> str | None:
    with contextlib.suppress(OSError):
        command = ["ps", "-o", f"{column}=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or None
    return None


def _reap(pid: int) -> None:
    # A child of this very process stays as a zombie until its parent has looked.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
