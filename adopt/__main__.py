"""Take over what runs already: `python -m adopt --stack NAME`."""

from adopt.commands import main

main()
