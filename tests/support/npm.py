"""The packages of examples/connect from npm, in `.local/`, with the examples beside them, where Node finds them."""

import base64
import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path

from tests.support import building
from tests.support.checkout import ORIGIN

EXAMPLES = ORIGIN / "examples" / "connect"
FOLDER = ORIGIN / ".local" / "connect"

# Versions and hashes without a host; under npm's own name other tools would write one into it.
_LOCK = "npm-lock.json"


def installed() -> Path:
    """The folder to run Node in. The test fails, with the reason, where it cannot be had."""
    building.need("node", "npm")
    with building.alone(FOLDER):
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
        building.run(["npm", "pack", "--silent", package], Path(folder))
        (archive,) = Path(folder).glob("*.tgz")
        assert integrity == "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        with tarfile.open(archive) as content:
            found = content.extractfile(name)
            assert found
            return found.read()


def _install() -> None:
    shutil.copy(EXAMPLES / "package.json", FOLDER)
    shutil.copy(EXAMPLES / _LOCK, FOLDER / "package-lock.json")
    building.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], FOLDER)
