"""The gateway in front of the emulator: it controls access, and adds what AWS has and the emulator lacks."""

from local.gateway.application import app

__all__ = ["app"]
