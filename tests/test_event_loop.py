"""Programs run without the engine on every Python that the README names: loops are made, and closed, by themselves."""

import asyncio
import warnings

import pytest
from pulumi.runtime.sync_await import _ensure_event_loop

from tests.support.event_loop import own_event_loop
from tests.support.program import Deploy


def test_all_loops_are_closed_those_of_threads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def noted() -> asyncio.AbstractEventLoop:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", noted)
    monkeypatch.setattr(asyncio.events, "new_event_loop", noted)
    with own_event_loop():
        loop: asyncio.AbstractEventLoop = _ensure_event_loop()  # type: ignore[no-untyped-call]
        other = loop.run_until_complete(loop.run_in_executor(None, _ensure_event_loop))
        assert other is not loop
    assert len(made) >= 2
    assert all(loop.is_closed() for loop in made)


@pytest.mark.parametrize("times", [1, 3])
def test_programs_run_one_after_another_without_a_warning(deploy: Deploy, times: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(times):
            assert deploy({"product": "focusmark"}).resources
