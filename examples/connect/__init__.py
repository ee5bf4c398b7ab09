"""Set-up of common libraries in apps and APIs, as docs/connect.md shows it, in files that run.

Each reads the values of identity.env, which `make export` writes.
"""
