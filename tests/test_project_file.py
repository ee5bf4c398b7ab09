"""Pulumi.yaml is one that the engine takes: it refuses the whole file for one default of another type than it names."""

from typing import Any

import pytest
import yaml

from tests.support.program import ROOT

TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
KEYS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]


@pytest.mark.parametrize("key", KEYS)
def test_a_default_is_of_the_type_that_its_key_names(key: str) -> None:
    if "default" in KEYS[key] and "type" in KEYS[key]:
        assert type(KEYS[key]["default"]) is TYPES[KEYS[key]["type"]]
