"""The local stack's own `aws` provider plugin: a few resource types and functions, done on the emulator alone."""

from .install import install

__all__ = ["install"]
