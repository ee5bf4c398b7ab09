"""The Pulumi CLI as the commands run it on a stack."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local import paths


def run(
    *arguments: str, directory: Path = paths.CHECKOUT, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `pulumi` to its end. Raises Failure where there is none and none can be had."""
    from local import pulumi_cli  # not at the top: it imports the SDK, which the local stack's outputs do without

    return subprocess.run(
        [pulumi_cli.find().command, *arguments, "--non-interactive"],
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """The end of what it said, for a message."""
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return "\n".join(lines[-12:]) or f"nothing; it ended with {done.returncode}"
