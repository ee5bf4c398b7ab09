"""The plugin, served by the process that starts the engine: a Python that is there already is not started once more."""

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
    """While this lasts, an engine that is given this environment finds the plugin here. For one engine at a time.

    https://www.pulumi.com/docs/iac/cli/environment-variables/ tells of PULUMI_DEBUG_PROVIDERS.
    """
    engine = _Engine()
    plugin = LocalAws(engine.warn)
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[("grpc.max_receive_message_length", 400 << 20)])
    methods = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods_by_name
    acts = {name: _told(getattr(plugin, xform_name(name), None)) for name in methods}
    acts |= {"Attach": engine.attach, "GetPluginInfo": lambda *_: plugin_pb2.PluginInfo(version=VERSION)}
    servicer: Any = SimpleNamespace(**acts)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    finally:
        plugin.cancel()  # an engine that was killed has not: what waits for the emulator waits no longer
        server.stop(None).wait()


class _Engine:
    """Where the engine takes what the plugin says to people; it tells when it attaches itself."""

    address = ""

    def attach(self, request: plugin_pb2.PluginAttach, _: grpc.ServicerContext) -> Empty:
        self.address = request.address
        return Empty()

    def warn(self, urn: str, message: str) -> None:
        with grpc.insecure_channel(self.address) as channel:
            line = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            engine_pb2_grpc.EngineStub(channel).Log(line)


def _told(act: Callable[[Any], Any] | None) -> Callable[[Any, grpc.ServicerContext], Any]:
    """What an act of the plugin answers, or why it cannot; a plugin need not have each act that the engine knows."""

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        if act is None:
            return context.abort(grpc.StatusCode.UNIMPLEMENTED, "")
        try:
            return act(request)
        except Refusal as error:
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return answer
