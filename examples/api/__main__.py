"""Serve the example API on this machine."""

import contextlib
import sys
from wsgiref.simple_server import make_server

from examples.api.app import app_from_environment

try:
    with make_server("127.0.0.1", 8000, app_from_environment()) as server, contextlib.suppress(KeyboardInterrupt):
        print("The example API is at http://127.0.0.1:8000/projects (Ctrl-C stops it)", flush=True)
        server.serve_forever()
except KeyError as missing:
    sys.exit(
        f"{missing.args[0]} is not set. Write the stack's values with `make "
        "export`, then load them into this shell: set -a; . .local/export/local/identity.env; set +a"
    )
except OSError as error:
    sys.exit(
        f"The example API cannot listen on port 8000 of 127.0.0.1 ({error.strerror}). Stop the program that uses it."
    )
