"""The namespace of the config keys, and typos of it. Pure, and quick to import."""

import difflib

NAMESPACE = "identity"
ROOT = f"{NAMESPACE}:"


def is_misspelt(namespace: str) -> bool:
    """Whether it is almost ours: the engine takes any other one for some other program's, and nobody reads its keys."""
    return namespace != NAMESPACE and bool(difflib.get_close_matches(namespace.casefold(), [NAMESPACE], cutoff=0.75))
