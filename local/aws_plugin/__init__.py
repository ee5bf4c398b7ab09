"""The local stack's own `aws` provider plugin: a few resource types and functions, done on the emulator alone."""
