"""Runs one Pulumi program for the language host beside this file: `language_executor.py <engine's address>`.

It is a process of its own, with the Python of the program's virtual environment, and imports nothing of this checkout.
The RunRequest comes by standard input, the config by the environment. Where the program fails the engine is told why;
the exit status is 1 for a mistake that the program names, 32 for any other failure.
"""

import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pulumi
from pulumi.runtime.proto import language_pb2


def main(engine: str) -> None:
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    program = request.info.entry_point
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    settings = pulumi.runtime.Settings(
        project=request.project,
        stack=request.stack,
        parallel=request.parallel,
        engine=engine,
        monitor=request.monitor_address,
        dry_run=request.dryRun,
        organization=request.organization,
        root_directory=request.info.root_directory,
    )
    pulumi.runtime.configure(settings)
    os.chdir(request.pwd)
    sys.argv = [program, *request.args]

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    # An engine that fails interrupts the program, which then has nothing to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a program that fails leaves futures behind
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(max(request.parallel, 1) * 4) as threads:
        loop.set_default_executor(threads)
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(run))
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            sys.exit(1)
        except Exception:
            pulumi.log.error(traceback.format_exc())
            sys.exit(32)


if __name__ == "__main__":
    main(sys.argv[1])
