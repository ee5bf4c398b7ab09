"""Entry point of `python -m cli`."""

from cli.commands import commands
from local import command_line

command_line.main(commands, "python -m cli")
