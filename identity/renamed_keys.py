"""Renamed config keys: the old names still work, with a warning. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from identity.errors import Problem, shown
from identity.project_file import defaults

EXEMPTIONS: Final = ("departures", "exemptions")
RENAMED_FROM: Final = ("formerly", "renamedFrom")


def modern(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], list[Problem]]:
    """The texts of the stack's keys with today's names, of each place with a new name the one that it has, and what
    there is to say of the old names.

    What else is wrong with them is told by others.
    """
    old, new = EXEMPTIONS
    texts, places, told = dict(given), dict[str, str](), list[Problem]()
    if old in texts:
        text, place = texts.pop(old), (f"identity:{old}", f"identity:{new}")
        if _says_more(texts.get(new, "{}"), text):
            told.append(_both(*place, "both given"))
        else:
            texts[new], places[place[1]] = text, place[0]
            told.append(_renamed(*place))
    for key in ("apis", "clients"):
        entries = _read(texts[key]) if f'"{RENAMED_FROM[0]}"' in texts.get(key, "") else None
        if isinstance(entries, dict):
            told += _entries(key, entries, places)
            texts[key] = json.dumps(entries)
    return texts, places, told


def told_where_written(problems: Iterable[Problem], places: Mapping[str, str]) -> Iterator[Problem]:
    """The problems, each with the name that its key has in the stack file."""
    for problem in problems:
        new = next((new for new in places if problem.path == new or problem.path.startswith(f"{new}.")), None)
        yield replace(problem, path=problem.path.replace(new, places[new], 1)) if new else problem


def _says_more(new: str, old: str) -> bool:
    """Whether a value under the new name would be lost if the one under the old name were taken."""
    said = _read(new)
    # Those of Pulumi.yaml the engine hands over where the stack's own file says nothing of them.
    return bool(said) and said != _read(old) and said != _read(defaults()["exemptions"])


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _entries(key: str, entries: dict[str, Any], places: dict[str, str]) -> Iterator[Problem]:
    """Give each entry's old name the new one; what is to be said of it."""
    old, new = RENAMED_FROM
    for name, entry in entries.items():
        if not (isinstance(entry, dict) and old in entry):
            continue
        place, value = (f"identity:{key}.{name}.{old}", f"identity:{key}.{name}.{new}"), entry.pop(old)
        if entry.setdefault(new, value) != value:
            yield _both(*place, shown(value))
            continue
        places[place[1]] = place[0]
        yield _renamed(*place)


def _renamed(old: str, new: str) -> Problem:
    fix = "rename it; the old name still works"
    return Problem(old, f"{new}, the new name", "the old name", fix, warning=True)


def _both(old: str, new: str, received: str) -> Problem:
    allowed = f"only {new}: this is its old name, and one of the two would be ignored"
    return Problem(old, allowed, received, f"keep the right value in {new}, and remove this key")
