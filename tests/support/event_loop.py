"""Event loops for a program that is run without the engine.

Pulumi's SDK takes the current loop of each thread there, and up to Python 3.11 one came into being by itself. From 3.12
on that is deprecated, and since 3.14 it is an error. Nor does the SDK close the ones that it makes in its threads.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def own_event_loop() -> Iterator[None]:
    """New loops as the current ones of this thread and of those that it starts; all are closed at the end."""
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
