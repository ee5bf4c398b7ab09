"""The outcome of a run of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# The engine's name of a refresh step -> what the refresh found.
FOUND = {"delete": "gone", "update": "changed"}
Operation = Literal["up", "preview", "refresh", "destroy"]


class Interrupted(Exception):
    """The user stopped the engine, and it has ended. `changes` counts the steps done until then, by kind."""

    def __init__(self, changes: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.changes = dict(changes or {})


@dataclass(frozen=True)
class Outcome:
    """The result of a run: success, the counts of steps by kind, the errors, and the engine's diff of a preview."""

    succeeded: bool
    changes: Mapping[str, int]
    errors: tuple[str, ...] = ()
    diff: str = ""
