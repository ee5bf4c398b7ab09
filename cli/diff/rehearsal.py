"""Preview this checkout on its local stack, and write all that the engine reports as JSON: `... rehearsal FILE`.

It runs inside the copy that is compared, by that copy's own code.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from local import environment

environment.shut_out_others()  # before anything reads it

from pulumi.automation import CommandError, EngineEvent  # noqa: E402
from pulumi.automation.events import StepEventMetadata  # noqa: E402

from identity import facts  # noqa: E402
from local import account, emulator, engine, paths, project, pulumi_cli  # noqa: E402
from local.console import Failure  # noqa: E402
from local.lock import only_one  # noqa: E402
from local.progress import Progress  # noqa: E402


class Listener:
    """Keeps each step that the engine plans, what the policies and the program say, and the errors."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.policies: list[dict[str, str]] = []
        self.plan: list[str] = []
        self.progress = Progress(planned=True)

    def __call__(self, event: EngineEvent) -> None:
        self.progress(event)
        if event.resource_pre_event:
            self.steps.append(_step(event.resource_pre_event.metadata))
        elif event.res_outputs_event and event.res_outputs_event.metadata.type == "pulumi:pulumi:Stack":
            # What the stack puts out is known only when the program has ended.
            self.steps.append(_step(event.res_outputs_event.metadata))
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
    if state is None:
        return {"id": "", "inputs": {}, "outputs": {}}
    return {"id": state.id, "inputs": dict(state.inputs or {}), "outputs": dict(state.outputs or {})}


def rehearse(port: int) -> dict[str, Any]:
    """Preview on what the emulator at `port` holds. A failure is a result as well."""
    listener, text, succeeded = Listener(), "", False
    with only_one("make diff") as held:
        try:
            config = project.write(port)
            emulator.ensure(port)
            account.prepare(config, port)
            cli = engine.Cli(pulumi_cli.find(), held)
            stack = engine.local_stack(cli)
            packs = [str(paths.POLICY_PACK)]
            text = stack.preview(on_event=listener, diff=True, color="never", policy_packs=packs).stdout
            succeeded = True
        except Failure as failure:
            listener.progress.error(str(failure))
        except CommandError:
            if not listener.progress.errors:
                listener.progress.error(cli.complaint)
    return {
        "succeeded": succeeded,
        "errors": listener.progress.errors,
        "policies": listener.policies,
        "plan": listener.plan,
        "steps": listener.steps,
        "diff": text,
    }


def main() -> NoReturn:
    os.chdir(paths.CHECKOUT)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    Path(sys.argv[1]).write_text(json.dumps(rehearse(int(os.environ["PORT"])), default=str), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a refused program may have threads that never end


if __name__ == "__main__":
    main()
