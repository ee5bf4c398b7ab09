"""The local stack as the SDK drives it, without the runs of the CLI that only ask what is known here already.

The SDK selects a stack before each operation and asks for its outputs and its history after it: up to four more
processes of the CLI, a quarter of a second each. But whether there is a stack and what it puts out stands in the state
file, and what an operation did is told by its events.
"""

from datetime import UTC, datetime

from pulumi.automation import CommandResult, LocalWorkspace, OutputMap, Stack, StackNotFoundError, UpdateSummary
from pulumi.automation._stack import StackInitMode

from local import paths, state


class LocalStack(Stack):
    """The checkout's one stack, made if it is not there. An operation's own result has neither outputs nor summary."""

    def __init__(self, workspace: "Workspace") -> None:
        super().__init__(paths.STACK, workspace, StackInitMode.CREATE_OR_SELECT)

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002 - the SDK's signature
        return UpdateSummary("untold", datetime.fromtimestamp(0, UTC), "", {}, {}, "untold")


class Workspace(LocalWorkspace):
    """The checkout as the engine is given it."""

    def select_stack(self, stack_name: str) -> None:
        if not state.FILE.exists():
            raise StackNotFoundError(CommandResult(stdout="", stderr=f"no stack named {stack_name}", code=1))

    def stack_outputs(self, stack_name: str) -> OutputMap:  # noqa: ARG002 - the SDK's signature
        return {}
