"""Run the policy pack for an engine without Pulumi's Python language host.

The engine starts this program as an executable (`local/policy-pack`) and sends the stack and the config in its first
call. A Python pack needs both when it starts. So this program starts the pack at the first call, and forwards all later
calls to the pack.
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
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]  # a call may be megabytes

Begin = Callable[[analyzer_pb2.AnalyzerStackConfigureRequest], int]


class Host(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Starts the pack when the engine configures the stack, and forwards all other calls unchanged.

    Args:
        begin: starts the pack for a stack, and returns the pack's port; 0 if the pack does not start.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._channel: Any = None

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """Return the handler for a call of the engine."""
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
    """Start a server on a free port of 127.0.0.1; return both."""
    server = grpc.server(futures.ThreadPoolExecutor(), handlers=[host], options=_UNLIMITED)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _begin(stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> int:
    """Start the pack in this process: a new process would have to import the SDK again."""
    reading, writing = os.pipe()
    pipe = io.TextIOWrapper(io.FileIO(writing, "w"))
    with os.fdopen(reading) as said, contextlib.redirect_stdout(pipe):  # a pack prints its port
        pack = threading.Thread(target=_run, args=(stack, pipe), daemon=True)
        pack.start()
        if not (port := said.readline()):
            pack.join()  # until it has printed its error
        return int(port or 0)


def _run(stack: analyzer_pb2.AnalyzerStackConfigureRequest, pipe: io.TextIOWrapper) -> None:
    os.environ["PULUMI_STACK"] = stack.stack
    set_all_config(dict(stack.config))
    with pipe:  # closed if the pack fails, so that `_begin` does not wait for a port
        runpy.run_path(str(_PACK), run_name="__main__")


def main() -> None:
    """Serve until the engine ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine's signal to end: no clean-up is needed
    engine = os.getppid()
    server, port = served(Host(_begin))
    print(port, flush=True)
    while os.getppid() == engine:  # a killed engine sends no signal
        server.wait_for_termination(1)


if __name__ == "__main__":
    main()
