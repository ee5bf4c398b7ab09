"""Put the plugin where the engine looks for plugins."""

import os
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

VERSION = version("pulumi-aws")  # the engine asks for the plugin by its SDK's version


def install(plugins_dir: Path) -> None:
    """Make `plugins_dir` (a PULUMI_HOME's `plugins`) hold this checkout's plugin as the `aws` one of the SDK's version.

    The executable there starts this checkout with this Python. Writing it again is harmless, also while it runs.
    Raises OSError where the directory cannot be written.
    """
    home = plugins_dir / f"resource-aws-v{VERSION}"
    home.mkdir(parents=True, exist_ok=True)
    checkout = Path(__file__).resolve().parents[2]
    lines = [
        "#!/bin/sh",
        f"PYTHONPATH={shlex.quote(str(checkout))}",
        "export PYTHONPATH",
        f'exec {shlex.quote(sys.executable)} -P -m local.aws_plugin "$@"',
    ]
    draft = home / f".pulumi-resource-aws.{os.getpid()}"
    draft.write_text("\n".join(lines) + "\n")
    draft.chmod(0o755)
    draft.replace(home / "pulumi-resource-aws")
