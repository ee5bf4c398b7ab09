"""Entry of `python -m cli.diff`."""

from cli.diff.commands import main

main()
