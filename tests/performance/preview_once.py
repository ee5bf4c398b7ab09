"""Time a preview of the default stack without state: `python -m tests.performance.preview_once bare|program|policy`.

Each run has its own directory. Engine, plugin and emulator are the same for each program.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from local import environment

environment.shut_out_others()  # before other modules read the environment

from local import account, emulator, engine, paths, project, pulumi_cli  # noqa: E402
from local.lock import only_one  # noqa: E402


def _bare() -> None:
    from tests.performance.bare import program

    program()


def _import_bare() -> None:
    import tests.performance.bare  # noqa: F401 - while the CLI starts, as the program's imports


def run(kind: str, port: int) -> float:
    """Return the seconds of the preview, without the start-up, which is the same for all programs."""
    config = project.write(port)
    emulator.ensure(port)
    account.prepare(config, port)
    imports, program = (_import_bare, _bare) if kind == "bare" else (engine.import_ahead, engine.program)
    with only_one("make bench") as held, ThreadPoolExecutor(1) as beside:
        stack = engine.local_stack(engine.Cli(pulumi_cli.find(), held))
        start = time.perf_counter()
        ready = beside.submit(imports)

        def when_ready() -> None:
            ready.result()
            program()

        stack.preview(
            program=when_ready,
            color="never",
            policy_packs=[str(paths.POLICY_PACK)] if kind == "policy" else None,
        )
        return time.perf_counter() - start


if __name__ == "__main__":
    os.chdir(paths.CHECKOUT)
    print(json.dumps(run(sys.argv[1], int(os.environ["PORT"]))))
