"""The local stack as the SDK drives it, without the runs of the CLI that only ask what is known here already.

The SDK selects a stack before each operation and asks for its outputs and its history after it: up to four more
processes of the CLI, a quarter of a second each. But whether there is a stack and what it puts out stands in the state
file, and what an operation did is told by its events.
"""

from datetime import UTC, datetime

from pulumi.automation import LocalWorkspace, OutputMap, Stack, UpdateSummary


class QuietStack(Stack):
    """A stack whose operations give back neither outputs nor a summary."""

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002 - the SDK's signature
        return UpdateSummary("untold", datetime.fromtimestamp(0, UTC), "", {}, {}, "untold")

    def outputs(self) -> OutputMap:
        return {}


class Workspace(LocalWorkspace):
    """A workspace that needs no word from the CLI that a stack is there."""

    def select_stack(self, stack_name: str) -> None:
        pass
