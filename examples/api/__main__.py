"""Serve the example API on this machine."""

from wsgiref.simple_server import make_server

from examples.api.app import app_from_environment

with make_server("127.0.0.1", 8000, app_from_environment()) as server:
    print("The example API is at http://127.0.0.1:8000/projects (Ctrl-C stops it)")
    server.serve_forever()
