"""Run the real engine on the local stack, by Pulumi's Automation API with the checkout's `__main__.py` as its program.

The CLI may be one built with Go alone, without Pulumi's Python language host; so the program runs inside this process.
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
    """The Pulumi CLI, run so that Ctrl-C reaches it once and in order, and a kill of ours leaves no lock behind.

    It gets the local plugin, a session of its own, and the checkout's lock file, held until the last of its processes
    has ended.
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
        on_output: Callable[[str], Any] | None = None,  # noqa: ARG002 - the events tell it all
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
    """While the engine runs: the first Ctrl-C asks it to end after the steps at hand, the second ends it at once.

    Gives the signals that have come.
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
    """Run one operation on the stack, which is made if it is not there, and tell its progress.

    Args:
        held: the checkout's lock.
        ready: returns when the program may run.
        progress: what listens to the engine, where it is to keep more than people are told.

    Raises:
        Interrupted: after Ctrl-C, when the engine has ended.
        Failure: where there is no CLI.
    """

    def when_ready() -> None:
        ready()
        program()

    cli = Cli(pulumi_cli.find(), held)
    progress = progress or Progress(planned=operation == "preview")
    # By a relative path: the CLI takes commas for the ends of a list, and a checkout's path may have one.
    # From where the folder really is: `.local/` may be a link to another disk.
    packs = [os.path.relpath(paths.POLICY_PACK, os.path.realpath(paths.PROJECT))]
    options: dict[str, Any] = {"on_event": progress, "color": "never"}
    deploying = {**options, "policy_packs": packs, "program": when_ready}
    try:
        stack = local_stack(cli)
        if operation == "preview":
            told = stack.preview(diff=True, **deploying).stdout
            return Outcome(True, progress.changes, tuple(progress.errors), told)
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
    """What a run that came to no good end has done: nothing where it was a preview, or refused at once."""
    return progress.changes if operation != "preview" and progress.changes.keys() - {"same", "read"} else {}


def local_stack(cli: Cli) -> QuietStack:
    """The stack, which is made if it is not there: copies of the checkout's files, its own state, and the program."""
    paths.BACKEND.mkdir(parents=True, exist_ok=True)
    variables = environment.of_the_engine()
    workspace = Workspace(work_dir=str(paths.PROJECT), program=program, env_vars=variables, pulumi_command=cli)
    return QuietStack(paths.STACK, workspace, StackInitMode.SELECT if state.FILE.exists() else StackInitMode.CREATE)


def import_ahead() -> None:
    """Import nearly all that the program will. What is wrong there, the program will tell."""
    with contextlib.suppress(Exception):
        import identity.outputs  # noqa: F401


def program() -> None:
    """Run `__main__.py` as the engine's program; its mistakes become the engine's errors."""
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
    """What the CLI says is wrong, as a person who knows nothing of its copies of the files would put it."""
    text = stderr.replace(f"{paths.PROJECT}{os.sep}", "")
    lines = [line.removeprefix("error: ") for line in text.splitlines() if line.strip()]
    if "validating stack config" in text:
        lines.append(f"Fix it in {paths.STACK_FILE}; {paths.PROJECT_FILE} describes all keys. Nothing was changed.")
    return "\n".join(lines) or "the engine failed and gave no reason"
