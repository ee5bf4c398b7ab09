"""The local stack's own `aws` provider plugin: a few resource types and functions, on the emulator only."""
