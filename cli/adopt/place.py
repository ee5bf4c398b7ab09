"""Where a stack's state is, and the `pulumi` that works on it: the local stack's own, or a person's."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, language_pb2_grpc, plugin_pb2

from cli import pulumi_command
from cli.adopt.report import AdoptError
from cli.pulumi_command import said
from local import environment, paths, stack_file
from local.aws_plugin import install

Deployment = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A stack, the directory of its Pulumi.yaml and Pulumi.<stack>.yaml, and the environment of its `pulumi`."""

    stack: str
    directory: Path
    environment: Mapping[str, str]

    @property
    def name(self) -> str:
        """The stack's own name, as in Pulumi.<name>.yaml: without the organization before it."""
        return self.stack.rpartition("/")[2]

    @property
    def local(self) -> bool:
        return self.stack == paths.STACK

    def export(self) -> Deployment | None:
        """The stack's deployment, secrets still encrypted; None where there is no such stack yet."""
        done = self._run(["stack", "export", "--stack", self.stack], self.directory)
        if done.returncode == 0:
            deployment: Deployment = json.loads(done.stdout)
            return deployment
        if "no stack named" in done.stderr:
            return None
        raise AdoptError(f"The state of the stack `{self.stack}` cannot be read. Pulumi says: {said(done)}")

    def replace(self, deployment: Path) -> None:
        """Put a deployment in the place of the stack's own."""
        command = ["stack", "import", "--stack", self.stack, "--file", str(deployment)]
        done = self._run(command, self.directory)
        if done.returncode:
            raise AdoptError(
                f"The state could not be completed. Pulumi says: {said(done)}\n"
                f"Run the same command again, or by hand: pulumi {' '.join(command)}"
            )

    def bring_in(self, file: Path) -> None:
        """Run `pulumi import` with the file. It writes to the state alone."""
        command = ["import", "--file", str(file), *IMPORT_OPTIONS, "--skip-preview", "--yes", "--stack", self.stack]
        with self._project() as directory:
            done = self._run(command, directory)
        if done.returncode:
            raise AdoptError(
                f"`pulumi import` failed; what it has imported stays in the state. Pulumi says:\n{said(done)}\n"
                "Nothing in AWS was changed. Fix what it says, then run the same command again: it goes on from here."
            )

    def make(self) -> None:
        """Make the local stack; another one is for a person to make, who chooses where its secrets are kept."""
        if not self.local:
            raise AdoptError(
                f"There is no stack `{self.stack}` yet. Make it: pulumi stack init {self.stack}. Then run this again."
            )
        done = self._run(["stack", "init", self.stack], self.directory)
        if done.returncode:
            raise AdoptError(f"The stack `{self.stack}` could not be made. Pulumi says: {said(done)}")

    def _run(self, arguments: list[str], directory: Path) -> "subprocess.CompletedProcess[str]":
        return pulumi_command.run(*arguments, directory=directory, environment=self.environment)

    @contextmanager
    def _project(self) -> Iterator[Path]:
        """The directory to import in. The local stack's CLI may be without a Python host, which it would ask for."""
        if not self.local:
            yield self.directory
            return
        install(paths.PULUMI_HOME / "plugins")
        server = grpc.server(ThreadPoolExecutor(2))
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_NoProgram(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        project = stack_file.read(self.directory / paths.PROJECT_FILE)
        project["runtime"] = {"name": "client", "options": {"address": f"127.0.0.1:{port}"}}
        directory = files(self.stack) / "project"
        settings = (self.directory / paths.STACK_FILE).read_text(encoding="utf-8")
        stack_file.write(directory / paths.PROJECT_FILE, project)
        paths.write_whole(directory / paths.STACK_FILE, settings)
        try:
            yield directory
        finally:
            server.stop(None)


# Protected until the first `up` has made of it what the config says.
IMPORT_OPTIONS = ("--generate-code=false", "--protect=true")


class _NoProgram(LanguageRuntimeServicer):
    """All that an import asks of a language host: nothing is run."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ARG002
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: ARG002
        return language_pb2.GetRequiredPluginsResponse()


def files(stack: str) -> Path:
    """Where adoption leaves its files: out of git's sight, since they name what an account holds."""
    return paths.LOCAL / "adopt" / stack.replace("/", "-")


def ordinary(stack: str) -> Place:
    return Place(stack, paths.CHECKOUT, {})


def emulated() -> Place:
    paths.BACKEND.mkdir(parents=True, exist_ok=True)
    return Place(paths.STACK, paths.PROJECT, environment.of_the_engine())
