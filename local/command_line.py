"""Run a command of this project and set its exit status: 0 done, 1 refused or failed, 2 usage, 130 interrupted."""

import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from local.console import Failure, leave_output, refused, say
from local.outcome import Interrupted

_FAILED, _INTERRUPTED = 1, 130  # 130: 128 plus the number of SIGINT, as in shells


def main(command: click.Command, name: str, stopped: Callable[[], str] = lambda: "Stopped.") -> NoReturn:
    """Run the command line of this process, and exit with its status.

    Args:
        command: the command.
        name: the command's name in messages.
        stopped: returns the message to show after Ctrl-C or SIGTERM.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = run(command, name, stopped)
    leave_output()
    # An interrupted program may have threads that never end; there is nothing left to wait for.
    os._exit(status)


def run(
    command: click.Command,
    name: str,
    stopped: Callable[[], str] = lambda: "Stopped.",
    arguments: Sequence[str] | None = None,
) -> int:
    """Run a command line and return its exit status. Errors are shown as messages, without a traceback.

    A command returns its own exit status, or nothing if it succeeded.
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
