"""A stack's state through the Pulumi CLI: preview, import, export."""

import json
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pulumi.automation import CommandError, Deployment, LocalWorkspace, Stack, StackNotFoundError

from local import engine, paths, pulumi_cli, pulumi_command, stack_file
from local.aws_plugin.served import served
from local.console import Failure
from local.pulumi_command import said

# Imported resources stay protected until the first `up` sets `protect` from the config.
_IMPORT = ("--generate-code=false", "--protect=true", "--skip-preview", "--yes")


class Place:
    """A stack: the local stack of this checkout on the emulator, or one in the user's own Pulumi backend.

    Args:
        stack: the stack's name, optionally with the organization, as Pulumi accepts it.
    """

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.name = stack.rpartition("/")[2]  # without the organization before it
        self.local = stack == paths.STACK
        self.file = paths.CHECKOUT / f"Pulumi.{self.name}.yaml"
        # The folder for files of the adoption. Git ignores it, since they describe the account's resources.
        self.files = paths.LOCAL / "adopt" / stack.replace("/", "-")
        self._directory = paths.PROJECT if self.local else paths.CHECKOUT

    def export(self) -> dict[str, Any]:
        """Return the stack's deployment, with its secrets encrypted; empty if the stack does not exist yet."""
        done = pulumi_command.run(self.stack, "stack", "export")
        if done.returncode == 0:
            whole: dict[str, Any] = json.loads(done.stdout)
            return whole
        if "no stack named" in done.stderr or (self.local and not paths.BACKEND.exists()):
            return {}
        raise Failure(f"The state of the stack `{self.stack}` cannot be read. Pulumi says: {said(done)}")

    def would_make(self) -> dict[str, Any]:
        """Return Pulumi's import file for all resources that a preview would create, with names, types and parents."""
        file = self.files / "would-make.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._stack().preview(import_file=str(file), color="never")
        except CommandError as error:
            raise Failure(f"The preview of the stack `{self.stack}` failed.\n{_diagnostics(error)}") from None
        made = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.unlink(missing_ok=True)
        return {"resources": [], **made}

    def bring_in(self, file: Path) -> None:
        """Run `pulumi import` with the file. It changes only the state."""
        plugin: AbstractContextManager[Mapping[str, str]] = served() if self.local else nullcontext({})
        project = stack_file.read(self._directory / paths.PROJECT_FILE)
        # An import runs no program, and the CLI that was built for this checkout has no language host.
        del project["runtime"]
        with TemporaryDirectory(dir=self.files) as directory, plugin as plugged:
            stack_file.write(Path(directory) / paths.PROJECT_FILE, project)
            shutil.copy(self._directory / self.file.name, directory)
            arguments = ("import", "--file", str(file), *_IMPORT)
            done = pulumi_command.run(self.stack, *arguments, directory=Path(directory), more=plugged)
        if done.returncode:
            raise Failure(
                f"`pulumi import` failed; resources imported so far stay in the state. Pulumi says:\n{said(done)}\n"
                "Nothing in AWS was changed. Fix the cause and run the same command again; it continues from here."
            )

    def replace(self, whole: dict[str, Any]) -> None:
        """Replace the stack's deployment."""
        self._stack().import_stack(Deployment(version=whole["version"], deployment=whole["deployment"]))

    def _stack(self) -> Stack:
        if self.local:
            return engine.local_stack(engine.Cli(pulumi_cli.find(), None))
        found = pulumi_cli.find()
        workspace = LocalWorkspace(work_dir=str(paths.CHECKOUT), program=engine.program, pulumi_command=found)
        try:
            return Stack.select(self.stack, workspace)
        except StackNotFoundError:
            raise Failure(
                f"There is no stack `{self.stack}` yet. Create it: pulumi stack init {self.stack}. Then run this again."
            ) from None
        except CommandError as error:
            raise Failure(f"The stack `{self.stack}` cannot be used.\n{_diagnostics(error)}") from None


def resources_of(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the resources of a deployment; empty if the stack has never been updated."""
    return (whole.get("deployment") or {}).get("resources") or []


def _diagnostics(error: CommandError) -> str:
    """Return the diagnostics of the engine, without its progress lines."""
    text = str(error)
    return text.partition("Diagnostics:")[2].partition("\nResources:")[0].strip("\n") or text
