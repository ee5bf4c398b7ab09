"""The measurements. The variants of each take turns, so that load from other processes affects all of them equally."""

import ast
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from cli.diff.copies import Revision, Sandbox
from local.paths import CHECKOUT
from tests.performance.shares import Shares
from tests.performance.sizes import DEFAULT, LARGEST, MIDDLE, Size

# `from pulumi_aws import cognito` alone would load nothing, as it is lazy.
_DEFAULT_IMPORTS = """
import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.cognito import ResourceServer, UserPool, UserPoolClient, UserPoolDomain
from pulumi_aws.route53 import Record, get_records, get_zone
"""
_ALL_IMPORTS = f"""
{_DEFAULT_IMPORTS}
from pulumi_aws.cloudformation import Stack, get_export
from pulumi_aws.get_region import get_region
"""


@dataclass(frozen=True)
class Row:
    """A row of a table: the median, and all measured values."""

    name: str
    unit: str
    values: Sequence[float]
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.values)


# Keep bytecode, as for a user: modules are compiled once, not at each start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def in_turns(rounds: int, variants: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure the variants in turns, `rounds` times, and return the values of each."""
    values: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, measure in variants.items():
            values[name].append(measure())
    return values


def imports(rounds: int) -> list[Row]:
    """Measure imports: processor seconds of a process that does nothing else."""
    variants = {
        "pulumi_aws, all that the program uses": _ALL_IMPORTS,
        "pulumi_aws, what the default stack uses": _DEFAULT_IMPORTS,
        "the program": _program_imports(),
    }
    values = in_turns(rounds, {name: partial(_processor, code) for name, code in variants.items()})
    return [Row(name, "s", times) for name, times in values.items()]


def _program_imports() -> str:
    """Return the program's code up to its last import."""
    lines = ast.parse((CHECKOUT / "__main__.py").read_text(encoding="utf-8")).body
    last = max(index for index, line in enumerate(lines) if isinstance(line, ast.Import | ast.ImportFrom))
    return "\n".join(map(ast.unparse, lines[: last + 1]))


def _processor(code: str) -> float:
    before = processor_seconds()
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True)
    return processor_seconds() - before


def processor_seconds() -> float:
    """Return the processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def under_mocks(rounds: int) -> list[Row]:
    """Measure the program under mocks: processor milliseconds per resource, seconds, time for settings, and memory."""
    runs: dict[Size, list[dict[str, float]]] = {size: [] for size in (DEFAULT, MIDDLE, LARGEST)}
    for _ in range(rounds):
        for size, told in runs.items():
            command = [sys.executable, "-m", "tests.performance.under_mocks", str(size.apis), str(size.clients)]
            told.append(json.loads(subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True).stdout))
    return [
        Row(
            str(size),
            "ms a resource",
            [1000 * run["program"] / run["resources"] for run in told],
            {
                key: statistics.median(run[key] for run in told)
                for key in ("resources", "settings", "program", "memory")
            },
        )
        for size, told in runs.items()
    ]


def previews(rounds: int) -> list[Row]:
    """Measure previews of the default stack without state, and of a bare program with the same resources."""
    with _place(None) as place:

        def once(kind: str) -> float:
            done = place.run("tests.performance.preview_once", kind)
            if done.returncode:
                raise RuntimeError(done.stderr[-2000:])
            return float(json.loads(done.stdout.splitlines()[-1]))

        once("bare")  # starts the emulator
        kinds = {"bare": "bare", "the program": "program", "the program and its policies": "policy"}
        values = in_turns(rounds, {name: partial(once, kind) for name, kind in kinds.items()})
    return [Row(name, "s", times) for name, times in values.items()]


def lifecycles(rounds: int, sizes: Sequence[Size]) -> list[Row]:
    """Measure commands from start to prompt, with the processor seconds of each part."""
    rows = []
    for size in sizes:
        values: dict[str, list[float]] = {}
        shares: dict[str, list[Mapping[str, float]]] = {}
        for _ in range(rounds):
            with _place(size) as place:
                for name, command in _COMMANDS:
                    seconds, by_role = _timed(place, command)
                    values.setdefault(name, []).append(seconds)
                    shares.setdefault(name, []).append(by_role)
        for name, times in values.items():
            parts = {role: statistics.median(share[role] for share in shares[name]) for role in shares[name][0]}
            rows.append(Row(f"{name}, {size}", "s", times, parts))
    return rows


_COMMANDS = (
    ("up from nothing", "up"),
    ("second up", "up"),
    ("preview", "preview"),
    ("destroy", "destroy"),
)


def _timed(place: Sandbox, command: str) -> tuple[float, Mapping[str, float]]:
    with Shares(place.root) as shares:
        start = time.perf_counter()
        done = place.run("local", command, "--json")
        seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-2000:]}")
    return seconds, shares.seconds


@contextmanager
def _place(size: Size | None) -> Iterator[Sandbox]:
    """Yield a copy of this checkout with a stack of a given size, or with the default stack."""
    with (
        tempfile.TemporaryDirectory(prefix="identity-bench-") as directory,
        Sandbox(Path(directory) / "place", "local") as place,
    ):
        place.place(Revision(None))
        if size:
            file = place.root / "Pulumi.local.yaml"
            content: dict[str, Any] = yaml.safe_load(file.read_text())
            content["config"].update({f"identity:{key}": value for key, value in size.config.items()})
            content["config"]["identity:exemptions"] = {}
            file.write_text(yaml.safe_dump(content, sort_keys=False))
        yield place


def busy() -> float:
    """Return the load per core. Above 1, absolute figures are unreliable."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)
