"""Run a Pulumi program for the language host of the tests: `language_executor.py <engine's address>`.

It runs in its own process, with the Python of the program's virtual environment, and imports nothing of this checkout.
Standard input has the RunRequest, the environment has the config. If the program fails, the engine gets the reason.
The exit status is 1 for a RunError of the program, and 32 for any other exception.
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

    # A failing engine interrupts the program, which should then end without output.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # futures remain when a program fails
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
