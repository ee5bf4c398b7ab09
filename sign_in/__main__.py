"""`python -m sign_in`."""

from sign_in.commands import main

main()
