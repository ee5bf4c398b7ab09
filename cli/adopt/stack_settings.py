"""A stack's file: what it says, what it would say of a pool, and how that is written beside the rest of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.adopt.describe import DESCRIBED, Described
from cli.adopt.lean import ROOT, Section, texts
from identity import config
from identity.errors import HIDDEN, shown
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.identity_provider.settings import IdentityProvider
from local import paths, stack_file
from local.console import Failure

# Never read out of AWS: the file alone has them.
PROVIDERS = f"{ROOT}identityProviders"
_SECRETS = tuple(str(IdentityProvider.model_fields[name].alias) for name in SECRET_DETAILS)
_AWS_SECRETS = ("aws:secretKey", "aws:token")
# Of a file that is not there yet.
_NEW = "# Check the product: it comes from the pool's name, and is used in tags and new names.\nconfig:\n"
_FILLED = ("user_pool", "apis", "clients", "identity_providers", "domain", "tags")


@dataclass(frozen=True)
class Disagreement:
    """A key that the file has otherwise than AWS; None for nothing."""

    path: str
    in_file: Any
    in_aws: Any

    def __str__(self) -> str:
        live = "not set in AWS" if self.in_aws is None else f"{shown(self.in_aws)} in AWS"
        return f"{self.path}: {shown(self.in_file)} in the file, {live}"


def read(file: Path) -> Section:
    """What a stack's file has under `config:`; empty where there is no file. Raises Unreadable."""
    try:
        return stack_file.config(file)
    except FileNotFoundError:
        return {}


def as_texts(said: Section, name: str) -> dict[str, str]:
    """The same as the engine would hand it over, encrypted values hidden. Raises Failure for AWS's own keys."""
    for key, value in said.items():
        if key.startswith("aws:") and _is_secret(value):
            raise Failure(
                f"{name}: {key} is encrypted and cannot be read here. Set the credentials in the environment for the "
                "time of the adoption."
            )
    return {key: text if isinstance(text := _hidden(value), str) else json.dumps(text) for key, value in said.items()}


def _hidden(value: Any) -> Any:
    if _is_secret(value):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _hidden(inner) for key, inner in value.items()}
    return [_hidden(inner) for inner in value] if isinstance(value, list) else value


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def to_print(said: Section) -> Section:
    """What the file says, without the secrets that it has in clear."""
    shown_keys = {key: HIDDEN if key in _AWS_SECRETS else value for key, value in said.items()}
    providers = said.get(PROVIDERS) or {}
    without = {
        key: {name: HIDDEN if name in _SECRETS and isinstance(value, str) else value for name, value in fields.items()}
        for key, fields in providers.items()
    }
    return {**shown_keys, PROVIDERS: without} if providers else shown_keys


def with_secrets(said: Section, secrets: Iterable[tuple[str, str]]) -> Section:
    """What the file says, as it will be once a person has given the secrets that it lacks."""
    given = {key: dict(provider) for key, provider in (said.get(PROVIDERS) or {}).items()}
    for key, secret in secrets:
        given.get(key, {}).setdefault(secret, HIDDEN)
    return {**said, PROVIDERS: given} if given else said


# --- what it says, and what runs --------------------------------------------------------------------------------------


def merge(said: Section, described: Described, stack: str, take: str | None) -> tuple[Section, list[Disagreement]]:
    """The whole `config:`, with what the file says and what it has to say besides, and where the two disagree.

    Args:
        said: what the file has.
        described: what runs.
        stack: the stack's name.
        take: `live` or `file`, which then has the last word; None leaves the file's.
    """
    merging = _Merging(as_texts({**said, **_rooted(described.keys)}, ""), stack, take, [])
    own = {key.removeprefix(ROOT): value for key, value in said.items() if key.removeprefix(ROOT) in DESCRIBED}
    made = merging.objects(own, described.keys, described.whole, ())
    rest = {key: value for key, value in said.items() if key.removeprefix(ROOT) not in DESCRIBED}
    return {**rest, **_rooted(made)}, merging.found


def _rooted(keys: Section) -> Section:
    return {f"{ROOT}{key}": value for key, value in keys.items()}


