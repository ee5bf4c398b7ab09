"""The packages of examples/connect from npm, in `.local/`, with the examples beside them, where Node finds them."""

import fcntl
import shutil
import subprocess
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


def _install() -> None:
    shutil.copy(EXAMPLES / "package.json", FOLDER)
    shutil.copy(EXAMPLES / _LOCK, FOLDER / "package-lock.json")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if ran.returncode:
        pytest.fail(f"the packages of {EXAMPLES} cannot be installed: {ran.stderr[-2000:]}", pytrace=False)
