"""Reads a stack file, merges the config of a live pool into it, and writes it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.adopt.things import Section, Thing
from identity import config
from identity.config.settings import Settings
from identity.errors import HIDDEN, shown
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.identity_provider.settings import IdentityProvider
from identity.namespace import ROOT
from local import paths, stack_file
from local.console import Failure

# Secrets are never read from AWS; only the stack file has them.
PROVIDERS = f"{ROOT}identityProviders"
SECRETS = {name: str(IdentityProvider.model_fields[name].alias) for name in SECRET_DETAILS}
_SECRET_KEYS = {*SECRETS.values(), "aws:secretKey", "aws:token"}
# The start of a new stack file.
_NEW_FILE = "# Check the product: it comes from the pool's name, and is used in tags and new names.\nconfig:\n"


@dataclass(frozen=True)
class Described:
    """A live pool as config of a stack file.

    Args:
        keys: the keys that differ from their defaults, without the prefix `identity:`.
        whole: the same with every default written out.
        things: the live resources by logical name.
        secrets: for each secret of an identity provider, the provider's key and the secret's key in it.
        files: the content of files that the keys name, by path in the repository.
    """

    keys: Section
    whole: Section
    things: dict[str, Thing]
    secrets: Sequence[tuple[str, str]]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Disagreement:
    """A key with one value in the stack file and another in AWS; None means not set."""

    path: str
    in_file: Any
    in_aws: Any

    def __str__(self) -> str:
        live = "not set in AWS" if self.in_aws is None else f"{shown(self.in_aws)} in AWS"
        return f"{self.path}: {shown(self.in_file)} in the file, {live}"


def read(file: Path) -> Section:
    """Return the `config:` of a stack file; empty if the file does not exist. Raises Unreadable."""
    return stack_file.config(file) if file.exists() else {}


def as_texts(stored: Section, name: str = "") -> dict[str, str]:
    """Return config as the engine passes it, each value as text, encrypted values hidden.

    Raises Failure if an `aws:` key is encrypted.
    """
    for key, value in stored.items():
        if key.startswith("aws:") and _is_secret(value):
            raise Failure(
                f"{name}: {key} is encrypted and cannot be read here. Set the credentials in the environment for the "
                "time of the adoption."
            )
    shown = json.loads(json.dumps(stored), object_hook=lambda value: HIDDEN if _is_secret(value) else value)
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in shown.items()}


def rooted(keys: Section) -> Section:
    """Return the keys with the prefix `identity:`, as the stack file has them."""
    return {f"{ROOT}{key}": value for key, value in keys.items()}


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def to_print(stored: Section) -> Section:
    """Return the config for printing: secrets in plain text are hidden."""

    def hidden(keys: Section) -> Section:
        secret = {key for key, value in keys.items() if key in _SECRET_KEYS and isinstance(value, str)}
        return {**keys, **dict.fromkeys(secret, HIDDEN)}

    printed: Section = json.loads(json.dumps(stored), object_hook=hidden)
    return printed


def with_secrets(stored: Section, secrets: Iterable[tuple[str, str]]) -> Section:
    """Return the config as if the user had set the missing secrets."""
    final = deepcopy(stored)
    for key, secret in secrets:
        (final.get(PROVIDERS) or {}).get(key, {}).setdefault(secret, HIDDEN)
    return final


# --- merging ----------------------------------------------------------------------------------------------------------


def merge(stored: Section, described: Described, stack: str, take: str | None) -> tuple[Section, list[Disagreement]]:
    """Return the merged `config:`, and where the stack file and AWS disagree.

    Args:
        stored: the `config:` of the stack file.
        described: the config of the live pool.
        stack: the stack's name.
        take: which value to keep in a disagreement, `live` or `file`; None is like `file`.
    """
    lean, whole = rooted(described.keys), rooted(described.whole)
    live: Section = {**stored, **lean}
    merging = _Merging(live, _compared(config.check(as_texts(live), stack)[0]), stack, take, [])
    made = merging.objects({key: value for key, value in stored.items() if key in whole}, lean, whole, ())
    return {**{key: value for key, value in stored.items() if key not in whole}, **made}, merging.found


@dataclass(frozen=True)
class _Merging:
    live: Section
    expected: list[Any]
    stack: str
    take: str | None
    found: list[Disagreement]

    def objects(self, stored: Section, lean: Section, whole: Section, place: tuple[str, ...]) -> Section:
        made = {key: self._one(value, lean.get(key), whole.get(key), (*place, key)) for key, value in stored.items()}
        made |= {key: value for key, value in lean.items() if key not in stored}
        return {key: value for key, value in made.items() if value is not None}

    def _one(self, in_file: Any, lean: Any, in_aws: Any, place: tuple[str, ...]) -> Any:
        if isinstance(in_file, dict) and isinstance(in_aws, dict):
            return self.objects(in_file, lean or {}, in_aws, place)
        if in_file == in_aws or place[-1] in SECRETS.values() or self._means_the_same(in_file, place):
            return in_file
        self.found.append(Disagreement(".".join(place), in_file, in_aws))
        return lean if self.take == "live" else in_file

    def _means_the_same(self, value: Any, place: tuple[str, ...]) -> bool:
        """Whether the live config makes the same resources with this value at this place."""
        keys = deepcopy(self.live)
        inner = keys
        for step in place[:-1]:
            inner = inner.setdefault(step, {})
        inner[place[-1]] = value
        settings, problems = config.check(as_texts(keys), self.stack)
        valid = not any(problem.path.startswith(place[0]) and not problem.warning for problem in problems)
        return valid and _compared(settings) == self.expected


def _compared(settings: Settings) -> list[Any]:
    """Return all settings that decide what the program creates, for comparison."""
    pool = [settings.user_pool, settings.identity_providers, settings.config.groups, settings.domain]
    return [*pool, settings.apis, settings.clients, settings.tags, settings.config.protect]


# --- writing ----------------------------------------------------------------------------------------------------------


def write(file: Path, settings: Section) -> None:
    """Write the `config:` of a stack file. Lines of unchanged keys, and comments between keys, are kept.

    Args:
        file: the stack file; created if missing.
        settings: the whole new `config:`.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else _NEW_FILE
    lines, before, places = text.splitlines(), read(file), _places(file.name, text)
    if not any(line.startswith("config:") for line in lines):
        lines.append("config:")
    first = next(number for number, line in enumerate(lines, 1) if line.startswith("config:"))
    last = max((place.stop for place in places.values()), default=first)
    lines[last:last] = [line for key in settings if key not in places for line in _lines(key, settings[key])]
    for key, place in sorted(places.items(), key=lambda entry: -entry[1].start):
        if key not in settings or settings[key] != before.get(key):
            lines[place.start : place.stop] = _lines(key, settings[key]) if key in settings else []
    paths.write_whole(file, "\n".join(lines) + "\n")
    file.chmod(0o644)


def _lines(key: str, value: Any) -> list[str]:
    by_name = json.loads(json.dumps(value, sort_keys=True))  # so that the same pool always gives the same text
    return [f"  {line}" for line in stack_file.text_of({key: by_name}).splitlines()]


def _places(name: str, text: str) -> dict[str, range]:
    """Return the lines of each key under `config:`, without the blank lines and comments after it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for key, value in pairs if key.value == "config"), None)
    if not isinstance(found, yaml.MappingNode):
        return {}
    starts = [key.start_mark.line for key, _ in found.value]
    if found.flow_style or len(set(starts)) < len(starts):
        raise Failure(f"{name}: `config:` is not a map with one key per line. Rewrite it and try again.")
    behind = found.end_mark.line + bool(found.end_mark.column)  # the last line may lack a line break
    lines, places = text.splitlines(), {}
    for (key, _), start, end in zip(found.value, starts, [*starts[1:], behind], strict=True):
        while end > start + 1 and re.fullmatch(r"\s*(#.*)?", lines[end - 1]):
            end -= 1
        name = key.value if ":" in key.value else f"{ROOT}{key.value}"
        places[name.replace(":config:", ":")] = range(start, end)
    return places
