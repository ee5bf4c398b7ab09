"""Serve the plugin from the process that starts the engine, which saves the start of another Python process."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import grpc  # type: ignore[import-untyped]
from botocore import xform_name
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from .emulator import THREADS, Refusal
from .provider import LocalAws

VERSION = version("pulumi-aws")  # the engine asks for the plugin by its SDK's version


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """Serve the plugin for one engine, and yield the environment variables with which the engine finds it.

    PULUMI_DEBUG_PROVIDERS: https://www.pulumi.com/docs/iac/cli/environment-variables/
    """
    engine = _Engine()
    plugin = LocalAws(engine.warn)
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[("grpc.max_receive_message_length", 400 << 20)])
    methods = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name
    acts = {name: _handler(getattr(plugin, xform_name(name), None)) for name in methods}
    acts |= {"Attach": engine.attach, "GetPluginInfo": lambda *_: plugin_pb2.PluginInfo(version=VERSION)}
    servicer: Any = SimpleNamespace(**acts)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    finally:
        plugin.cancel()  # stops all waits, since a killed engine does not cancel
        server.stop(None).wait()


class _Engine:
    """The engine's side of the plugin: takes its warnings, at the address that the engine sends when it attaches."""

    address = ""

    def attach(self, request: plugin_pb2.PluginAttach, _: grpc.ServicerContext) -> Empty:
        self.address = request.address
        return Empty()

    def warn(self, urn: str, message: str) -> None:
        with grpc.insecure_channel(self.address) as channel:
            line = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            engine_pb2_grpc.EngineStub(channel).Log(line)


def _handler(act: Callable[[Any], Any] | None) -> Callable[[Any, grpc.ServicerContext], Any]:
    """Return the gRPC handler for a method of the plugin: None is unimplemented, and a Refusal becomes an error."""

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        if act is None:
            return context.abort(grpc.StatusCode.UNIMPLEMENTED, "")
        try:
            return act(request)
        except Refusal as error:
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return answer
