"""How adoption fails: one text, in the house's style, without a traceback."""

from local.console import Failure


class AdoptError(Failure):
    """Adoption cannot go on."""
