"""The ordinary `pulumi`, typed in a checkout's directory as the pages say, on that checkout's emulator."""

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

TIMEOUT = 300.0  # seconds for one command


class Shell:
    """A shell in a checkout, for somebody who has the Pulumi CLI and no account on AWS.

    Args:
        checkout: with its emulator running.
        home: an empty directory for what the CLI keeps: its login, and the state in `state/`.

    Use it as a context manager: the plugin of a command that was left running ends with it.
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
        """Have a stack file say where the emulator is, or the proxy before it, in the place of credentials."""
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
        """Run a line by bash, without a terminal, which must succeed."""
        ran = self._run(command)
        assert ran.status == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def refused(self, command: str, *words: str) -> Ran:
        """Run a line that must fail, with a message that has these words, and without a traceback."""
        ran = self._run(command)
        ran.refused(*words)
        return ran

    def starts(self, command: str) -> "subprocess.Popen[str]":
        """Start a line by bash in a process group of its own, and leave it running."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        environment |= {
            "HOME": str(self.home),
            "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}",
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of these tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "GOGC": "400",  # as the local stack has it
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
