"""The Pulumi CLI as the commands run it on a stack."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local import environment, paths


def run(
    stack: str, *arguments: str, directory: Path | None = None, more: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `pulumi` on a stack to its end: on the local one where that is kept, on any other as the person has it.

    Args:
        stack: the stack, as Pulumi names it.
        arguments: what the CLI is to do.
        directory: of the project, where it is not the stack's own.
        more: variables of the environment.

    Raises Failure where there is no CLI and none can be had.
    """
    from local import pulumi_cli  # not at the top: it imports the SDK, which `--help` does without

    local = stack == paths.STACK
    if local:
        environment.shut_out_others()
    return subprocess.run(
        [pulumi_cli.find().command, *arguments, "--stack", stack, "--non-interactive"],
        cwd=directory or (paths.PROJECT if local else paths.CHECKOUT),
        env={**os.environ, **(environment.of_the_engine() if local else {}), **(more or {})},
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
