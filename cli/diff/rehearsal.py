"""Preview this checkout on its local stack, and write all that the engine reports as JSON: `... rehearsal FILE`.

It runs inside the copy that is compared, by that copy's own code.
"""

import json
import os
from pathlib import Path
from typing import Any

import click

from local import environment

environment.shut_out_others()  # before anything reads it

from pulumi.automation import EngineEvent  # noqa: E402
from pulumi.automation.events import StepEventMetadata  # noqa: E402

from identity import facts  # noqa: E402
from local import command_line, operations  # noqa: E402
from local.console import Failure  # noqa: E402
from local.lock import only_one  # noqa: E402
from local.outcome import Outcome  # noqa: E402
from local.progress import Progress  # noqa: E402


class Listener(Progress):
    """Keeps each step that the engine plans too, and what the policies and the program say."""

    def __init__(self) -> None:
        super().__init__(planned=True)
        self.steps: list[dict[str, Any]] = []
        self.policies: list[dict[str, str]] = []
        self.plan: list[str] = []

    def __call__(self, event: EngineEvent) -> None:
        super().__call__(event)
        if event.resource_pre_event:
            self.steps.append(_step(event.resource_pre_event.metadata))
        elif event.diagnostic_event and event.diagnostic_event.message.startswith(facts.PLAN_LINE):
            self.plan.append(event.diagnostic_event.message.strip())
        elif event.policy_event:
            found = event.policy_event
            self.policies.append(
                {
                    "policy": found.policy_name,
                    "level": str(found.enforcement_level),
                    "resource": (found.resource_urn or "").rpartition("::")[2],
                    "message": found.message,
                }
            )


def _step(step: StepEventMetadata) -> dict[str, Any]:
    return {
        "op": str(getattr(step.op, "value", step.op)),
        "type": step.type,
        "name": step.urn.rpartition("::")[2],
        "changed": sorted(step.diffs or ()),
        "old": _side(step.old),
        "new": _side(step.new),
    }


def _side(state: Any) -> dict[str, Any]:
    return {part: dict(getattr(state, part, None) or {}) for part in ("inputs", "outputs")}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def rehearse(file: Path) -> None:
    """Preview on what the emulator at PORT holds. A failure is a result as well."""
    listener = Listener()
    with only_one("make diff") as held:
        try:
            outcome = operations.run("preview", int(os.environ["PORT"]), held, listener)
        except Failure as failure:
            outcome = Outcome(False, {}, (str(failure),))
    found = {
        "succeeded": outcome.succeeded,
        "errors": outcome.errors,
        "policies": listener.policies,
        "plan": listener.plan,
        "steps": listener.steps,
        "diff": outcome.diff,
    }
    file.write_text(json.dumps(found, default=str), encoding="utf-8")


if __name__ == "__main__":
    command_line.main(rehearse, "make diff")
