"""How every command of this project ends: 0 done, 1 refused or failed, 2 usage, 130 interrupted."""

import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from local.console import Failure, leave_output, refused, say
from local.outcome import Interrupted

_FAILED, _INTERRUPTED = 1, 130  # 128 and the number of SIGINT, as shells have it


def main(command: click.Command, name: str, stopped: Callable[[], str] = lambda: "Stopped.") -> NoReturn:
    """Run the command line of this process, and leave with its status.

    Args:
        name: of the command, in its messages.
        stopped: what is said after Ctrl-C or SIGTERM.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = run(command, name, stopped)
    leave_output()
    # A program that was stopped in the middle may have threads that never end; nothing is left to wait for.
    os._exit(status)


def run(
    command: click.Command,
    name: str,
    stopped: Callable[[], str] = lambda: "Stopped.",
    arguments: Sequence[str] | None = None,
) -> int:
    """The exit status of a command line, which tells what is wrong without a traceback.

    A command returns its own status, or nothing where it has done its work.
    """
    try:
        return command.main(arguments, prog_name=name, standalone_mode=False) or 0
    except (KeyboardInterrupt, Interrupted, click.Abort):
        say(stopped(), style="yellow")
        return _INTERRUPTED
    except click.ClickException as error:
        with contextlib.suppress(OSError):
            error.show()
        return error.exit_code
    except Failure as failure:
        say(str(failure), style="red")
    except OSError as error:
        say(refused(error), style="red")
    return _FAILED
