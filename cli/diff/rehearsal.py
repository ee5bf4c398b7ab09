"""Preview this checkout on its local stack, and write the engine's report as JSON: `python -m cli.diff.rehearsal FILE`.

It runs inside the compared copy, with that copy's code.
"""

import json
import os
from pathlib import Path

import click

from local import environment

environment.shut_out_others()  # before an import reads the environment

from pulumi.automation import EngineEvent  # noqa: E402
from pulumi.automation.events import PolicyEvent, StepEventMetadata  # noqa: E402

from identity import facts  # noqa: E402
from local import command_line, operations  # noqa: E402
from local.console import Failure  # noqa: E402
from local.lock import only_one  # noqa: E402
from local.outcome import Outcome  # noqa: E402
from local.progress import Progress  # noqa: E402


class Listener(Progress):
    """Progress that also keeps the engine's planned steps, the policy violations and the program's plan messages."""

    def __init__(self) -> None:
        super().__init__(planned=True)
        self.steps: list[StepEventMetadata] = []
        self.policies: list[PolicyEvent] = []
        self.plan: list[str] = []

    def __call__(self, event: EngineEvent) -> None:
        super().__call__(event)
        if event.resource_pre_event:
            self.steps.append(event.resource_pre_event.metadata)
        elif event.policy_event:
            self.policies.append(event.policy_event)
        elif event.diagnostic_event and event.diagnostic_event.message.startswith(facts.PLAN_LINE):
            self.plan.append(event.diagnostic_event.message.strip())


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
    file.write_text(json.dumps(found, default=vars), encoding="utf-8")


if __name__ == "__main__":
    command_line.main(rehearse, "make diff")
