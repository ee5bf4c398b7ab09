"""`make bench`: run all benchmarks, print tables, and write the same as JSON."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from local import pulumi_cli
from tests.performance import first_up, measures, old_way
from tests.performance.measures import Row
from tests.performance.sizes import DEFAULT, LARGEST, MANY_APIS

PREVIEW_GOAL, RESOURCE_GOAL, OLD_WAY_GOAL = 1.15, 1.1, 3.0


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Runs of each variant.")
@click.option("--large", is_flag=True, help="Also the life of a stack of 300 APIs and 1,000 clients.")
@click.option("--small", is_flag=True, help="No stack over the default size on the emulator.")
@click.option("--json", "file", type=click.Path(path_type=Path), default=Path(".local/bench.json"), show_default=True)
def bench(rounds: int, large: bool, small: bool, file: Path) -> None:
    """How fast the program is. Nothing outside is touched; a machine with other work tells ratios at best."""
    pulumi_cli.find()
    report: dict[str, Any] = {"busy": measures.busy(), "rounds": rounds, "tables": {}}

    def show(title: str, rows: Sequence[Row], goal: float = math.inf, of: int = -1, least: float = 0) -> None:
        ratios = [row.median / rows[0].median for row in rows]
        click.echo(f"\n{title}")
        for row, ratio in zip(rows, ratios, strict=True):
            beside = "  ".join(f"{key} {value:,.3g}" for key, value in row.more.items())
            click.echo(f"  {row.name:<44} {row.median:9.3f} {row.unit:<14} x {ratio:5.2f}  {beside}")
        if goal < math.inf or least:
            met = "met" if least <= ratios[of] <= goal else "MISSED"
            click.echo(f"  goal: {rows[of].name} {f'at least x {least}' if least else f'at most x {goal}'}: {met}")
        report["tables"][title] = [
            {**vars(row), "median": row.median, "ratio": ratio} for row, ratio in zip(rows, ratios, strict=True)
        ]

    click.echo(f"Busy before: {report['busy']:.2f} processes a core. Medians of {rounds}; ratios to the first line.")
    show("Import (processor)", measures.imports(rounds))
    show("The program alone, under mocks (processor)", measures.under_mocks(max(3, rounds // 2)), RESOURCE_GOAL)
    show("A first deployment on the emulator", old_way.first_deployments(max(3, rounds // 2)), least=OLD_WAY_GOAL)
    show("Preview of the default stack, from nothing", measures.previews(rounds), PREVIEW_GOAL, of=1)
    sizes = [DEFAULT, *([] if small else [MANY_APIS]), *([LARGEST] if large else [])]
    for size in sizes:
        times = max(3, rounds // 2) if size is DEFAULT else 1
        show(f"On the emulator, {size} (beside: processor by part)", measures.lifecycles(times, [size]))
    click.echo("\nA first `up` on AWS, worked out")
    for size, estimate in first_up.estimates().items():
        click.echo(
            f"  {size!s:<44} {estimate.seconds:7.0f} s  {estimate.writes:,} writes, longest chain {estimate.depth}"
        )
    report["first_up"] = {str(size): vars(estimate) for size, estimate in first_up.estimates().items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2), encoding="utf-8")
    click.echo(f"\nWritten to {file}")
