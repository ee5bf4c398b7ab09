"""Serve the single-page app on this machine, at the port of its client's callback URL."""

import contextlib
import os
import sys
from urllib.parse import urlsplit
from wsgiref.simple_server import make_server

from examples.spa.app import LIBRARY, app_from_environment_and_files

if not LIBRARY.is_file():
    sys.exit("oidc-client-ts is not installed. Install it: npm install --prefix .local/connect oidc-client-ts@3.5.0")
try:
    port = urlsplit(os.environ["IDENTITY_CLIENT_WEB_CALLBACK_URL"]).port or 80
    with (
        make_server("127.0.0.1", port, app_from_environment_and_files()) as server,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(f"The single-page app is at http://localhost:{port}/ (Ctrl-C stops it)", flush=True)
        server.serve_forever()
except KeyError as missing:
    sys.exit(
        f"{missing.args[0]} is not set. Give the stack the client `web` of docs/connect.md, then: make up export, and"
        " load the values into this shell: set -a; . .local/export/local/identity.env; set +a"
    )
except OSError as error:
    sys.exit(
        f"The app cannot listen at its callback's port on 127.0.0.1 ({error.strerror}). Stop the program that uses it."
    )
