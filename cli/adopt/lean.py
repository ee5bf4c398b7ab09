"""The config as far as it is written, and what of it could be left out. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from identity import config
from identity.config import Settings
from identity.setting import Model

Section = dict[str, Any]
ROOT = "identity:"


def written_out(model: Model) -> Section:
    """Everything of an object, defaults too."""
    made: Section = {}
    for name, declared in type(model).model_fields.items():
        value = getattr(model, name)
        if value is not None:
            made[str(declared.alias)] = _plain(value)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return written_out(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Filling:
    """The config so far, which says what a key that is left out comes to."""

    texts: dict[str, str]
    stack: str

    def with_keys(self, **keys: Any) -> "Filling":
        return replace(self, texts={**self.texts, **texts(keys)})

    def settings(self) -> Settings:
        return config.check(self.texts, self.stack)[0]

    def lean(self, key: str, section: Section) -> Section:
        """The section without all that comes to the same where it is left out; the pool's own has no names in it."""

        def look(entries: Section) -> Mapping[str, Model]:
            return _filled(self.with_keys(**{key: entries.get("", entries)}).settings(), key)

        target = look(section)
        for path in sorted({path for entry in section.values() for path in _paths(entry)}, key=len, reverse=True):
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


def _paths(entry: Any, place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [place] if place else []
    for name, inner in entry.items() if isinstance(entry, Mapping) else ():
        found += _paths(inner, (*place, name))
    return found


def _without(entry: Section, path: tuple[str, ...]) -> Section:
    name, *rest = path
    if name not in entry:
        return entry
    if not rest:
        return {key: value for key, value in entry.items() if key != name}
    return {**entry, name: _without(entry[name], tuple(rest))} if isinstance(entry[name], dict) else entry


def without_defaults(keys: Section, fill: Filling) -> Section:
    """The keys without those that are empty; APIs and clients are left out where they are those of Pulumi.yaml."""
    given = {key: text for key, text in fill.texts.items() if key not in (f"{ROOT}apis", f"{ROOT}clients")}
    own, wanted = config.check(given, fill.stack)[0], fill.settings()
    default = (own.apis, own.clients) == (wanted.apis, wanted.clients)
    of_project = () if default else ("apis", "clients")
    return {
        key: value for key, value in keys.items() if key in of_project or (value and key not in ("apis", "clients"))
    }


def texts(keys: Mapping[str, Any]) -> dict[str, str]:
    """Values as the engine hands them over."""
    return {f"{ROOT}{key}": item if isinstance(item, str) else json.dumps(item) for key, item in keys.items()}
