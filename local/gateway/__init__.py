"""What stands in front of the emulator: who may speak to it, and what AWS serves and it does not."""

from local.gateway.application import app

__all__ = ["app"]
