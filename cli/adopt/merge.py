"""Joins what a stack's file says with what runs. Pure."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cli.adopt.describe import Described
from cli.adopt.stack_settings import SECRETS, Section, as_texts, rooted
from identity import config
from identity.config.settings import Settings
from identity.errors import shown


@dataclass(frozen=True)
class Disagreement:
    """A key that the file has otherwise than AWS; None for nothing."""

    path: str
    in_file: Any
    in_aws: Any

    def __str__(self) -> str:
        live = "not set in AWS" if self.in_aws is None else f"{shown(self.in_aws)} in AWS"
        return f"{self.path}: {shown(self.in_file)} in the file, {live}"


def merge(said: Section, described: Described, stack: str, take: str | None) -> tuple[Section, list[Disagreement]]:
    """The whole `config:`, with what the file says and what it has to say besides, and where the two disagree.

    Args:
        said: what the file has.
        described: what runs.
        stack: the stack's name.
        take: `live` or `file`, which then has the last word; None leaves the file's.
    """
    lean, whole = rooted(described.keys), rooted(described.whole)
    live: Section = {**said, **lean}
    merging = _Merging(live, _made_of(config.check(as_texts(live), stack)[0]), stack, take, [])
    made = merging.objects({key: value for key, value in said.items() if key in whole}, lean, whole, ())
    return {**{key: value for key, value in said.items() if key not in whole}, **made}, merging.found


@dataclass(frozen=True)
class _Merging:
    live: Section
    makes: list[Any]
    stack: str
    take: str | None
    found: list[Disagreement]

    def objects(self, said: Section, lean: Section, whole: Section, place: tuple[str, ...]) -> Section:
        made = {key: self._one(mine, lean.get(key), whole.get(key), (*place, key)) for key, mine in said.items()}
        made |= {key: value for key, value in lean.items() if key not in said}
        return {key: value for key, value in made.items() if value is not None}

    def _one(self, mine: Any, lean: Any, its: Any, place: tuple[str, ...]) -> Any:
        if isinstance(mine, dict) and isinstance(its, dict):
            return self.objects(mine, lean or {}, its, place)
        if mine == its or place[-1] in SECRETS or self._means_the_same(mine, place):
            return mine
        self.found.append(Disagreement(".".join(place), mine, its))
        return lean if self.take == "live" else mine

    def _means_the_same(self, value: Any, place: tuple[str, ...]) -> bool:
        """Whether what runs would be the same with this in the file."""
        keys = deepcopy(self.live)
        inner = keys
        for step in place[:-1]:
            inner = inner.setdefault(step, {})
        inner[place[-1]] = value
        settings, problems = config.check(as_texts(keys), self.stack)
        sound = not any(problem.path.startswith(place[0]) and not problem.warning for problem in problems)
        return sound and _made_of(settings) == self.makes


def _made_of(settings: Settings) -> list[Any]:
    """What the program makes."""
    pool = [settings.user_pool, settings.identity_providers, settings.config.groups, settings.domain]
    return [*pool, settings.apis, settings.clients, settings.tags, settings.config.protect]
