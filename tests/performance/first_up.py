"""Estimate the time of a first `up` on AWS from the program's resource graph: `python -m tests.performance.first_up`.

Cognito allows 5 writes a second per user pool (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html).
In a large stack this limit decides the time: dependencies matter only for a few seconds at the start and at the end.
The certificate is not included. AWS validates it in parallel, in minutes; with a domain prefix there is none.
"""

import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import pulumi

from tests.performance.sizes import DEFAULT, LARGEST, MANY_APIS, MIDDLE, Size
from tests.support.program import Mocks, RecordingMonitor, Registered, Run, run_with

WRITES_A_SECOND = 5
LATENCY = 0.5  # seconds from a write to its response; a high estimate
_COGNITO = "aws:cognito/"

Graph = Mapping[str, Registered]


@dataclass(frozen=True)
class Estimate:
    """The estimate of a first `up`: writes to the pool, resources in the longest dependency chain, and seconds."""

    writes: int
    depth: int
    seconds: float


def graph_of(config: Mapping[str, Any]) -> Graph:
    """Return the resources that the program registers for a config, by name, with their dependencies. Uses mocks."""
    run = Run()
    monitor = RecordingMonitor(Mocks("focusmark.app", True, {}), run)
    run_with(monitor, {"product": "focusmark", "zoneName": "focusmark.app", **config})
    pulumi.runtime.set_all_config({})
    return {name: resource for name, resource in run.resources.items() if resource.type.startswith("aws:")}


def depth(graph: Graph) -> int:
    """Return the number of resources in the longest dependency chain."""
    known: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in known:
            known[name] = 1 + max((of(other) for other in graph[name].waits_for if other in graph), default=0)
        return known[name]

    return max(map(of, graph), default=0)


def estimate(graph: Graph) -> Estimate:
    """Simulate an `up` that writes each resource once its dependencies exist and Cognito's rate limit allows it."""
    cognito = {name: value for name, value in graph.items() if value.type.startswith(_COGNITO)}
    waiting = {name: {other for other in value.waits_for if other in cognito} for name, value in cognito.items()}
    ready = [(0.0, name) for name, others in waiting.items() if not others]
    heapq.heapify(ready)
    next_write = ended = 0.0
    while ready:
        since, name = heapq.heappop(ready)
        begun = max(since, next_write)
        next_write, done = begun + 1 / WRITES_A_SECOND, begun + LATENCY
        ended = max(ended, done)
        for other, others in waiting.items():
            if name in others:
                others.remove(name)
                if not others:
                    heapq.heappush(ready, (done, other))
    return Estimate(len(cognito), depth(graph), ended)


def estimates() -> dict[Size, Estimate]:
    """Return the estimates for the sizes of the benchmarks."""
    return {size: estimate(graph_of(size.config)) for size in (DEFAULT, MIDDLE, MANY_APIS, LARGEST)}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """How long a first `up` takes on AWS, at each size."""
    found = estimates()
    if as_json:
        click.echo(json.dumps({str(size): vars(entry) for size, entry in found.items()}))
        return
    click.echo("| size | writes to the pool | longest chain | first `up` |\n| --- | --- | --- | --- |")
    for size, entry in found.items():
        click.echo(f"| {size} | {entry.writes:,} | {entry.depth} | {entry.seconds:.0f} s |")


if __name__ == "__main__":
    command()
