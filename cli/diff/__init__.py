"""What this checkout would change on top of another revision, found out on the emulated AWS."""
