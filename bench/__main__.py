"""Entry of `python -m bench`."""

from bench.commands import command

command(prog_name="make bench")
