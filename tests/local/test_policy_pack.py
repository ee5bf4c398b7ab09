"""The policy pack as an executable file."""

import shutil
import subprocess
from pathlib import Path

from local import paths


def test_the_pack_starts_the_checkouts_own_python_by_a_path_without_detours(tmp_path: Path) -> None:
    """Python 3.14 warns where its own path has a `..`, as the path has by which the engine starts the pack."""
    python = tmp_path / ".venv" / "bin" / "python"
    for folder in (python.parent, tmp_path / "local", tmp_path / ".local" / "project"):
        folder.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0" "$@"\n')
    python.chmod(0o755)
    shutil.copy(paths.POLICY_PACK, tmp_path / "local")
    pack = f"{tmp_path}/.local/project/../../local/policy-pack"
    said = subprocess.run([pack, "127.0.0.1:1"], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(python), f"{tmp_path}/local/policy_pack.py", "127.0.0.1:1"]
