"""Run the Pulumi CLI on a stack."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local import environment, paths


def run(
    stack: str, *arguments: str, directory: Path | None = None, more: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `pulumi` on a stack and wait for its end: the local stack with its own backend, any other with the user's.

    Args:
        stack: the stack's name in Pulumi.
        arguments: the CLI's arguments.
        directory: the project's directory; default: the stack's.
        more: additional environment variables.

    Raises Failure if there is no CLI and none can be installed.
    """
    from local import pulumi_cli  # not at the top: it imports the SDK, which `--help` does not need

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
    """Return the last lines of the CLI's output, for a message."""
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return "\n".join(lines[-12:]) or f"nothing; it ended with {done.returncode}"
