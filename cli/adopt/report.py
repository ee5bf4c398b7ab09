"""How adoption fails: one text, in the house's style, without a traceback."""

from collections.abc import Iterable

from identity.errors import Problem
from local.console import Failure


class AdoptError(Failure):
    """Adoption cannot go on."""


class Refused(AdoptError):
    """What was found cannot be adopted as things stand; each problem with its place and its fix."""

    def __init__(self, head: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([head, *(f"  {line}" for it in self.problems for line in str(it).split("\n"))]))
