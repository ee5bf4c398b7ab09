"""The ordinary `pulumi`, typed in a checkout's directory as the pages say, on that checkout's emulator."""

import os
import subprocess
from pathlib import Path

import yaml

from local import pulumi_cli
from local.aws_plugin import install
from local.aws_plugin.emulator import SERVICES
from tests.support import language_host
from tests.support.checkout import Checkout, Ran

TIMEOUT = 300.0  # seconds for one command


class Shell:
    """A shell in a checkout, for somebody who has the Pulumi CLI and no account on AWS.

    Args:
        checkout: with its emulator running.
        home: an empty directory for what the CLI keeps: its login, the plugin, and the state in `state/`.
    """

    def __init__(self, checkout: Checkout, home: Path) -> None:
        self.checkout, self.home = checkout, home
        self.backend = f"file://{home / 'state'}"
        tools = home / "bin"
        for directory in (tools, home / "state"):
            directory.mkdir(parents=True)
        (tools / "pulumi").symlink_to(Path(pulumi_cli.find().command).resolve())
        language_host.install(tools)
        install(home / "plugins")

    def emulated(self, stack: str) -> None:
        """Have a stack file say where the emulator is, in the place of credentials in the environment."""
        file = self.checkout.root / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text()) if file.exists() else {"config": {}}
        key, url = self.checkout.key, f"http://127.0.0.1:{self.checkout.port}"
        content["config"] |= {
            "aws:region": "us-east-1",
            "aws:accessKey": key.id,
            "aws:secretKey": key.secret,
            "aws:skipCredentialsValidation": True,
            "aws:endpoints": [dict.fromkeys(SERVICES, url)],
        }
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def types(self, command: str, status: int = 0) -> Ran:
        """Run a line by bash, without a terminal. Fails unless it ends with the status."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        environment |= {
            "HOME": str(self.home),
            "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of these tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
        return Ran(done.returncode, done.stdout, done.stderr)
