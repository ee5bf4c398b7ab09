"""The keys that would keep what is there, as one addition to the stack's file that the program takes. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from cli.adopt.adoption import Item
from cli.adopt.compare import Meaning
from cli.adopt.keep import config_key
from identity import config as settings
from identity.errors import Problem

Key = tuple[str, Any]
_PREFIX = "identity:"
# How often a key's path is divided: a tag, an attribute and a scope may have dots in their names.
_DIVIDED = {"identity:tags": 1, "identity:userPool": 2}


def suggestions(items: Iterable[Item], config: Mapping[str, str], stack: str) -> dict[str, Any]:
    """Key -> value for every field that the program would change; those alone that pass its own check together.

    Args:
        config: the texts of the stack's config, which pass that check as they are.
    """
    offered: dict[str, Any] = {}
    for item in items:
        changed = [field for field in item.fields if field.meaning is not Meaning.SAME]
        keys = [key for field in changed if (key := config_key(item.wanted, field))]
        offered |= _accepted(keys, {**config, **with_keys(config, offered)}, stack)
    return offered


def as_yaml(config: Mapping[str, str], offered: Mapping[str, Any]) -> str:
    """What the stack's file would have under `config:`, each key that is touched whole."""
    objects = {key: _value(text) for key, text in with_keys(config, offered).items()}
    return yaml.safe_dump(objects, sort_keys=False, allow_unicode=True, width=120)


def _accepted(keys: list[Key], config: Mapping[str, str], stack: str) -> dict[str, Any]:
    """All of a resource's keys where they pass together; else without those that are to blame."""
    accepted = dict(keys)
    while problems := _problems(accepted, config, stack):
        blamed = [path for path in accepted if any(problem.path.startswith(path) for problem in problems)]
        accepted = {path: value for path, value in accepted.items() if path not in (blamed or accepted)}
    # What was blamed may have been no more than early.
    for path, value in keys:
        if path not in accepted and not _problems({**accepted, path: value}, config, stack):
            accepted[path] = value
    return accepted


def _problems(keys: Mapping[str, Any], config: Mapping[str, str], stack: str) -> list[Problem]:
    found = settings.check({**config, **with_keys(config, keys)}, stack)[1]
    return [problem for problem in found if not problem.warning]


def with_keys(config: Mapping[str, str], keys: Mapping[str, Any]) -> dict[str, str]:
    """The top-level keys that these touch, whole, as texts: what the stack's file gives, or the default, and these."""
    objects: dict[str, Any] = {}
    for path, value in keys.items():
        first, *way = _way(path)
        if not way:
            objects[first] = value
            continue
        place = objects.setdefault(first, _object(config, first))
        for step in way[:-1]:
            place = place.setdefault(step, {})
        place[way[-1]] = value
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in objects.items()}


def _way(path: str) -> Iterator[str]:
    first = path.partition(".")[0]
    return iter(path.split(".", _DIVIDED.get(first, 3)))


def _object(config: Mapping[str, str], key: str) -> Any:
    return json.loads(config.get(key) or settings.defaults().get(key.removeprefix(_PREFIX)) or "{}")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
