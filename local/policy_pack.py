"""The policy pack for an engine that lacks Pulumi's Python language host, whose part it takes.

The engine starts it as an executable file (`local/policy-pack`), and says in its first call what stack and config there
is. A pack in Python has to know both when it begins: so it begins then, and gets every call after that one.
"""

import contextlib
import io
import os
import runpy
import signal
import threading
from collections.abc import Callable
from concurrent import futures
from functools import partial
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.runtime import set_all_config
from pulumi.runtime.proto import analyzer_pb2

_PACK = Path(__file__).resolve().parent.parent / "policy" / "__main__.py"
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]  # a stack has megabytes

Begin = Callable[[analyzer_pb2.AnalyzerStackConfigureRequest], int]


class Host(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Has the pack begin with the stack that the engine configures, and passes the engine's calls on as they are.

    Args:
        begin: starts the pack for a stack, and gives back the port on which it takes calls; 0 where it does not start.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._channel: Any = None

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """What takes a call of the engine."""
        configures = call.method.endswith("/ConfigureStack")
        return grpc.unary_unary_rpc_method_handler(
            self._configure if configures else partial(self._pass_on, call.method)
        )

    def _configure(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        port = self._begin(analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request))
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
    server = grpc.server(futures.ThreadPoolExecutor(), handlers=[host], options=_UNLIMITED)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _begin(stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> int:
    """Begin the pack in this process: another one would import the SDK once more."""
    reading, writing = os.pipe()
    pipe = io.TextIOWrapper(io.FileIO(writing, "w"))
    with os.fdopen(reading) as said, contextlib.redirect_stdout(pipe):  # a pack says its port on standard output
        pack = threading.Thread(target=_run, args=(stack, pipe), daemon=True)
        pack.start()
        if not (port := said.readline()):
            pack.join()  # until it has told why
        return int(port or 0)


def _run(stack: analyzer_pb2.AnalyzerStackConfigureRequest, pipe: io.TextIOWrapper) -> None:
    os.environ["PULUMI_STACK"] = stack.stack
    set_all_config(dict(stack.config))
    with pipe:  # closed where the pack fails, so that nobody waits for its port
        runpy.run_path(str(_PACK), run_name="__main__")


def main() -> None:
    """Serve until the engine ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # by which it does, and waits: there is nothing to put in order first
    engine = os.getppid()
    server, port = served(Host(_begin))
    print(port, flush=True)
    while os.getppid() == engine:  # one that was killed has not ended it
        server.wait_for_termination(1)


if __name__ == "__main__":
    main()
