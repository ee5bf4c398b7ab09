"""Run the program once with mocks instead of the engine: `python -m tests.performance.under_mocks APIS CLIENTS`.

Each run needs its own process, because peak memory is measured per process.
"""

import json
import resource
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _sync_await

from identity import config
from tests.performance.sizes import Size
from tests.support.event_loop import own_event_loop
from tests.support.program import Mocks, config_of

_PROGRAM = Path(__file__).resolve().parents[2] / "__main__.py"
_KIB = 1024


class Counting(mocks.MockMonitor):
    """Counts registered resources."""

    count = 0

    def RegisterResource(self, request: Any) -> Any:
        self.count += 1
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _program() -> None:
    runpy.run_path(str(_PROGRAM), run_name="__main__")


def run(size: Size) -> dict[str, float]:
    """Return processor seconds for settings and whole program, number of resources, and peak memory in MiB."""
    mocked = Mocks("focusmark.app", True, {})
    monitor = Counting(mocked)
    with own_event_loop():
        pulumi.runtime.set_mocks(mocked, "identity", "local", preview=False, monitor=monitor)
        pulumi.runtime.set_all_config(config_of({"product": "focusmark", "zoneName": "focusmark.app", **size.config}))
        set_root_resource(None)  # type: ignore[arg-type]  # the stack that set_mocks made; the run makes its own
        before = time.process_time()
        config.load()
        loaded = time.process_time()
        _sync_await(run_in_stack(_program))
        ended = time.process_time()
    return {
        "settings": loaded - before,
        "program": ended - loaded,
        "resources": monitor.count,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB,
    }


if __name__ == "__main__":
    run(Size(1, 1))  # imports what a run imports, which is measured apart
    print(json.dumps(run(Size(int(sys.argv[1]), int(sys.argv[2])))))
