"""One preview of the default stack from nothing, timed: `python -m tests.performance.preview_once bare|program|policy`.

It runs in a place of its own, by the same engine, plugin and emulator whatever the program is.
"""

import json
import os
import sys
import time

from local import environment

environment.shut_out_others()  # before anything reads it

from local import account, emulator, engine, paths, project, pulumi_cli  # noqa: E402
from local.lock import only_one  # noqa: E402


def _bare() -> None:
    from tests.performance.bare import program

    program()


def _import_bare() -> None:
    import tests.performance.bare  # noqa: F401 - while the CLI starts, as the program's imports


def run(kind: str, port: int) -> float:
    """Seconds of the preview; its start-up, which is the same for all, is left out."""
    config = project.write(port)
    emulator.ensure(port)
    account.prepare(config, port)
    with only_one("make bench") as held:
        meanwhile = _import_bare if kind == "bare" else engine.import_ahead
        stack = engine.local_stack(engine.Cli(pulumi_cli.find(), held, meanwhile))
        start = time.perf_counter()
        stack.preview(
            program=_bare if kind == "bare" else None,
            color="never",
            policy_packs=[str(paths.POLICY_PACK)] if kind == "policy" else None,
        )
        return time.perf_counter() - start


if __name__ == "__main__":
    os.chdir(paths.CHECKOUT)
    print(json.dumps(run(sys.argv[1], int(os.environ["PORT"]))))
