"""A small version of Pulumi's Python language host, for a CLI that is built with Go alone and therefore has no host.

The ordinary `pulumi` gets its address, and lets it run `__main__.py` and policy packs. Pulumi's own host
(https://github.com/pulumi/pulumi/tree/master/sdk/python/cmd/pulumi-language-python) does the same, but each of its
processes imports all packages again. Calls used by `pulumi new`, `convert` and `package` are not implemented.
`pulumi install` succeeds without installing: the virtual environment is that of the tests.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
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
from tests.support import forked

_TOLD = 32  # the exit status of a program whose failure was already reported in full
# The environment comes through a pipe: the config of some hundred APIs exceeds Linux's limit for a variable (128 KiB).
_START = """import json, os, runpy, sys
os.environ |= json.load(sys.stdin)
sys.argv = ["pulumi.policy", *sys.argv[1:]]
runpy.run_module("pulumi.policy", run_name="__main__")"""
_EXECUTOR = Path(__file__).with_name("language_executor.py").read_text(encoding="utf-8")
_TIMEOUT = 300.0  # seconds per program


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The language service for the engine. `environment` is that of the `pulumi` process that calls it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._engine = ""

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

    def Run(self, request: rpc.RunRequest, context: grpc.ServicerContext) -> rpc.RunResponse:
        # Pass the config in the environment, as Pulumi's own host does. On Linux a variable is limited to 128 KiB.
        environment = {
            **self._environment,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        # Check cheaply that the project's Python starts with this environment. The program itself runs in a fork.
        subprocess.run([_python(request.info), "-S", "-c", ""], env=environment, check=True)
        rest = rpc.RunRequest()
        rest.CopyFrom(request)
        rest.ClearField("config")
        given, there = ["-c", _EXECUTOR, self._engine], Path(request.pwd)
        with ExitStack() as running:
            # If the engine is killed, kill the program too: it would wait forever for a response.
            began = partial(_end_with, context, running)
            status, _, _ = forked.run(given, there, environment, _TIMEOUT, typed=rest.SerializeToString(), began=began)
        if status == _TOLD:
            return rpc.RunResponse(bail=True)
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
        with ExitStack() as pack:
            server, port = policy_pack.served(policy_pack.Host(partial(_begin, pack, command, folder)))
            yield rpc.RunPluginResponse(stdout=f"{port}\n".encode())
            ended = threading.Event()
            context.add_callback(ended.set)
            ended.wait()
            server.stop(None)


def _begin(pack: ExitStack, command: list[str], folder: str, stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> int:
    """Start a policy pack for a stack, with the pack's own Python, and return its port. It ends when `pack` closes."""
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


def _end_with(context: grpc.ServicerContext, running: ExitStack, program: int) -> None:
    """Kill the program if the engine's call ends before the program does."""
    ended = threading.Event()
    running.callback(ended.set)
    context.add_callback(lambda: None if ended.is_set() else os.kill(program, signal.SIGKILL))


def _python(info: rpc.ProgramInfo) -> str:
    return str(Path(info.root_directory, str(info.options["virtualenv"]), "bin", "python"))


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Serve the language host, and yield the environment variables with which an engine finds it.

    PULUMI_DEBUG_LANGUAGES is described at
    https://pulumi-developer-docs.readthedocs.io/latest/developer-docs/debugging/providers.html.
    """
    server = grpc.server(ThreadPoolExecutor())
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(environment), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_LANGUAGES": f"python:{port}"}
    finally:
        server.stop(None)
