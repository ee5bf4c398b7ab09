"""Run a test's own program with the real engine and the `aws` plugin of this checkout, on the shared emulator."""

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
# When a program fails, the SDK leaves coroutines that are never awaited. The test collects them at its end, so that the
# warning does not appear in another test.
LEFT_BEHIND = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
_STILL = 6  # checks, 0.05 seconds apart, in which the loop did not run: then the SDK no longer uses it
PASSPHRASE = "a passphrase of these tests"


class _Workspace(automation.LocalWorkspace):
    """A workspace that creates the stack without the CLI, which would take half as long as an update."""

    def create_stack(self, stack_name: str) -> None:
        file = _file(Path(self.work_dir), stack_name)
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parents[2] / "meta.yaml").write_text("version: 1\n")
        file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": f"organization/identity/{stack_name}"}}))


def _file(work: Path, stack_name: str) -> Path:
    """Return the path of the stack's state file."""
    return work / ".pulumi" / "stacks" / "identity" / f"{stack_name}.json"


class Deployment:
    """A stack whose program a test can change from run to run.

    Args:
        home: a PULUMI_HOME that contains the plugin.
        url: the emulator's URL.
        work: an empty directory for project and state.
        stack: the stack's name.
        config: additional config, as in a stack file. It overrides the plugin's config.
        project: the keys of Pulumi.yaml besides name and runtime.
        key: the emulator's access key. The default is the key of this checkout.
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
                "GOGC": "400",  # as for the local stack
            },
        )
        self.stack = QuietStack(stack, workspace, StackInitMode.CREATE)

    def up(self, program: Program, policies: Sequence[str] = (), plan: Path | None = None) -> dict[str, int]:
        """Update the stack and return the engine's counts. `said` is set to the output.

        With a plan, the engine refreshes first and makes only the planned changes.
        """
        with self._listening():
            self.said = self.stack.up(program=program, **self._options(policies, plan)).stdout
        return self._counts

    def preview(self, program: Program, policies: Sequence[str] = (), plan: Path | None = None) -> dict[str, int]:
        """Preview the stack and return the engine's counts. With `plan`, refresh first and write a plan."""
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
        """Return the stack's outputs. Secrets stay encrypted, as in the state."""
        (stack,) = [item for item in self.state()["resources"] if item["type"] == "pulumi:pulumi:Stack"]
        return dict(stack["outputs"])

    def in_clear(self, name: str) -> Any:
        """Return an output in plain text. The CLI decrypts it, which takes as long as an update."""
        return self.stack.workspace.stack_outputs(self.stack.name)[name].value

    def resource(self, name: str) -> dict[str, Any]:
        """Return a resource of the state, by name."""
        (found,) = [item for item in self.state()["resources"] if item["urn"].endswith(f"::{name}")]
        return dict(found)

    def state(self) -> dict[str, Any]:
        return dict(json.loads(_file(self.work, self.stack.name).read_text())["checkpoint"]["latest"])

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Reset the counts, and afterwards close the event loops that the SDK leaves open when a program fails."""
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
    """Close an event loop that the SDK left open, after the program in it has ended."""
    still = 0
    for _ in range(200):
        still = 0 if loop.is_running() else still + 1
        if loop.is_closed() or still == _STILL:
            break
        time.sleep(0.05)
    loop.close()
