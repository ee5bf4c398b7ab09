"""Compares this checkout with another revision on the emulated AWS."""
