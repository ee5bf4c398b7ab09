"""Event loops for a program that runs without the engine.

Pulumi's SDK uses the current event loop of each thread. Up to Python 3.11 it was created on demand. Since 3.12 this is
deprecated, since 3.14 an error. The SDK does not close the loops that it creates in its threads either.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def own_event_loop() -> Iterator[None]:
    """Set new event loops for this thread and the threads that it starts, and close them at the end."""
    of_threads: list[asyncio.AbstractEventLoop] = []

    def begin_thread() -> None:
        of_threads.append(asyncio.new_event_loop())
        asyncio.set_event_loop(of_threads[-1])

    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(ThreadPoolExecutor(initializer=begin_thread))
            asyncio.set_event_loop(runner.get_loop())
            yield
    finally:
        for loop in of_threads:
            loop.close()
