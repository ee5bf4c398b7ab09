"""Compare this checkout with another revision on the emulator."""
