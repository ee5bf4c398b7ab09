"""The plugin, served by the process that starts the engine: a Python that is there already is not started once more."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from threading import Thread
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from .elided import address, restore
from .emulator import THREADS, Refusal
from .provider import LocalAws

VERSION = version("pulumi-aws")  # the engine asks for the plugin by its SDK's version
_CALLS = [
    *("CheckConfig", "DiffConfig", "Configure", "Invoke", "Check", "Diff"),
    *("Create", "Read", "Update", "Delete", "GetSchema"),
]


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """While this lasts, an engine that is given this environment finds the plugin here. For one engine at a time.

    https://www.pulumi.com/docs/iac/cli/environment-variables/ tells of PULUMI_DEBUG_PROVIDERS.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    engine = _Engine()
    plugin = LocalAws(engine.warn)
    server, port = asyncio.run_coroutine_threadsafe(_started(plugin, engine), loop).result()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server, plugin), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Engine:
    """Where the engine takes what the plugin says to people; it tells when it attaches itself."""

    address = ""

    def warn(self, urn: str, message: str) -> None:
        with grpc.insecure_channel(self.address) as channel:
            line = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            engine_pb2_grpc.EngineStub(channel).Log(line)


def _adapted(name: str) -> Callable[..., Any]:
    answered = getattr(ProviderServicer, name)

    async def method(self: ProviderServicer, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        address(request)
        try:
            answer = await answered(self, request, context)
            restore(answer)
            return answer
        except Exception as error:
            # The SDK wraps every error into one with a traceback; the user's mistakes are told as they stand.
            cause = error.__context__ if not isinstance(error, Refusal) else error
            if isinstance(cause, Refusal):
                await context.abort(grpc.StatusCode.UNKNOWN, str(cause))
            raise

    return method


async def _attach(self: Any, request: Any, context: Any) -> Empty:  # noqa: ARG001 - gRPC's signature
    self.engine.address = request.address
    return Empty()


_Servicer = type("_Servicer", (ProviderServicer,), {"Attach": _attach, **{name: _adapted(name) for name in _CALLS}})


async def _started(plugin: LocalAws, engine: _Engine) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 << 20)])
    servicer = _Servicer([], VERSION, plugin, "")
    servicer.engine = engine
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


async def _ended(server: grpc.aio.Server, plugin: LocalAws) -> None:
    await plugin.cancel()  # an engine that was killed has not: what waits for the emulator waits no longer
    await server.stop(None)
