"""The policy pack for an engine that lacks Pulumi's Python language host, whose part it takes.

The engine starts it as an executable file (`local/policy-pack`), and says in its first call what stack and config there
is. A pack in Python has both in its environment: so it is started then, and gets every call after that one.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent import futures
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2

_PACK = Path(__file__).resolve().parent.parent / "policy" / "__main__.py"
# Its environment by a pipe: a config of a few hundred APIs is longer than Linux lets a program be given (128 KiB).
_START = """import json, os, runpy, sys
os.environ |= json.load(sys.stdin)
sys.argv = sys.argv[1:]
run = runpy.run_path if sys.argv[0].endswith(".py") else runpy.run_module
run(sys.argv[0], run_name="__main__")"""
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]  # a stack has megabytes


class Host:
    """Starts the pack for the stack that the engine configures, and passes the engine's calls on as they are.

    Args:
        python: the interpreter of the pack.
        arguments: the file or the module that is run, and what it is given; it prints the port on which it takes calls.
        directory: where it is started.
    """

    def __init__(self, python: str, arguments: Sequence[str], directory: Path | None = None) -> None:
        self._python, self._arguments, self._directory = python, arguments, directory
        self._pack: subprocess.Popen[bytes] | None = None
        self._channel: Any = None

    def handlers(self) -> grpc.GenericRpcHandler:
        """What takes every call of the engine to a policy pack."""
        service = analyzer_pb2.DESCRIPTOR.services_by_name["Analyzer"]
        methods = {}
        for method in service.methods:
            pass_on = partial(self._pass_on, f"/{service.full_name}/{method.name}")
            methods[method.name] = grpc.unary_unary_rpc_method_handler(pass_on)
        methods["ConfigureStack"] = grpc.unary_unary_rpc_method_handler(self._configure)
        return grpc.method_handlers_generic_handler(service.full_name, methods)

    def stop(self) -> None:
        if self._pack:
            self._pack.terminate()
            self._pack.wait()

    def _configure(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        stack = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
        environment = {
            "PULUMI_ORGANIZATION": stack.organization,
            "PULUMI_PROJECT": stack.project,
            "PULUMI_STACK": stack.stack,
            "PULUMI_DRY_RUN": str(stack.dry_run).lower(),
            "PULUMI_CONFIG": json.dumps(dict(stack.config)),
        }
        command = [self._python, "-u", "-c", _START, *self._arguments]
        self._pack = subprocess.Popen(command, cwd=self._directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", self._pack.stdin) as given:
            given.write(json.dumps(environment).encode())
        port = next(iter(self._pack.stdout or ()), b"").decode().strip()
        if not port:
            context.abort(grpc.StatusCode.INTERNAL, "the policy pack did not start")
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_UNLIMITED)
        return analyzer_pb2.AnalyzerStackConfigureResponse().SerializeToString()

    def _pass_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        if not self._channel:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "there is no pack before there is a stack")
        try:
            response: bytes = self._channel.unary_unary(method)(request)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        return response


def served(host: Host) -> tuple[grpc.Server, int]:
    """A server that has been started, and its port."""
    server = grpc.server(futures.ThreadPoolExecutor(), handlers=[host.handlers()], options=_UNLIMITED)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main() -> None:
    """Serve until the engine ends this process."""
    host = Host(sys.executable, [str(_PACK)])
    server, port = served(host)
    print(port, flush=True)
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(None)
    finally:
        host.stop()


if __name__ == "__main__":
    main()
