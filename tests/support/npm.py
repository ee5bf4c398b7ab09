"""The npm packages of examples/connect, and the examples in `.local/`, where Node finds the packages."""

import base64
import hashlib
import shutil
import tarfile
from pathlib import Path

from tests.support import building
from tests.support.checkout import ORIGIN

EXAMPLES = ORIGIN / "examples" / "connect"
FOLDER = ORIGIN / ".local" / "connect-examples"

# Versions and hashes without registry URLs. Under npm's default name, other tools would write URLs into it.
_LOCK = "npm-lock.json"


def installed() -> Path:
    """Return the folder to run Node in. Fail the test, with the reason, if the packages cannot be installed."""
    building.require("node", "npm")
    with building.locked(FOLDER):
        packages, link = _packages(), FOLDER / "node_modules"
        if not (link.is_symlink() and link.readlink() == packages):
            link.unlink(missing_ok=True)
            link.symlink_to(packages)
        for file in EXAMPLES.glob("*.mjs"):
            if not (FOLDER / file.name).is_file() or (FOLDER / file.name).read_text() != file.read_text():
                shutil.copy(file, FOLDER)
    return FOLDER


def file_of(package: str, integrity: str, name: str) -> bytes:
    """Return a file of a package without its dependencies, which would take hundreds of megabytes.

    Args:
        package: the package's name and version.
        integrity: its hash, in the form of npm's lock files.
        name: the file's path in the package.
    """
    packed = building.hashed_name("npm", integrity.encode())
    folder = building.build_once(packed, lambda made: building.run(["npm", "pack", "--silent", package], made))
    (archive,) = folder.glob("*.tgz")
    assert integrity == "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    with tarfile.open(archive) as content:
        found = content.extractfile(name)
        assert found
        return found.read()


def _packages() -> Path:
    """Return the folder with the packages of the lock file."""
    lock = EXAMPLES / _LOCK

    def install(folder: Path) -> None:
        shutil.copy(EXAMPLES / "package.json", folder)
        shutil.copy(lock, folder / "package-lock.json")
        building.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)

    return building.build_once(building.hashed_name("npm", lock.read_bytes()), install) / "node_modules"
