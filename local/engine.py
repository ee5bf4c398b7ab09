"""Run the real Pulumi engine on the local stack, through the Automation API, with `__main__.py` as an inline program.

The program runs inside this process because a CLI that was built with Go has no Python language host.
"""

import contextlib
import os
import re
import runpy
import signal
import subprocess
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

import pulumi
from pulumi.automation import CommandError, CommandResult, PulumiCommand
from pulumi.automation._stack import StackInitMode
from pulumi.automation.errors import create_command_error

from local import environment, paths, pulumi_cli, start_over, state
from local.aws_plugin.served import served
from local.console import say
from local.outcome import Interrupted, Operation, Outcome
from local.progress import Progress
from local.stack import QuietStack, Workspace

_PROGRAM = paths.CHECKOUT / "__main__.py"
_OF_THE_PROGRAM = re.compile(rf"{re.escape(str(paths.CHECKOUT))}/(?!\.venv/|local/)")


class Cli(PulumiCommand):
    """The Pulumi CLI with the local provider plugin, in its own session: Ctrl-C reaches it only through this process.

    The CLI inherits the checkout's lock, which is held until the last of the CLI's processes has ended, even if this
    process is killed.
    """

    def __init__(self, found: PulumiCommand, held: int | None) -> None:
        self.command = found.command
        self.version = found.version
        self.complaint = ""
        self._held = held

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,  # noqa: ARG002 - all output comes from the events
        on_error: Callable[[str], Any] | None = None,  # noqa: ARG002
    ) -> CommandResult:
        with served() as plugin:
            process = subprocess.Popen(
                [self.command, "--non-interactive", *args],
                cwd=cwd,
                env={**os.environ, **additional_env, **plugin},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                pass_fds=[] if self._held is None else [self._held],
            )
            with _stoppable(process) as asked:
                stdout, stderr = process.communicate()
        if asked:
            raise Interrupted
        result = CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if process.returncode:
            self.complaint = _complaint(stderr or stdout)
            raise create_command_error(result)
        return result


@contextlib.contextmanager
def _stoppable(process: "subprocess.Popen[str]") -> Iterator[list[int]]:
    """While the engine runs: the first Ctrl-C asks it to stop after the current steps, the second kills it.

    Yields the list of received signals.
    """
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) == 1:
            say("Stopping after the current steps. Press Ctrl-C again to stop at once.", style="yellow")
            process.send_signal(signal.SIGINT)
        else:
            process.kill()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(
    operation: Operation, held: int, ready: Callable[[], object] = lambda: None, progress: Progress | None = None
) -> Outcome:
    """Run one operation on the stack, which is created if missing, and show its progress.

    Args:
        operation: the operation.
        held: the file descriptor of the checkout's lock.
        ready: called before the program; blocks until the program may run.
        progress: the listener for the engine's events; default: a new one.

    Raises:
        Interrupted: after Ctrl-C, when the engine has ended.
        Failure: if there is no CLI.
    """

    def when_ready() -> None:
        ready()
        program()

    cli = Cli(pulumi_cli.find(), held)
    progress = progress or Progress(planned=operation == "preview")
    # A relative path: the CLI splits the option at commas, and the path of a checkout may contain one.
    # Relative to the real path of the folder: `.local/` may be a link to another disk.
    packs = [os.path.relpath(paths.POLICY_PACK, os.path.realpath(paths.PROJECT))]
    options: dict[str, Any] = {"on_event": progress, "color": "never"}
    deploying = {**options, "policy_packs": packs, "program": when_ready}
    try:
        stack = local_stack(cli)
        if operation == "preview":
            diff = stack.preview(diff=True, **deploying).stdout
            return Outcome(True, progress.changes, tuple(progress.errors), diff)
        with start_over.watched(progress):
            if operation == "up":
                stack.up(**deploying)
            else:
                (stack.refresh if operation == "refresh" else stack.destroy)(**options)
    except Interrupted:
        raise Interrupted(_done(operation, progress)) from None
    except CommandError:
        if not progress.errors:
            progress.error(cli.complaint)
        return Outcome(False, _done(operation, progress), tuple(progress.errors))
    return Outcome(True, progress.changes, tuple(progress.errors))


def _done(operation: Operation, progress: Progress) -> Mapping[str, int]:
    """Return the changes of a failed or interrupted run; empty for a preview, or if nothing was changed."""
    return progress.changes if operation != "preview" and progress.changes.keys() - {"same", "read"} else {}


def local_stack(cli: Cli) -> QuietStack:
    """Return the stack, which is created if missing: copies of the checkout's files, its own state, and the program."""
    paths.BACKEND.mkdir(parents=True, exist_ok=True)
    variables = environment.of_the_engine()
    workspace = Workspace(work_dir=str(paths.PROJECT), program=program, env_vars=variables, pulumi_command=cli)
    return QuietStack(paths.STACK, workspace, StackInitMode.SELECT if state.FILE.exists() else StackInitMode.CREATE)


def import_ahead() -> None:
    """Import nearly everything that the program imports. Ignore errors here: the program will report them."""
    with contextlib.suppress(Exception):
        import identity.outputs  # noqa: F401


def program() -> None:
    """Run `__main__.py` as the engine's program; an exception in it becomes an error of the engine."""
    try:
        runpy.run_path(str(_PROGRAM), run_name="__main__")
    except pulumi.RunError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if _OF_THE_PROGRAM.match(frame.filename)]
        places = "".join(traceback.format_list(own))
        what = "".join(traceback.format_exception_only(error)).strip()
        raise pulumi.RunError(f"the program failed: {what}\n{places}".strip()) from None


def _complaint(stderr: str) -> str:
    """Return the CLI's error message without the path of the copied project, which the user did not write."""
    text = stderr.replace(f"{paths.PROJECT}{os.sep}", "")
    lines = [line.removeprefix("error: ") for line in text.splitlines() if line.strip()]
    if "validating stack config" in text:
        lines.append(f"Fix it in {paths.STACK_FILE}; {paths.PROJECT_FILE} describes all keys. Nothing was changed.")
    return "\n".join(lines) or "the engine failed and gave no reason"
