"""Entry of `python -m revision_diff`."""

from revision_diff.commands import main

main()
