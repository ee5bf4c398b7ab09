"""The plugin's process: `python -m local.aws_plugin <engine address>` serves the provider and prints its port."""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from .elided import address, restore
from .emulator import THREADS, Refusal
from .install import VERSION
from .provider import LocalAws


def _adapted(name: str) -> Callable[..., Any]:
    served = getattr(ProviderServicer, name)

    async def method(self: ProviderServicer, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        address(request)
        try:
            answer = await served(self, request, context)
            restore(answer)
            return answer
        except Exception as error:
            # The SDK wraps every error into one with a traceback; the user's mistakes are told as they stand.
            cause = error.__context__ if not isinstance(error, Refusal) else error
            if isinstance(cause, Refusal):
                await context.abort(grpc.StatusCode.UNKNOWN, str(cause))
            raise

    return method


_CALLS = [
    "CheckConfig",
    "DiffConfig",
    "Configure",
    "Invoke",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
    "GetSchema",
]
Servicer = type("Servicer", (ProviderServicer,), {name: _adapted(name) for name in _CALLS})


def _warner(engine: str) -> Callable[[str, str], None]:
    def warn(urn: str, message: str) -> None:
        with grpc.insecure_channel(engine) as channel:
            line = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            engine_pb2_grpc.EngineStub(channel).Log(line)

    return warn


async def _serve(engine: str) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 << 20)])
    servicer = Servicer([], VERSION, LocalAws(_warner(engine)), engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    parent = os.getppid()
    # An engine that was killed ends nobody: without this its plugins would stay for good.
    while os.getppid() == parent:
        await asyncio.sleep(1)
    os._exit(1)


def main() -> None:
    """Serve until the engine ends the process. The user's own AWS set-up is left out of it altogether."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        sys.exit("This is a Pulumi plugin: the engine starts it, with its address. To use it: make up")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(addresses[0]))


if __name__ == "__main__":
    main()
