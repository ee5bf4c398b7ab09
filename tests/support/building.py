"""Build or install what the tests need, once for all checkouts of a user."""

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

_TIMEOUT = 600.0  # seconds; usually npm takes 20, Maven 10 and Go 90
# The Debian packages of programs that a machine may lack.
_PACKAGES = {
    **{"node": "nodejs", "npm": "npm", "mvn": "default-jdk-headless maven", "go": "golang"},
    **{"chromium": "chromium", "chromedriver": "chromium-driver"},
}


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Create a folder if it is missing and lock it, since several workers may need it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_once(name: str, build: Callable[[Path], None]) -> Path:
    """Return a folder beside the Pulumi CLI, shared by all checkouts, and build its contents if needed.

    Args:
        name: the folder's name. Change it when the contents change.
        build: fills the folder. If it fails or is killed, the next call builds again.
    """
    folder = pulumi_cli.cache().parent / name
    with locked(folder):
        done = folder / "done"
        if not done.exists():
            build(folder)
            done.touch()
    return folder


def hashed_name(kind: str, *parts: bytes) -> str:
    """Return a folder name with a hash of the inputs of a build."""
    return f"{kind}-{hashlib.sha256(b'|'.join(parts)).hexdigest()[:16]}"


def require(*programs: str) -> None:
    """Fail the test, with the package to install, if a program is missing."""
    for program in programs:
        if not shutil.which(program):
            pytest.fail(f"{program} is not installed; on Debian: apt-get install {_PACKAGES[program]}", pytrace=False)


def run(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> None:
    """Run a command in a folder, with additional environment variables. Fail the test with its output if it fails."""
    require(command[0])
    environment = os.environ | dict(more or {})
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    )
    if ran.returncode:
        pytest.fail(f"{' '.join(command)} failed: {(ran.stdout + ran.stderr)[-2000:]}", pytrace=False)
