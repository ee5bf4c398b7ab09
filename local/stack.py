"""The local stack for the Automation API, without the CLI runs that only query known facts.

The SDK selects the stack before each operation, and queries its outputs and history afterwards: up to four more CLI
processes, a quarter of a second each. But the state file has the outputs, and the events have the result.
"""

from datetime import UTC, datetime

from pulumi.automation import LocalWorkspace, OutputMap, Stack, UpdateSummary


class QuietStack(Stack):
    """A stack whose operations return neither outputs nor a summary."""

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002 - the SDK's signature
        return UpdateSummary("untold", datetime.fromtimestamp(0, UTC), "", {}, {}, "untold")

    def outputs(self) -> OutputMap:
        return {}


class Workspace(LocalWorkspace):
    """A workspace that does not ask the CLI whether the stack exists."""

    def select_stack(self, stack_name: str) -> None:
        pass
