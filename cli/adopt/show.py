"""What a person sees: each resource as a table, what is left aside, and what comes next."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.adopt.adoption import Item, Standing
from cli.adopt.compare import Field, Meaning, shown
from cli.adopt.keep import config_key, written
from cli.adopt.suggest import as_yaml
from local.values import differences

_PIPED_WIDTH = 140
_STYLES = {
    Meaning.SAME: "dim",
    Meaning.CHANGED: "yellow",
    Meaning.REMOVED: "red",
    Meaning.REPLACES: "bold red",
    Meaning.IMPOSSIBLE: "bold red",
}


def console() -> Console:
    """Standard output, wide enough for tables where it is no terminal."""
    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def tell(text: str, style: str = "") -> None:
    """A line as it stands: brackets in it are not markup, and it is not cut."""
    Console(highlight=False, soft_wrap=True, emoji=False).print(text, style=style or None, markup=False)


def resource(item: Item) -> None:
    """One resource: where it stands, and its fields beside each other."""
    existing = item.wanted.existing
    kind = item.wanted.type.rpartition(":")[2]
    tell(f"\n{item.name} ({kind}): {item.standing.value}{f': {existing.id}' if existing else ''}", style="bold")
    for candidate in item.wanted.candidates:
        tell(f"  {candidate.import_id}  {candidate.told}")
    if not item.fields:
        return
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("field", "in AWS", "by the program", "what that means"):
        table.add_column(heading, overflow="fold")
    for field in item.fields:
        cells = (field.path, shown(field.in_aws), shown(field.by_program), field.meaning.value)
        table.add_row(*(Text(cell, style=_STYLES[field.meaning]) for cell in cells))
    console().print(table)


def summary(items: Iterable[Item], config: Mapping[str, str], stack: str, offered: Mapping[str, Any]) -> None:
    """How many stand where, every change, and the keys that would keep what is there."""
    items = list(items)
    tell("\nIn short", style="bold")
    for standing in Standing:
        names = [item.name for item in items if item.standing is standing]
        if names:
            tell(f"  {standing.value}: {', '.join(names)}")
    changes = _of(items, Meaning.CHANGED)
    removed = _of(items, Meaning.REMOVED)
    for heading, found in (("`up` would change in place", changes), ("would be removed by up", removed)):
        if found:
            tell(f"  {heading}:")
        for item, field in found:
            for line in differences(f"{item.name}.{field.path}", field.in_aws, field.by_program):
                tell(f"    {line}")
    changes += removed
    keys = [key[0] for item, field in changes if (key := config_key(item.wanted, field)) and key[0] in offered]
    if keys:
        kept = {key: offered[key] for key in keys}
        tell("  To keep what is there instead:")
        for path, value in kept.items():
            tell(f"    {path}: {written(value)}")
        tell(f"  which is in Pulumi.{stack}.yaml, under `config:` (what is given there replaces its default whole):")
        for line in as_yaml(config, kept).splitlines():
            tell(f"    {line}")


def _of(items: Iterable[Item], meaning: Meaning) -> list[tuple[Item, Field]]:
    return [(item, field) for item in items for field in item.fields if field.meaning is meaning]


def unmanaged(lines: Iterable[str]) -> None:
    """What the pool has that the program says nothing about."""
    lines = list(lines)
    if lines:
        tell("\nIn the pool, and not in this stack's config (left alone; look at `preview` before `up`)", style="bold")
        for line in lines:
            tell(f"  {line}")
