"""The paths of a checkout's local stack: all files are under `.local/`, so that checkouts share nothing."""

import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL = CHECKOUT / ".local"
LOCK = LOCAL / "lock"
# Exists while the engine changes resources, and afterwards if the state does not have these changes.
UNFINISHED = LOCAL / "unfinished"
PROJECT = LOCAL / "project"
EMULATOR = LOCAL / "emulator"
KEY = LOCAL / "key.json"
BACKEND = LOCAL / "state"
PULUMI_HOME = LOCAL / "pulumi"
POLICY_PACK = CHECKOUT / "local" / "policy-pack"

# Names of the checkout's files, as in messages.
PROJECT_FILE = "Pulumi.yaml"
STACK = "local"
STACK_FILE = f"Pulumi.{STACK}.yaml"


def private(directory: Path) -> None:
    """Create a directory that no other user can read (mode 0700), or make it so: the files in it hold secrets."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (directory, LOCAL) if directory.is_relative_to(LOCAL) else (directory,):
        each.chmod(0o700)


def write_whole(path: Path, text: str) -> None:
    """Replace the content of `path` atomically: a kill at any moment leaves either the old content or the new.

    No other user can read the file (mode 0600): states and similar files describe an account's resources.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)  # mode 600
    try:
        with os.fdopen(file, "w", encoding="utf-8") as whole:
            whole.write(text)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
