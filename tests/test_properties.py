"""docs/properties.md says of every property what the official provider does without it, as the plugin does."""

import inspect
import re

import pulumi_aws
import pytest
from pulumi.provider.experimental.util import camel_case

from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.properties import Property
from tests.support.program import ROOT

TOKENS = {name: f"aws:cognito/u{name[1:]}:{name}" for name in ("UserPool", "UserPoolClient")}


def rows(name: str) -> dict[str, list[str]]:
    """Property -> the other cells of its row."""
    part = (ROOT / "docs/properties.md").read_text(encoding="utf-8").partition(f"## {name}\n")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("| `")]
    assert len({row[0] for row in cells}) == len(cells)
    return {row[0].strip("`"): row[1:] for row in cells}


CASES = [(name, prop) for name, token in TOKENS.items() for prop in RESOURCES[token].inputs]


@pytest.mark.parametrize("name", TOKENS)
def test_every_property_of_the_official_class_has_a_row_and_no_other(name: str) -> None:
    arguments = inspect.signature(getattr(pulumi_aws.cognito, f"{name}Args")).parameters
    assert set(rows(name)) == {camel_case(argument) for argument in arguments}


@pytest.mark.parametrize(("name", "prop"), CASES)
def test_the_page_says_of_a_property_what_the_plugin_does(name: str, prop: str) -> None:
    table = RESOURCES[TOKENS[name]].inputs[prop]
    left_out, source, kept_inside, rest = rows(name)[prop]
    assert left_out == _left_out(table, prop)
    assert ("C" in re.split(r"[,;: ]", source) or source == "S") == (left_out == "kept")
    assert set(re.findall(r"`(\w+)`", kept_inside)) == {key for key, value in table.block.items() if value.keeps}
    assert bool(rest) == bool(table.block)


def _left_out(table: Property, prop: str) -> str:
    if table.required:
        return "required"
    if prop == "schemas":
        return "refused"
    if table.keeps:
        return "kept"
    return "replaced" if table.replaces else "reset"
