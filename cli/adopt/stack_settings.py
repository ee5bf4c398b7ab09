"""A stack's file: what it says, what it would say of a pool, and how that is written beside the rest of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from identity.errors import HIDDEN
from identity.identity_provider.kinds import SECRET_DETAILS
from identity.identity_provider.settings import IdentityProvider
from identity.namespace import ROOT
from local import paths, stack_file
from local.console import Failure

Section = dict[str, Any]
# Never read out of AWS: the file alone has them.
PROVIDERS = f"{ROOT}identityProviders"
SECRETS = tuple(str(IdentityProvider.model_fields[name].alias) for name in SECRET_DETAILS)
_AWS_SECRETS = ("aws:secretKey", "aws:token")
# Of a file that is not there yet.
_NEW = "# Check the product: it comes from the pool's name, and is used in tags and new names.\nconfig:\n"


def read(file: Path) -> Section:
    """What a stack's file has under `config:`; empty where there is no file. Raises Unreadable."""
    try:
        return stack_file.config(file)
    except FileNotFoundError:
        return {}


def as_texts(said: Section, name: str = "") -> dict[str, str]:
    """The same as the engine would hand it over, encrypted values hidden. Raises Failure for AWS's own keys."""
    for key, value in said.items():
        if key.startswith("aws:") and _is_secret(value):
            raise Failure(
                f"{name}: {key} is encrypted and cannot be read here. Set the credentials in the environment for the "
                "time of the adoption."
            )
    return {key: text if isinstance(text := _hidden(value), str) else json.dumps(text) for key, value in said.items()}


def rooted(keys: Section) -> Section:
    """Keys as the file has them, with `identity:`."""
    return {f"{ROOT}{key}": value for key, value in keys.items()}


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
        key: {name: HIDDEN if name in SECRETS and isinstance(value, str) else value for name, value in fields.items()}
        for key, fields in providers.items()
    }
    return {**shown_keys, PROVIDERS: without} if providers else shown_keys


def with_secrets(said: Section, secrets: Iterable[tuple[str, str]]) -> Section:
    """What the file says, as it will be once a person has given the secrets that it lacks."""
    given = {key: dict(provider) for key, provider in (said.get(PROVIDERS) or {}).items()}
    for key, secret in secrets:
        given.get(key, {}).setdefault(secret, HIDDEN)
    return {**said, PROVIDERS: given} if given else said


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
