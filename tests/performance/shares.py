"""Processor time of a running command: seconds by role, read from the process table (Linux)."""

import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_EVERY = 0.05  # seconds between two samples
# Roles by a part of the command line. The first match counts.
_ROLES = (
    ("policy", "local/policy_pack.py"),
    ("emulator", "local.gateway"),
    ("program and plugin", "-m local"),
    ("CLI", "pulumi"),
)


class Shares:
    """A context manager that samples the processes of a directory. `seconds` then has processor seconds by role."""

    def __init__(self, place: Path) -> None:
        self._place = str(place)
        self._first: dict[int, float] = {}
        self._last: dict[int, tuple[str, float]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Shares":
        self._first = {pid: used for pid, _, used in self._seen()}
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def seconds(self) -> Mapping[str, float]:
        by_role: dict[str, float] = defaultdict(float)
        for pid, (role, used) in self._last.items():
            by_role[role] += used - self._first.get(pid, 0.0)
        return {role: by_role.get(role, 0.0) for role, _ in _ROLES}

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            for pid, role, used in self._seen():
                self._last[pid] = (role, used)

    def _seen(self) -> list[tuple[int, str, float]]:
        found = []
        for entry in _PROC.iterdir() if _PROC.is_dir() else ():
            if not entry.name.isdigit():
                continue
            try:
                if not str((entry / "cwd").readlink()).startswith(self._place):
                    continue
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended, or belongs to another user
            role = next((role for role, sign in _ROLES if sign in command), None)
            if role:
                found.append((int(entry.name), role, (int(fields[11]) + int(fields[12])) / _TICK))
        return found
