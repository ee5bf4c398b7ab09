"""The outcome of a run of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# What a refresh finds, by the step that the engine calls it.
FOUND = {"delete": "gone", "update": "changed"}
Operation = Literal["up", "preview", "refresh", "destroy"]


class Interrupted(Exception):
    """A person stopped the engine; it has ended, and had done the `changes` until then."""

    def __init__(self, changes: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.changes = dict(changes or {})


@dataclass(frozen=True)
class Outcome:
    """Whether it went through, the counts of steps by kind, the errors, and the engine's own diff of a preview."""

    succeeded: bool
    changes: Mapping[str, int]
    errors: tuple[str, ...] = ()
    diff: str = ""
