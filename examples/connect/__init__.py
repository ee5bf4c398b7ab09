"""How the libraries of apps and APIs are set up for a stack: what docs/connect.md shows, as files that run.

Each reads what `make export` writes into identity.env; the client is `windowscli`, the public one of the default.
"""
