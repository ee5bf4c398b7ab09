"""Pulumi's Python language host in small, for a CLI that was built with Go alone and has none beside it.

The ordinary `pulumi` finds it on PATH and has it run `__main__.py`, and the policy pack of a folder. Pulumi's own
(https://github.com/pulumi/pulumi/tree/master/sdk/python/cmd/pulumi-language-python) does the same; where the CLI comes
from Pulumi's installer that one is beside it, and is used. What `pulumi new`, `convert` and `package` ask is not here,
and `pulumi install` is told that the packages are installed: the virtual environment is that of the tests.
"""

import contextlib
import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import IO, cast

import grpc  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, language_pb2_grpc, plugin_pb2
from pulumi.runtime.proto import language_pb2 as rpc

from local import policy_pack, pulumi_cli
from local.aws_plugin.served import VERSION

_CHECKOUT = Path(__file__).resolve().parents[2]
_TOLD = 32  # the exit status of a program whose failure has been told in full
# Its environment by a pipe: a config of a few hundred APIs is longer than Linux lets a program be given (128 KiB).
_START = """import json, os, runpy, sys
os.environ |= json.load(sys.stdin)
sys.argv = ["pulumi.policy", *sys.argv[1:]]
runpy.run_module("pulumi.policy", run_name="__main__")"""
_EXECUTOR = Path(__file__).with_name("language_executor.py")


def install(directory: Path) -> None:
    """Put the executable into a directory, which then goes to the end of the CLI's PATH."""
    start = f"import sys; sys.path.insert(0, {str(_CHECKOUT)!r}); from tests.support import language_host as host; "
    program = directory / "pulumi-language-python"
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -c {shlex.quote(start + "host.main()")} "$@"\n'
    )
    program.chmod(0o755)


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine asks of a language. Which Python runs: that of the project's `runtime.options.virtualenv`."""

    _engine = ""

    def Handshake(
        self, request: rpc.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> rpc.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return rpc.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=str(pulumi_cli.VERSION))

    def GetRequiredPackages(
        self, _request: rpc.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> rpc.GetRequiredPackagesResponse:
        aws = plugin_pb2.PackageDependency(name="aws", kind="resource", version=f"v{VERSION}")
        return rpc.GetRequiredPackagesResponse(packages=[aws])

    def GetProgramDependencies(
        self, _request: rpc.GetProgramDependenciesRequest, _context: grpc.ServicerContext
    ) -> rpc.GetProgramDependenciesResponse:
        found = [
            rpc.DependencyInfo(name=distribution.name, version=distribution.version) for distribution in distributions()
        ]
        return rpc.GetProgramDependenciesResponse(dependencies=found)

    def About(self, _request: rpc.AboutRequest, _context: grpc.ServicerContext) -> rpc.AboutResponse:
        return rpc.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def InstallDependencies(
        self, request: rpc.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[rpc.InstallDependenciesResponse]:
        if not Path(_python(request.info)).exists():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"no virtual environment at {_python(request.info)}")
        yield rpc.InstallDependenciesResponse(stdout=b"The packages are installed.\n")

    def Run(self, request: rpc.RunRequest, _context: grpc.ServicerContext) -> rpc.RunResponse:
        command = [_python(request.info), "-P", str(_EXECUTOR), self._engine]
        # The config in the environment, as Pulumi's own host gives it: on Linux it may have 128 KiB in all.
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        rest = rpc.RunRequest()
        rest.CopyFrom(request)
        rest.ClearField("config")
        done = subprocess.run(command, input=rest.SerializeToString(), env={**os.environ, **config}, check=False)
        if done.returncode == _TOLD:
            return rpc.RunResponse(bail=True)
        status = done.returncode
        return rpc.RunResponse(error=f"program exited with non-zero exit code: {status}" if status else "")

    def RunPlugin(
        self, request: rpc.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[rpc.RunPluginResponse]:
        if request.kind != "analyzer":
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED, f"only policy packs are run, not a plugin of kind {request.kind}"
            )
        folder = request.info.program_directory
        command = [_python(request.info), "-u", "-c", _START, *request.args, folder]
        with contextlib.ExitStack() as pack:
            server, port = policy_pack.served(policy_pack.Host(partial(_begin, pack, command, folder)))
            yield rpc.RunPluginResponse(stdout=f"{port}\n".encode())
            ended = threading.Event()
            context.add_callback(ended.set)
            ended.wait()
            server.stop(None)


def _begin(
    pack: contextlib.ExitStack, command: list[str], folder: str, stack: analyzer_pb2.AnalyzerStackConfigureRequest
) -> int:
    """Begin a pack for a stack, by the pack's own Python. At the end of `pack` it is ended."""
    environment = {
        "PULUMI_ORGANIZATION": stack.organization,
        "PULUMI_PROJECT": stack.project,
        "PULUMI_STACK": stack.stack,
        "PULUMI_DRY_RUN": str(stack.dry_run).lower(),
        "PULUMI_CONFIG": json.dumps(dict(stack.config)),
    }
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pack.enter_context(process)
    pack.callback(process.terminate)
    with cast("IO[str]", process.stdin) as given:
        json.dump(environment, given)
    return int(cast("IO[str]", process.stdout).readline() or 0)


def _python(info: rpc.ProgramInfo) -> str:
    return str(Path(info.root_directory, str(info.options["virtualenv"]), "bin", "python"))


def main() -> None:
    """Serve until the engine ends this process, or is gone."""
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    parent = os.getppid()
    with contextlib.suppress(KeyboardInterrupt):  # which is how the engine ends its plugins
        while server.wait_for_termination(2) and os.getppid() == parent:
            pass
