"""Run the ordinary `pulumi` in a checkout's directory, as on the pages, with that checkout's emulator."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import yaml

from local import pulumi_cli
from local.aws_plugin.emulator import SERVICES
from local.aws_plugin.served import served
from tests.support import language_host
from tests.support.checkout import Checkout, Ran, finished

TIMEOUT = 300.0  # seconds per command


class Shell:
    """A shell in a checkout, for a user who has the Pulumi CLI but no AWS account.

    Args:
        checkout: a checkout whose emulator runs.
        home: an empty directory for the CLI's login, and the state in `state/`.

    Use it as a context manager: plugins of commands that were left running end with it.
    """

    def __init__(self, checkout: Checkout, home: Path) -> None:
        self.checkout, self.home = checkout, home
        self.backend = f"file://{home / 'state'}"
        tools = home / "bin"
        for directory in (tools, home / "state"):
            directory.mkdir(parents=True)
        (tools / "pulumi").symlink_to(Path(pulumi_cli.find().command).resolve())
        self._plugins = ExitStack()

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_: object) -> None:
        self._plugins.close()

    def emulated(self, stack: str, url: str = "") -> None:
        """Write the address of the emulator, or of a proxy in front of it, and its key into a stack file."""
        file = self.checkout.root / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text()) if file.exists() else {"config": {}}
        key, url = self.checkout.key, url or f"http://127.0.0.1:{self.checkout.port}"
        content["config"] |= {
            "aws:region": "us-east-1",
            "aws:accessKey": key.id,
            "aws:secretKey": key.secret,
            "aws:skipCredentialsValidation": True,
            "aws:endpoints": [dict.fromkeys(SERVICES, url)],
        }
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def types(self, command: str) -> Ran:
        """Run a line with bash, without a terminal. It must succeed."""
        ran = self._run(command)
        assert ran.status == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def refused(self, command: str, *words: str) -> Ran:
        """Run a line that must fail with a message that contains these words, and without a traceback."""
        ran = self._run(command)
        ran.refused(*words)
        return ran

    def starts(self, command: str) -> "subprocess.Popen[str]":
        """Start a line with bash in its own process group, without waiting for it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        environment |= {
            "HOME": str(self.home),
            "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of these tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "GOGC": "400",  # as for the local stack
            **self._plugins.enter_context(served()),
        }
        environment |= self._plugins.enter_context(language_host.served(environment))
        return subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.checkout.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _run(self, command: str) -> Ran:
        return finished(self.starts(command), TIMEOUT)