@dataclass(frozen=True)
class _Merging:
    live: dict[str, str]
    stack: str
    take: str | None
    found: list[Disagreement]

    def objects(self, said: Section, lean: Section, whole: Section, place: tuple[str, ...]) -> Section:
        made: Section = {}
        for key in [*said, *(key for key in lean if key not in said)]:
            value = self._one(key, said, lean, whole, (*place, key)) if key in said else lean[key]
            if value is not None:
                made[key] = value
        return made

    def _one(self, key: str, said: Section, lean: Section, whole: Section, place: tuple[str, ...]) -> Any:
        mine, its = said[key], whole.get(key)
        if isinstance(mine, dict) and isinstance(its, dict):
            return self.objects(mine, lean.get(key) or {}, its, place)
        if mine == its or key in _SECRETS or self._means_the_same(mine, place):
            return mine
        self.found.append(Disagreement(f"{ROOT}{'.'.join(place)}", mine, its))
        return lean.get(key) if self.take == "live" else mine

    def _means_the_same(self, value: Any, place: tuple[str, ...]) -> bool:
        """Whether what runs would be the same with this in the file."""
        first, *way = place
        whole = json.loads(self.live.get(f"{ROOT}{first}", "{}")) if way else value
        inner = whole
        for step in way[:-1]:
            inner = inner.setdefault(step, {})
        if way:
            inner[way[-1]] = value
        before = config.check(self.live, self.stack)[0]
        after, problems = config.check({**self.live, **texts({first: whole})}, self.stack)
        sound = not any(problem.path.startswith(f"{ROOT}{first}") and not problem.warning for problem in problems)
        return (
            sound
            and all(getattr(before, part) == getattr(after, part) for part in _FILLED)
            and (before.config.groups, before.config.protect) == (after.config.groups, after.config.protect)
        )


# --- writing ----------------------------------------------------------------------------------------------------------


def write(file: Path, settings: Section) -> None:
    """Write what a stack's file has under `config:`. The lines of keys that stay as they are, stay, comments with them.

    Args:
        file: the file, which may not be there.
        settings: all that is to stand there.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else _NEW
    lines, entries = text.splitlines(), _entries(text)
    if entries is None:
        raise Failure(f"{file.name}: `config:` is not a map with one key per line. Rewrite it and try again.")
    before = read(file)
    if not any(line.startswith("config:") for line in lines):
        lines.append("config:")
    first = next(number for number, line in enumerate(lines, 1) if line.startswith("config:"))
    last = max((end for _, end in entries.values()), default=first)
    lines[last:last] = [line for key in settings if key not in entries for line in _lines(key, settings[key])]
    for key, (start, end) in sorted(entries.items(), key=lambda entry: -entry[1][0]):
        if key not in settings:
            del lines[start:end]
        elif settings[key] != before.get(key):
            lines[start:end] = _lines(key, settings[key])
    paths.write_whole(file, "\n".join(lines) + "\n")
    file.chmod(0o644)


def _lines(key: str, value: Any) -> list[str]:
    return [f"  {line}" for line in stack_file.text_of({key: _sorted(value)}).splitlines()]


def _sorted(value: Any) -> Any:
    """By name, so that the same pool is always the same text."""
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value


def _entries(text: str) -> dict[str, tuple[int, int]] | None:
    """Each key under `config:` and its lines, without blank lines and comments behind it; None for another layout."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = next((value for key, value in pairs if key.value == "config"), None)
    if not isinstance(found, yaml.MappingNode):
        return {}
    starts = [key.start_mark.line for key, _ in found.value]
    if found.flow_style or len(set(starts)) < len(starts):
        return None
    lines = text.splitlines()
    nexts = [
        *starts[1:],
        next((key.start_mark.line for key, _ in pairs if key.start_mark.line > starts[-1]), len(lines)),
    ]
    entries = {}
    for (key, _), start, end in zip(found.value, starts, nexts, strict=True):
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        name = key.value if ":" in key.value else f"{ROOT}{key.value}"
        entries[name.replace(":config:", ":")] = (start, end)
    return entries
