"""Leaves out of the entries of a config what follows without them. Pure."""

from collections.abc import Iterator, Mapping

from cli.adopt.stack_settings import Section
from cli.adopt.things import EntryKind
from identity.config.settings import Settings
from identity.setting import Model


def written_out(entry: Model) -> Section:
    """An entry as the file has it, defaults too."""
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)


def lean(entries: Mapping[str, Model], kind: EntryKind, settings: Settings) -> dict[str, Section]:
    """The entries as the file has them, without all that comes to the same in these settings where it is left out."""
    section = {key: entry.written() for key, entry in entries.items()}
    target = kind.entries(kind.put(settings, {key: written_out(entry) for key, entry in entries.items()}))
    paths = {path for entry in entries.values() for path in _paths(entry)}
    for path in sorted(paths, key=len, reverse=True):
        trial = {key: _without(entry, *path) for key, entry in section.items()}
        found = kind.entries(kind.put(settings, trial))
        section = {key: trial[key] if found[key] == target[key] else entry for key, entry in section.items()}
    return section


def _paths(entry: Model) -> Iterator[tuple[str, ...]]:
    """What may follow from other keys: the fields, and those of an object."""
    written = entry.written()
    for field in type(entry).model_fields.values():
        value = written.get(str(field.alias))
        if value is not None and not field.is_required():
            yield (str(field.alias),)
            if isinstance(value, dict) and not isinstance(field.default, dict):
                yield from ((str(field.alias), name) for name in value)


def _without(entry: Section, name: str, *rest: str) -> Section:
    if rest and name in entry:
        return {**entry, name: _without(entry[name], *rest)}
    return {key: value for key, value in entry.items() if key != name}
