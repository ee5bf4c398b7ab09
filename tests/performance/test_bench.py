"""The benchmarks compare equal resources, and the program's dependency graph stays as flat as possible."""

import functools
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from identity.api import RESOURCE_SERVERS_PER_POOL
from identity.client.rules import CLIENTS_PER_POOL
from tests.performance import bare, first_up, measures
from tests.performance.sizes import DEFAULT, LARGEST, MANY_APIS, MIDDLE, Size
from tests.support.program import Deploy, Mocks, RecordingMonitor, Registered, Run, run_with

LOCAL = {"product": "focusmark", "zoneName": "focusmark.app"}


@pytest.fixture(autouse=True)
def own_config() -> Iterator[None]:
    yield
    pulumi.runtime.set_all_config({})


@functools.cache
def graph_of(size: Size) -> first_up.Graph:
    return first_up.graph_of(size.config)


def chain(*links: tuple[str, str]) -> dict[str, Registered]:
    """Return a graph of Cognito resources. Each link is a resource and its dependency."""
    waits: dict[str, set[str]] = {}
    for name, other in links:
        waits.setdefault(name, set()).add(other)
        waits.setdefault(other, set())
    return {
        name: Registered("aws:cognito/x:X", name, {}, False, False, "", frozenset(others))
        for name, others in waits.items()
    }


def test_the_bare_program_makes_the_very_resources_of_the_default_stack(deploy: Deploy) -> None:
    whole = {name: resource for name, resource in deploy(LOCAL).resources.items() if resource.type.startswith("aws:")}
    run = Run()
    run_with(RecordingMonitor(Mocks("focusmark.app", True, {}), run), LOCAL, program=bare.program)
    made = {name: resource for name, resource in run.resources.items() if resource.type.startswith("aws:")}

    def inputs(resources: dict[str, Registered]) -> dict[str, Any]:
        return {
            name: (resource.type, {**resource.inputs, "allowedOauthScopes": None})
            for name, resource in resources.items()
        }

    def scopes(resources: dict[str, Registered]) -> dict[str, Any]:
        return {name: set(resource.inputs.get("allowedOauthScopes", ())) for name, resource in resources.items()}

    assert inputs(made) == inputs(whole)
    assert scopes(made) == scopes(whole)


@pytest.mark.parametrize("size", [DEFAULT, MIDDLE, MANY_APIS], ids=str)
def test_each_size_makes_what_it_says_in_what_the_docs_tell(size: Size) -> None:
    graph = graph_of(size)
    assert sum(item.type.endswith(":ResourceServer") for item in graph.values()) == size.apis
    assert sum(item.type.endswith(":UserPoolClient") for item in graph.values()) == size.clients
    found = first_up.estimate(graph)
    row = f"| {size} | {found.writes:,} | {found.depth} | {found.seconds:.0f} s |"
    assert row in (Path(__file__).parents[2] / "docs" / "speed.md").read_text()
    assert found.depth == 3


def test_the_largest_size_is_what_a_pool_can_hold() -> None:
    assert (LARGEST.apis, LARGEST.clients) == (RESOURCE_SERVERS_PER_POOL, CLIENTS_PER_POOL)


@pytest.mark.parametrize(
    ("config", "deepest"),
    [
        ({}, 3),  # pool, server, client
        ({"zoneName": "none"}, 3),
        ({"customDomain": True}, 5),  # certificate, record, validation, domain, alias
    ],
    ids=["default", "no DNS", "custom domain"],
)
def test_no_chain_of_resources_is_longer_than_it_has_to_be(config: dict[str, Any], deepest: int) -> None:
    assert first_up.depth(first_up.graph_of(config)) == deepest


def test_a_client_waits_for_its_pool_and_the_servers_of_its_scopes_alone() -> None:
    graph = graph_of(MIDDLE)
    assert graph["access-client-client3"].waits_for == {"customers", "access-server-api3", "access-server-api4"}
    assert all(value.waits_for == {"customers"} for name, value in graph.items() if name.startswith("access-server-"))


def test_a_chain_takes_its_answers_one_after_the_other() -> None:
    graph = chain(("client", "server"), ("server", "pool"))
    assert first_up.estimate(graph) == first_up.Estimate(3, 3, 3 * first_up.LATENCY)


def test_many_at_once_take_turns_at_five_a_second() -> None:
    graph = chain(*((f"server{index}", "pool") for index in range(100)))
    found = first_up.estimate(graph)
    assert (found.writes, found.depth) == (101, 2)
    assert found.seconds == pytest.approx(first_up.LATENCY + 99 / first_up.WRITES_A_SECOND + first_up.LATENCY)


def test_what_is_not_cognitos_takes_no_turn() -> None:
    other = Registered("aws:acm/certificate:Certificate", "certificate", {}, False, False, "", frozenset())
    assert first_up.estimate({"certificate": other}) == first_up.Estimate(0, 1, 0.0)


def test_the_modules_that_the_bench_starts_are_there() -> None:
    text = Path(measures.__file__).read_text(encoding="utf-8")
    started = set(re.findall(r'"-m", "([\w.]+)"', text)) | set(re.findall(r'place\.run\("([\w.]+)"', text))
    assert len(started) == 3
    assert all(importlib.util.find_spec(module) for module in started)
