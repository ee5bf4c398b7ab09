"""Renamed keys of APIs and clients: `renamedFrom` has to be set correctly. Pure.

The engine identifies a resource by its key. With a new key it creates a new resource and deletes the old one, unless
`renamedFrom` has the old key. A mistake there deletes a resource unintentionally.
"""

from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from identity.api import Api
from identity.client.settings import Client
from identity.errors import nearest, shown
from identity.guard.loss import Loss

Entry = TypeVar("Entry", Api, Client)
Outputs = Mapping[str, Any]
# Marks of each entry, by key: an old and a new entry with a common mark are probably the same one.
Marks = Mapping[str, Set[Hashable]]


@dataclass(frozen=True)
class Entries(Generic[Entry]):
    """The APIs or the clients of a stack, by key.

    Args:
        kind: `clients` or `apis`, as the config has it.
        named_by: the output that identifies such a resource in AWS.
        olds: the entries of the state, as outputs.
        news: the entries of the config.
    """

    kind: str
    named_by: str
    olds: Mapping[str, Outputs]
    news: Mapping[str, Entry]

    def now(self, key: str) -> str | None:
        """The config key of the entry that has this key in the state; None if it was removed."""
        if key in self.news:
            return key
        return next(
            (name for name, new in self.news.items() if new.renamed_from == key and name not in self.olds), None
        )

    def aws_id(self, key: str) -> str:
        """The identifier in AWS of an entry of the state."""
        return str(self.olds[key].get(self.named_by, ""))

    def path(self, key: str) -> str:
        return f"identity:{self.kind}.{key}"


def rename_losses(entries: Entries[Entry], old_marks: Marks, new_marks: Marks) -> Iterator[Loss]:
    """The losses by a changed key without `renamedFrom`, or with a wrong one."""
    yield from _wrong_renamed_from(entries)
    yield from _missing_renamed_from(entries, old_marks, new_marks)
    yield from _swapped_keys(entries, old_marks, new_marks)


def _wrong_renamed_from(entries: Entries[Entry]) -> Iterator[Loss]:
    olds = entries.olds
    for key, new in entries.news.items():
        former, path = new.renamed_from, f"{entries.path(key)}.renamedFrom"
        if former is None:
            continue
        if former not in olds and key not in olds:
            going = [old for old in olds if entries.now(old) is None]
            keep = "a key that the stack has: " + (", ".join(sorted(going or olds)) or "it has none")
            only = f"write `renamedFrom: {going[0]}`, if that was its key." if len(going) == 1 else "remove it."
            fix = f"{nearest(former, going) or only} It renames nothing, and {key} would be new"
            yield Loss(former, path, keep, shown(former), fix, final=True)
        elif former in olds and key in olds:
            aws_id = entries.aws_id(former)
            keep = f"not set: the stack has both {key} and {former}"
            yield Loss(aws_id, path, keep, shown(former), f"{former} ({aws_id}) would be deleted.")


def _missing_renamed_from(entries: Entries[Entry], old_marks: Marks, new_marks: Marks) -> Iterator[Loss]:
    """Removed entries with an equal new entry: probably renamed without `renamedFrom`."""
    olds, news = entries.olds, entries.news
    fresh = [key for key in news if key not in olds and news[key].renamed_from not in olds]
    came = {mark: key for key in reversed(fresh) for mark in new_marks[key]}
    for key in sorted(olds):
        new = next((came[mark] for mark in old_marks[key] if mark in came), None)
        if new and entries.now(key) is None:
            aws_id = entries.aws_id(key)
            lost = f"{key} ({aws_id}) would be deleted. To rename and keep it, write `renamedFrom: {key}`."
            keep = f"{key}, which the stack has with the same values"
            yield Loss(aws_id, entries.path(new), keep, shown(new), lost)


def _swapped_keys(entries: Entries[Entry], old_marks: Marks, new_marks: Marks) -> Iterator[Loss]:
    """Entries whose keys were swapped: in the state, each key has the values of another."""
    both = sorted(entries.olds.keys() & entries.news.keys())
    moved = [key for key in both if old_marks[key].isdisjoint(new_marks[key])]
    before = {mark: key for key in reversed(moved) for mark in old_marks[key]}
    for key in moved:
        other = next((before[mark] for mark in new_marks[key] if mark in before), None)
        if other:
            aws_id, path = entries.aws_id(key), entries.path(key)
            keep = f"the previous values of {key}: these are the values of {other}"
            lost = (
                f"The apps of {key} use {aws_id}, and would get the values of {other}. Pulumi knows an entry by its "
                f"key, so swap keys in separate updates: {key} to a free key (`spare: {{renamedFrom: {key}}}`), "
                f"{other} to {key} (`{key}: {{renamedFrom: {other}}}`), and so on, the spare key last."
            )
            yield Loss(aws_id, path, keep, f"the values of {other}", lost, what="key", in_place=True)
