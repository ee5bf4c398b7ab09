"""A program of a test's own, run by the real engine with this checkout's `aws` plugin, on an emulator for all tests."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from pulumi import automation
from pulumi.automation._stack import StackInitMode

from local import engine, keys, pulumi_cli
from local.aws_plugin import emulator
from local.stack import QuietStack

Program = Callable[[], None]
SERVICES = tuple(emulator.SERVICES)
# The SDK never awaits some coroutines of a program that fails; they are not ours. A test collects them at its end, so
# that none is told in another one's place.
LEFT_BEHIND = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
_STILL = 6  # looks, 0.05 seconds apart, at a loop that does not run: the SDK is through with it
PASSPHRASE = "a passphrase of these tests"


class _Workspace(automation.LocalWorkspace):
    """A workspace that makes the stack without the CLI, which takes half as long for it as for an update."""

    def create_stack(self, stack_name: str) -> None:
        file = _file(Path(self.work_dir), stack_name)
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parents[2] / "meta.yaml").write_text("version: 1\n")
        file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": f"organization/identity/{stack_name}"}}))


def _file(work: Path, stack_name: str) -> Path:
    """The stack's state."""
    return work / ".pulumi" / "stacks" / "identity" / f"{stack_name}.json"


class Deployment:
    """One stack, whose program the test changes as it goes.

    Args:
        home: a PULUMI_HOME with the plugin in it.
        url: the emulator's.
        work: an empty directory for project and state.
        stack: the stack's name.
        config: config beside the plugin's own, as the stack file has it; it may override that.
        project: what Pulumi.yaml has besides name and runtime.
        key: the emulator's, where it is another checkout's.
    """

    def __init__(
        self,
        home: Path,
        url: str,
        work: Path,
        stack: str = "test",
        config: Mapping[str, Any] | None = None,
        project: Mapping[str, Any] | None = None,
        key: keys.Key | None = None,
    ) -> None:
        key = key or keys.own()
        self.url, self.work, self.said = url, work, ""
        self._counts: dict[str, int] = {}
        plugin = {
            "aws:region": "us-east-1",
            "aws:accessKey": key.id,
            "aws:secretKey": key.secret,
            "aws:skipCredentialsValidation": True,
            "aws:endpoints": [dict.fromkeys(SERVICES, url)],
        }
        (work / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "identity", "runtime": "python", **(project or {})}))
        (work / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": plugin | dict(config or {})}))
        workspace = _Workspace(
            work_dir=str(work),
            pulumi_home=str(home),
            pulumi_command=engine.Cli(pulumi_cli.find(), held=None),
            env_vars={
                "PULUMI_BACKEND_URL": f"file://{work}",
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "GOGC": "400",  # as the local stack has it
            },
        )
        self.stack = QuietStack(stack, workspace, StackInitMode.CREATE)

    def up(self, program: Program, policies: Sequence[str] = (), plan: Path | None = None) -> dict[str, int]:
        """Update, and give back what the engine counted; `said` has what it printed.

        With a plan it first looks at AWS, and does what is planned alone.
        """
        with self._listening():
            self.said = self.stack.up(program=program, **self._options(policies, plan)).stdout
        return self._counts

    def preview(self, program: Program, policies: Sequence[str] = (), plan: Path | None = None) -> dict[str, int]:
        """Preview; with a plan it first looks at AWS, and writes the plan there."""
        with self._listening():
            self.said = self.stack.preview(program=program, **self._options(policies, plan)).stdout
        return self._counts

    def _options(self, policies: Sequence[str], plan: Path | None) -> dict[str, Any]:
        planned = {"plan": str(plan), "refresh": True} if plan else {}
        return {"color": "never", "on_event": self._hear, "policy_packs": list(policies) or None, **planned}

    def refresh(self, program: Program) -> dict[str, int]:
        self.stack.workspace.program = program
        with self._listening():
            self.said = self.stack.refresh(color="never", on_event=self._hear).stdout
        return self._counts

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, a secret as the state has it."""
        (stack,) = [item for item in self.state()["resources"] if item["type"] == "pulumi:pulumi:Stack"]
        return dict(stack["outputs"])

    def in_clear(self, name: str) -> Any:
        """One of them, by the CLI, which takes as long for it as for an update."""
        return self.stack.workspace.stack_outputs(self.stack.name)[name].value

    def resource(self, name: str) -> dict[str, Any]:
        """What the state has of a resource."""
        (found,) = [item for item in self.state()["resources"] if item["urn"].endswith(f"::{name}")]
        return dict(found)

    def state(self) -> dict[str, Any]:
        return dict(json.loads(_file(self.work, self.stack.name).read_text())["checkpoint"]["latest"])

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Count anew, and close the event loops that the SDK leaves open when a program fails."""
        self._counts, loops = {}, list[asyncio.AbstractEventLoop]()
        make = asyncio.new_event_loop

        def noted() -> asyncio.AbstractEventLoop:
            loops.append(make())
            return loops[-1]

        try:
            with mock.patch("asyncio.new_event_loop", noted):
                yield
        finally:
            for loop in loops:
                _close(loop)

    def _hear(self, event: automation.EngineEvent) -> None:
        if event.summary_event:
            changes = event.summary_event.resource_changes
            self._counts = {str(getattr(kind, "value", kind)): count for kind, count in changes.items() if count}


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """Close a loop that the SDK has not, once the program in it has come to its end."""
    still = 0
    for _ in range(200):
        still = 0 if loop.is_running() else still + 1
        if loop.is_closed() or still == _STILL:
            break
        time.sleep(0.05)
    loop.close()
