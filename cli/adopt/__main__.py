"""Take over what runs already: `python -m cli.adopt --stack NAME`."""

from cli.adopt.commands import main

main()
