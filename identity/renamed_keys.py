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
    """Replace old names of keys.

    Returns:
        the config texts with the current names; the old path of each renamed key, by its new path; and a warning for
        each old name, or an error if both names are used.
    """
    old, new = EXEMPTIONS
    texts, places, problems = dict(given), dict[str, str](), list[Problem]()
    if old in texts:
        text, place = texts.pop(old), (f"identity:{old}", f"identity:{new}")
        if _both_set(texts.get(new, "{}"), text):
            problems.append(_both(*place, "both given"))
        else:
            texts[new], places[place[1]] = text, place[0]
            problems.append(_renamed(*place))
    for key in ("apis", "clients"):
        entries = _read(texts[key]) if f'"{RENAMED_FROM[0]}"' in texts.get(key, "") else None
        if isinstance(entries, dict):
            problems += _entries(key, entries, places)
            texts[key] = json.dumps(entries)
    return texts, places, problems


def with_written_paths(problems: Iterable[Problem], places: Mapping[str, str]) -> Iterator[Problem]:
    """The problems, with the paths as in the stack file, which may have old names."""
    for problem in problems:
        new = next((new for new in places if problem.path == new or problem.path.startswith(f"{new}.")), None)
        yield replace(problem, path=problem.path.replace(new, places[new], 1)) if new else problem


def _both_set(new: str, old: str) -> bool:
    """Whether the new key has a value of its own, which would be ignored if the value of the old key were used."""
    current = _read(new)
    # If the stack file does not have the new key, the engine passes the default of Pulumi.yaml.
    return bool(current) and current != _read(old) and current != _read(defaults()["exemptions"])


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _entries(key: str, entries: dict[str, Any], places: dict[str, str]) -> Iterator[Problem]:
    """Rename the key in each entry, in place; return the warnings and errors."""
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
