"""A plugin connected to an emulator that is empty before each test."""

import pytest

from tests.local.aws_plugin.cases import POOL
from tests.local.aws_plugin.lifecycle import Plugin


@pytest.fixture
def plugin(emulator: str) -> Plugin:
    return Plugin(emulator)


@pytest.fixture
def pool(plugin: Plugin) -> str:
    return plugin.made(POOL, {"name": "pool", "userPoolTier": "PLUS"}, "pool").id
