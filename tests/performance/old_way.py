"""Compare a first `up` with the old deployment by `deploy.sh`, which lints and deploys each of four templates."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import uv

from local import stack_file
from local.environment import REGION
from local.paths import LOCAL
from tests.performance.measures import Row, in_turns, processor_seconds
from tests.support import old_deployment as old
from tests.support.checkout import Checkout, finished

# Each tool has its own virtual environment, as usual.
_TOOLS: Final = {"cfn-lint": "1.58.0", "awscli": "1.46.2"}
_FOLDER: Final = LOCAL / "bench-tools"


def first_deployments(rounds: int) -> list[Row]:
    """Measure both in seconds, on a running emulator that contains only the product's zone."""
    _install()
    with tempfile.TemporaryDirectory(prefix="identity-bench-") as directory, Checkout(Path(directory)) as checkout:
        files = {name: Path(directory) / f"{name}.yaml" for name in old.STACKS}
        for name, file in files.items():
            stack_file.write(file, old.STACKS[name])

        used: dict[str, list[float]] = {}

        def once(name: str, deploy: Callable[[], object]) -> float:
            checkout.run("destroy")  # the emulator keeps running, and is empty
            old.create(checkout.aws, "dns", old.ZONE)
            start, before = time.perf_counter(), processor_seconds()
            deploy()
            used.setdefault(name, []).append(processor_seconds() - before)
            return time.perf_counter() - start

        deployments: dict[str, Callable[[], object]] = {
            "make up": lambda: finished(checkout.start("up", "--json")).changes,
            "4 x cfn-lint, deploy": partial(_deploy, checkout, files),
        }
        checkout.start_emulator()
        for deploy in deployments.values():  # create what is kept between runs
            checkout.run("destroy")
            old.create(checkout.aws, "dns", old.ZONE)
            deploy()
        variants = {name: partial(once, name, deploy) for name, deploy in deployments.items()}
        return [
            Row(name, "s", times, {"processor": statistics.median(used[name])})
            for name, times in in_turns(rounds, variants).items()
        ]


def _install() -> None:
    """Install the tools of `deploy.sh` under `.local/`, unless installed."""
    folders = {"UV_TOOL_DIR": str(_FOLDER), "UV_TOOL_BIN_DIR": str(_FOLDER / "bin")}
    for name, version in _TOOLS.items():
        command = [uv.find_uv_bin(), "tool", "install", "--quiet", f"{name}=={version}"]
        subprocess.run(command, env={**os.environ, **folders}, check=True)


def _deploy(checkout: Checkout, files: dict[str, Path]) -> None:
    account = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{checkout.port}",
        "AWS_ACCESS_KEY_ID": checkout.key.id,
        "AWS_SECRET_ACCESS_KEY": checkout.key.secret,
        "AWS_DEFAULT_REGION": REGION,
    }
    deploy = ["aws", "cloudformation", "deploy", "--stack-name"]
    for name, file in files.items():
        for command in (["cfn-lint", str(file)], [*deploy, name, "--template-file", str(file)]):
            path = f"{_FOLDER / 'bin'}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(command, env={**os.environ, **account, "PATH": path}, check=True, stdout=subprocess.DEVNULL)
