"""Who takes the processor while a command runs: seconds by role, read off the system's table of processes (Linux)."""

import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_EVERY = 0.05  # seconds between two looks
# By what stands in the command line; the first that fits.
_ROLES = (
    ("policy", "local/policy_pack.py"),
    ("emulator", "local.gateway"),
    ("program and plugin", "-m local"),
    ("CLI", "pulumi"),
)


class Shares:
    """While it is entered it watches the processes of one place; `seconds` then has processor seconds by role."""

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
                continue  # it has ended, or is someone else's
            role = next((role for role, sign in _ROLES if sign in command), None)
            if role:
                found.append((int(entry.name), role, (int(fields[11]) + int(fields[12])) / _TICK))
        return found
