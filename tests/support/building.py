"""What the tests build or install for themselves, once for all checkouts of this person."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from local import pulumi_cli

_TIMEOUT = 600.0  # seconds; with a usual network npm takes twenty, Maven ten and Go ninety
# Debian's packages of the programs that are not there on every machine.
_PACKAGES = {
    **{"node": "nodejs", "npm": "npm", "mvn": "default-jdk-headless maven", "go": "golang"},
    **{"chromium": "chromium", "chromedriver": "chromium-driver"},
}


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made if need be: two workers may want the same."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(name: str, build: Callable[[Path], None]) -> Path:
    """A folder beside the Pulumi CLI, for all checkouts. The name changes where what is built does.

    Args:
        name: of the folder.
        build: what fills it. Where that fails or is killed, the next one begins again.
    """
    folder = pulumi_cli.cache().parent / name
    with alone(folder):
        done = folder / "done"
        if not done.exists():
            build(folder)
            done.touch()
    return folder


def named(kind: str, *parts: bytes) -> str:
    """A name for what is built of these."""
    return f"{kind}-{hashlib.sha256(b'|'.join(parts)).hexdigest()[:16]}"


def need(*programs: str) -> None:
    """The test fails, with the reason, where a program is missing."""
    for program in programs:
        if not shutil.which(program):
            pytest.fail(f"{program} is not installed; on Debian: apt-get install {_PACKAGES[program]}", pytrace=False)


def run(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> None:
    """Run a command in a folder, with more in its environment. The test fails, with the reason, where it fails."""
    need(command[0])
    environment = os.environ | dict(more or {})
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    )
    if ran.returncode:
        pytest.fail(f"{' '.join(command)} failed: {(ran.stdout + ran.stderr)[-2000:]}", pytrace=False)
