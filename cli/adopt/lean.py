"""The config as far as it is written, and what of it could be left out. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from identity import config
from identity.api import Api
from identity.client import Client
from identity.config import Settings
from identity.group import Group
from identity.identity_provider import IdentityProvider
from identity.setting import Model
from identity.user_pool.settings import UserPool

Section = dict[str, Any]
SECTIONS: dict[str, type[Model]] = {
    "userPool": UserPool,
    "identityProviders": IdentityProvider,
    "groups": Group,
    "apis": Api,
    "clients": Client,
}
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

        target, model = look(section), SECTIONS[key]
        section = {name: _slim(entry, model) for name, entry in section.items()}
        for path in sorted(
            {path for entry in section.values() for path in _paths(entry, model)}, key=len, reverse=True
        ):
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


def _slim(entry: Any, model: type[Model]) -> Any:
    """The entry without what a field has by default, at any depth."""
    made: Section = {}
    for field in model.model_fields.values():
        key, inner = str(field.alias), next(models_in(field.annotation), None)
        value, default = entry.get(key), _plain(field.default)
        if inner and isinstance(value, dict):
            by_name = isinstance(field.default, dict)
            value = {it: _slim(one, inner) for it, one in value.items()} if by_name else _slim(value, inner)
        if key in entry and value != default:
            made[key] = value
    return made


def _paths(entry: Section, model: type[Model]) -> Iterator[tuple[str, ...]]:
    """What may follow from other keys: the fields, and those of an object."""
    for field in model.model_fields.values():
        value = entry.get(str(field.alias))
        if value is not None:
            yield (str(field.alias),)
        if isinstance(value, dict) and not isinstance(field.default, dict):
            yield from ((str(field.alias), name) for name in value)


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


def models_in(annotation: Any) -> Iterator[type[Model]]:
    """The models in an annotation: that of an object, or of a map's entries."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def texts(keys: Mapping[str, Any]) -> dict[str, str]:
    """Values as the engine hands them over."""
    return {f"{ROOT}{key}": item if isinstance(item, str) else json.dumps(item) for key, item in keys.items()}
