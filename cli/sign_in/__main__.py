"""`python -m cli.sign_in`."""

from cli.sign_in.commands import main

main()
