"""The namespace of the config keys, and detection of typos. Pure, and fast to import."""

import difflib

NAMESPACE = "identity"
ROOT = f"{NAMESPACE}:"


def is_misspelt(namespace: str) -> bool:
    """Whether it is a typo of `identity`. The engine would not report it: other programs have other namespaces."""
    return namespace != NAMESPACE and bool(difflib.get_close_matches(namespace.casefold(), [NAMESPACE], cutoff=0.75))
