"""Where a checkout's local stack lives: everything under `.local/`, so that two checkouts never meet."""

import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL = CHECKOUT / ".local"
LOCK = LOCAL / "lock"
# There while the engine changes things, and afterwards where nobody has written down what it changed.
UNFINISHED = LOCAL / "unfinished"
PROJECT = LOCAL / "project"
EMULATOR = LOCAL / "emulator"
KEY = LOCAL / "key.json"
BACKEND = LOCAL / "state"
PULUMI_HOME = LOCAL / "pulumi"
POLICY_PACK = CHECKOUT / "local" / "policy-pack"

# Names of the checkout's own files, as messages show them.
PROJECT_FILE = "Pulumi.yaml"
STACK = "local"
STACK_FILE = f"Pulumi.{STACK}.yaml"


def private(directory: Path) -> None:
    """Have a directory that nobody else on the machine can look into: state and notes hold secrets."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (directory, LOCAL) if directory.is_relative_to(LOCAL) else (directory,):
        each.chmod(0o700)


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path` so that a kill at any moment leaves either the old content or the new, never a part.

    Nobody else on the machine can read it: states and notes name what an account holds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)  # mode 600
    try:
        with os.fdopen(file, "w", encoding="utf-8") as whole:
            whole.write(text)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
