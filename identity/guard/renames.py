"""Renamed keys of APIs and clients: `renamedFrom` has to be set correctly. Pure.

The engine knows a resource by its key. Under a new key it makes another one and deletes the old; `renamedFrom` says
that the two are one. A slip there is a deletion that nobody asked for.
"""

from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from identity.api import Api
from identity.client.settings import Client
from identity.errors import nearest, shown
from identity.guard.loss import Loss

Entry = TypeVar("Entry", Api, Client)
Outputs = Mapping[str, Any]


def now(key: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry]) -> str | None:
    """The key that the entry has now which the stack has under this one; None where it goes."""
    if key in news:
        return key
    return next((name for name, new in news.items() if new.renamed_from == key and name not in olds), None)


@dataclass(frozen=True)
class Marks:
    """By which entries are taken for the same one, by key: an old and a new one that share a mark are."""

    old: Mapping[str, Set[Hashable]]
    new: Mapping[str, Set[Hashable]]


def rename_losses(
    kind: str, named_by: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry], marks: Marks
) -> Iterator[Loss]:
    """What is lost by a key that changed without a word, or with a wrong one.

    Args:
        kind: `clients` or `apis`, as the config has it.
        named_by: the output by which AWS knows such a thing.
        olds: what the stack has, by key.
        news: what the config has, by key.
        marks: the marks of both.
    """
    yield from _wrongly_said(kind, named_by, olds, news)
    yield from _unsaid(kind, named_by, olds, news, marks)
    yield from _exchanged(kind, named_by, olds, news, marks)


def _wrongly_said(kind: str, named_by: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry]) -> Iterator[Loss]:
    for key, new in news.items():
        former, path = new.renamed_from, f"identity:{kind}.{key}.renamedFrom"
        if former is None:
            continue
        if former not in olds and key not in olds:
            going = [old for old in olds if now(old, olds, news) is None]
            keep = "a key that the stack has: " + (", ".join(sorted(going or olds)) or "it has none")
            only = f"write `renamedFrom: {going[0]}`, if that was its key." if len(going) == 1 else "remove it."
            fix = f"{nearest(former, going) or only} It renames nothing, and {key} would be new"
            yield Loss(former, path, keep, shown(former), fix, final=True)
        elif former in olds and key in olds:
            thing = str(olds[former].get(named_by, ""))
            keep = f"not set: the stack has both {key} and {former}"
            lost = f"{former} ({thing}) would be deleted."
            yield Loss(thing, path, keep, shown(former), lost)


def _unsaid(
    kind: str, named_by: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry], marks: Marks
) -> Iterator[Loss]:
    """Each entry that went as another just like it came, without a word that it was renamed."""
    came = {mark: key for key in reversed(list(news)) if _is_new(key, olds, news) for mark in marks.new[key]}
    for key, old in sorted(olds.items()):
        new = next((came[mark] for mark in marks.old[key] if mark in came), None)
        if new and now(key, olds, news) is None:
            thing, path = str(old.get(named_by, "")), f"identity:{kind}.{new}"
            lost = f"{key} ({thing}) would be deleted. To rename and keep it, write `renamedFrom: {key}`."
            yield Loss(thing, path, f"{key}, which the stack has with the same values", shown(new), lost)


def _is_new(key: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry]) -> bool:
    return key not in olds and news[key].renamed_from not in olds


def _exchanged(
    kind: str, named_by: str, olds: Mapping[str, Outputs], news: Mapping[str, Entry], marks: Marks
) -> Iterator[Loss]:
    """Keys that went round among entries that are all still there: by each key the stack has another one's values."""
    moved = [key for key in sorted(olds.keys() & news.keys()) if marks.old[key].isdisjoint(marks.new[key])]
    before = {mark: key for key in reversed(moved) for mark in marks.old[key]}
    for key in moved:
        other = next((before[mark] for mark in marks.new[key] if mark in before), None)
        if other:
            thing = str(olds[key].get(named_by, ""))
            keep = f"the previous values of {key}: these are the values of {other}"
            lost = (
                f"The apps of {key} use {thing}, and would get the values of {other}. Pulumi knows an entry by its "
                f"key, so swap keys in separate updates: {key} to a free key (`spare: {{renamedFrom: {key}}}`), "
                f"{other} to {key} (`{key}: {{renamedFrom: {other}}}`), and so on, the spare key last."
            )
            yield Loss(thing, f"identity:{kind}.{key}", keep, f"the values of {other}", lost, what="key", in_place=True)
