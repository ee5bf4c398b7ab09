"""How adoption fails: one text, in the house's style, without a traceback."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from local.console import Failure

if TYPE_CHECKING:  # it imports the engine's SDK, and what goes wrong with AWS is told by commands without it, too
    from identity.errors import Problem


class AdoptError(Failure):
    """Adoption cannot go on."""


class Refused(AdoptError):
    """What was found cannot be adopted as things stand; each problem with its place and its fix."""

    def __init__(self, head: str, problems: "Iterable[Problem]") -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join([head, *(f"  {line}" for problem in self.problems for line in str(problem).split("\n"))])
        )
