"""Removes default values from a config. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from identity import config
from identity.config.settings import Settings
from identity.setting import Model

Section = dict[str, Any]
ROOT = "identity:"


def written_out(model: Model) -> Section:
    """An object as the file has it, defaults too."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)


@dataclass(frozen=True)
class Filling:
    """The config so far, which says what a key that is left out comes to."""

    texts: dict[str, str]
    stack: str

    def with_keys(self, **keys: Any) -> "Filling":
        return replace(self, texts={**self.texts, **texts(keys)})

    def settings(self) -> Settings:
        return config.check(self.texts, self.stack)[0]

    def lean(self, key: str, models: Mapping[str, Model]) -> Section:
        """The section without all that comes to the same where it is left out; the pool's own has no names in it."""

        def look(entries: Section) -> Mapping[str, Model]:
            return _filled(self.with_keys(**{key: entries.get("", entries)}).settings(), key)

        target = look({name: written_out(model) for name, model in models.items()})
        section = {name: model.written() for name, model in models.items()}
        paths = {path for name, entry in section.items() for path in _paths(entry, models[name])}
        for path in sorted(paths, key=len, reverse=True):
            trial = {name: _without(entry, path) for name, entry in section.items()}
            found = look(trial)
            section = {name: trial[name] if found.get(name) == target.get(name) else section[name] for name in section}
        return dict(section.get("", section))


def _filled(settings: Settings, key: str) -> Mapping[str, Model]:
    sections: dict[str, Mapping[str, Model]] = {
        "userPool": {"": settings.user_pool},
        "identityProviders": settings.identity_providers,
        "groups": settings.config.groups,
        "apis": settings.apis,
        "clients": settings.clients,
    }
    return sections[key]


def _paths(entry: Section, model: Model) -> Iterator[tuple[str, ...]]:
    """What may follow from other keys: the fields, and those of an object."""
    for field in type(model).model_fields.values():
        key = str(field.alias)
        if key in entry:
            yield (key,)
            if isinstance(entry[key], dict) and not isinstance(field.default, dict):
                yield from ((key, name) for name in entry[key])


def _without(entry: Section, path: tuple[str, ...]) -> Section:
    name, *rest = path
    if rest:
        return {**entry, name: _without(entry[name], tuple(rest))} if name in entry else entry
    return {key: value for key, value in entry.items() if key != name}


def without_defaults(keys: Section, fill: Filling) -> Section:
    """The keys without those that are empty; APIs and clients are left out where they are those of Pulumi.yaml."""
    given = {key: text for key, text in fill.texts.items() if key not in (f"{ROOT}apis", f"{ROOT}clients")}
    own, wanted = config.check(given, fill.stack)[0], fill.settings()
    default = (own.apis, own.clients) == (wanted.apis, wanted.clients)
    of_project = () if default else ("apis", "clients")
    return {
        key: value
        for key, value in keys.items()
        if key in of_project or (value not in (None, [], {}) and key not in ("apis", "clients"))
    }


def texts(keys: Mapping[str, Any]) -> dict[str, str]:
    """Values as the engine hands them over."""
    return {f"{ROOT}{key}": value if isinstance(value, str) else json.dumps(value) for key, value in keys.items()}
