"""The packages of examples/connect from npm, in `.local/`, with the examples beside them, where Node finds them."""

import base64
import fcntl
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from tests.support.checkout import ORIGIN

EXAMPLES = ORIGIN / "examples" / "connect"
FOLDER = ORIGIN / ".local" / "connect"
TIMEOUT = 300.0  # seconds; with a usual network it takes twenty

# Versions and hashes without a host; under npm's own name other tools would write one into it.
_LOCK = "npm-lock.json"


def installed() -> Path:
    """The folder to run Node in. The test fails, with the reason, where it cannot be had."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.fail(f"{program} is not installed; on Debian: apt-get install nodejs npm", pytrace=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers of pytest may want it
        done = FOLDER / "node_modules" / ".installed"
        wanted = (EXAMPLES / _LOCK).read_text()
        if not done.is_file() or done.read_text() != wanted:
            _install()
            done.write_text(wanted)
        for file in EXAMPLES.glob("*.mjs"):
            if not (FOLDER / file.name).is_file() or (FOLDER / file.name).read_text() != file.read_text():
                shutil.copy(file, FOLDER)
    return FOLDER


def file_of(package: str, integrity: str, name: str) -> bytes:
    """One file of a package of which the tests need nothing else: what it depends on takes hundreds of megabytes.

    Args:
        package: its name with its version.
        integrity: its hash, as npm's lock files have it.
        name: of the file, in the package.
    """
    with tempfile.TemporaryDirectory() as folder:
        _run(["npm", "pack", "--silent", package], Path(folder))
        (archive,) = Path(folder).glob("*.tgz")
        assert integrity == "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        with tarfile.open(archive) as content:
            found = content.extractfile(name)
            assert found
            return found.read()


def _install() -> None:
    shutil.copy(EXAMPLES / "package.json", FOLDER)
    shutil.copy(EXAMPLES / _LOCK, FOLDER / "package-lock.json")
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], FOLDER)


def _run(command: list[str], folder: Path) -> None:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if ran.returncode:
        pytest.fail(f"npm cannot install what the tests need: {ran.stderr[-2000:]}", pytrace=False)
