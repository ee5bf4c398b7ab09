"""How other repositories use a stack of this one. Small, tested, and meant to be copied."""
