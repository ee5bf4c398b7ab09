"""The local stack's commands: `python -m local up|preview|outputs|refresh|destroy|stop`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - tells users of an older Python what to do
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version}. Use another: make PYTHON=python3.12 ...")

from local import environment

environment.shut_out_others()  # before another module reads the environment

from local.commands import main  # noqa: E402

main()
