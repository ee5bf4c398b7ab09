"""Two keys that had another name: a stack file that still has the old one is read, with a warning. Pure."""

import json
from collections.abc import Mapping
from typing import Final

from identity.report import Problem

EXEMPTIONS: Final = ("departures", "exemptions")
RENAMED_FROM: Final = ("formerly", "renamedFrom")


def modern(given: Mapping[str, str], warnings: list[Problem]) -> dict[str, str]:
    """The texts of the stack's keys, with today's names; what else is wrong with them is told by others."""
    old, new = EXEMPTIONS
    texts = dict(given)
    if old in texts:
        texts[new] = texts.pop(old)
        warnings.append(_renamed(f"identity:{old}", f"identity:{new}"))
    for key in ("apis", "clients"):
        if f'"{RENAMED_FROM[0]}"' in texts.get(key, ""):
            texts[key] = _entries(key, texts[key], warnings)
    return texts


def _entries(key: str, text: str, warnings: list[Problem]) -> str:
    old, new = RENAMED_FROM
    try:
        entries = json.loads(text)
        had = [name for name, entry in entries.items() if isinstance(entry, dict) and old in entry and new not in entry]
    except (ValueError, RecursionError, AttributeError):
        return text
    for name in had:
        entries[name][new] = entries[name].pop(old)
        warnings.append(_renamed(f"identity:{key}.{name}.{old}", f"identity:{key}.{name}.{new}"))
    return json.dumps(entries)


def _renamed(old: str, new: str) -> Problem:
    return Problem(old, f"{new}, as it is called now", "the old name", "rename it; it is read all the same")
