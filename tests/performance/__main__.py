"""Entry of `python -m tests.performance`."""

import signal
import sys

import click

from local.console import Failure, say
from tests.performance.commands import command

signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    command(prog_name="make bench", standalone_mode=False)
except (KeyboardInterrupt, click.Abort):
    say("Stopped; nothing is left running.", style="yellow")
    sys.exit(130)
except click.ClickException as error:
    error.show()
    sys.exit(error.exit_code)
except (Failure, OSError) as error:
    say(str(error), style="red")
    sys.exit(1)
