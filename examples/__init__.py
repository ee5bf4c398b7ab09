"""Examples of other repositories that use a stack of this one. Small, tested, and made to be copied."""
