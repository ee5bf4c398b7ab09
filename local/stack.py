"""The local stack as the SDK drives it, without the runs of the CLI that only ask what is known here already.

The SDK selects a stack before each operation and asks for its outputs and its history after it: up to four more
processes of the CLI, a quarter of a second each. But whether there is a stack and what it puts out stands in the state
file, and what an operation did is told by its events.
"""

from datetime import UTC, datetime

from pulumi.automation import CommandResult, LocalWorkspace, OutputMap, Stack, StackNotFoundError, UpdateSummary
from pulumi.automation._stack import StackInitMode

from local import paths, state


class QuietStack(Stack):
    """A stack whose operations give back neither outputs nor a summary."""

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002 - the SDK's signature
        return UpdateSummary("untold", datetime.fromtimestamp(0, UTC), "", {}, {}, "untold")

    def outputs(self) -> OutputMap:
        return {}


class LocalStack(QuietStack):
    """The checkout's one stack, made if it is not there."""

    def __init__(self, workspace: "Workspace") -> None:
        super().__init__(paths.STACK, workspace, StackInitMode.CREATE_OR_SELECT)


class Workspace(LocalWorkspace):
    """A workspace that looks for the stack in the state file."""

    def select_stack(self, stack_name: str) -> None:
        if not state.FILE.exists():
            raise StackNotFoundError(CommandResult(stdout="", stderr=f"no stack named {stack_name}", code=1))
