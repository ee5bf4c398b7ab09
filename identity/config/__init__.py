"""The whole stack config, read once and validated before any resource is registered, without network access.

`keys.py` declares the keys, `rules.py` checks their combinations, `settings.py` derives values from them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from identity import deployed, parsing, renamed_keys
from identity.config.keys import KEYS, Config
from identity.config.rules import broken_rules
from identity.config.settings import Settings
from identity.errors import HIDDEN, ConfigError, Problem, warn
from identity.namespace import ROOT, is_misspelt
from identity.project_file import defaults
from identity.setting import declared

NOT_GIVEN: Final = "none"


def load() -> Settings:
    """Read the settings of the current stack, and log a warning for each unusual one.

    Raises:
        ConfigError: with every error in the stack config.
    """
    stack = pulumi.get_stack()
    texts = {**CONFIG.get(), **get_config_env()}
    settings, problems = check(texts, stack)
    # Other messages could show a value derived from an encrypted one: wait until no key is encrypted by mistake.
    mistakes = [*_encrypted(key for key in texts if is_config_secret(key))]
    mistakes = mistakes or [problem for problem in problems if not problem.warning]
    if mistakes:
        reported = {problem.path for problem in mistakes}
        cause = [problem for problem in deployed.renamed(settings.names) if problem.path not in reported]
        raise ConfigError(stack, [*cause, *mistakes])
    warnings = [problem for problem in problems if problem.warning]
    if not settings.cognito_endpoint:  # the emulator's stack has no real secrets
        warnings += _in_clear(settings.config, texts)
    warn(stack, warnings)
    return settings


def _in_clear(config: Config, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Warn about secrets in plain text. Pulumi treats the whole key as a secret if one value in it is encrypted."""
    key = f"{ROOT}identityProviders"
    if key not in texts or is_config_secret(key):
        return
    for name, provider in config.identity_providers.items():
        for secret in provider.secrets:
            path = f"{key}.{name}.{type(provider).model_fields[secret].alias}"
            fix = f"pulumi config set --secret --path {path}, and create a new secret at the provider"
            allowed = "an encrypted value, because the stack file is in the repository"
            yield Problem(path, allowed, HIDDEN, fix, warning=True)


def _encrypted(keys: Iterable[str]) -> Iterator[Problem]:
    public = {f"{ROOT}{field.alias}" for field in Config.model_fields.values() if not declared(field).secret}
    for key in sorted(key for key in keys if key.startswith(ROOT)):
        if key in public or key.removeprefix(ROOT) not in KEYS:
            allowed = "a plain value: nothing here is a secret, and the state would contain it unencrypted"
            fix = f"write it as plain text: `pulumi config rm {key}`, then set it without --secret, or edit the file"
            yield Problem(key, allowed, "an encrypted value (secure:)", fix)


def check(texts: Mapping[str, str], stack: str) -> tuple[Settings, list[Problem]]:
    """Parse the config texts of a stack; return its settings with all errors and warnings.

    The keys are validated one by one, then the rules between them, using only valid values. An invalid value is
    left out, or replaced if the key is required, so that all errors are reported together.
    """
    given = {key.removeprefix(ROOT): text for key, text in texts.items() if key.startswith(ROOT)}
    given, places, renamed = renamed_keys.modern(given)
    merged = given if given.keys() >= set(KEYS) else {**defaults(), **given}
    fields = {str(field.alias): field for field in Config.model_fields.values()}
    raw = {
        key: parsing.from_text(fields[key], text) if key in fields else text
        for key, text in merged.items()
        if not (key in fields and fields[key].default is None and text == NOT_GIVEN)
    }
    config, mistakes = parsing.check(Config, raw, ROOT, {"product": "product"})
    if "product" not in raw or merged["product"] == NOT_GIVEN:
        needed = "the product's name, a DNS label such as focusmark"
        mistakes = [mistake for mistake in mistakes if mistake.path != f"{ROOT}product"]
        mistakes.insert(0, Problem(f"{ROOT}product", needed, "nothing"))
    settings = Settings(config, stack, texts.get("aws:region"), _cognito_endpoint(texts.get("aws:endpoints", "[]")))
    broken = [problem.path for problem in mistakes]
    found = [problem for problem in broken_rules(settings, broken) if not _may_follow(problem, broken)]
    reported = renamed_keys.with_written_paths([*_unknown_namespaces(texts), *mistakes, *found], places)
    return settings, [*renamed, *reported]


def refuses(settings: Settings, path: str, value: Any) -> bool:
    """Whether the config would be invalid with this value at `path`."""
    *way, last = path.removeprefix(ROOT).split(".")
    config = settings.config
    if way[:1] == ["clients"]:
        # Check this client alone: a stack can have a thousand, and none depends on another.
        config = config.model_copy(update={"clients": {way[1]: config.clients[way[1]]}})
    raw = config.model_dump(by_alias=True, exclude_unset=True)
    place = raw
    for step in way:
        place = place.setdefault(step, {})
    place[last] = value
    config, mistakes = parsing.check(Config, raw, ROOT, {})
    found = [*mistakes, *broken_rules(replace(settings, config=config), ())]
    return any(parsing.related(problem.path, path) for problem in found if not problem.warning)


def _may_follow(problem: Problem, broken: Iterable[str]) -> bool:
    """Whether the cause of a problem may be that an invalid value was left out."""
    return any(parsing.related(place, path) for path in broken for place in (problem.path, *problem.follows))


def _unknown_namespaces(texts: Mapping[str, str]) -> Iterator[Problem]:
    """Report namespaces that are almost `identity`: to the engine, they belong to another program."""
    for key in sorted(texts):
        namespace, _, name = key.partition(":")
        if is_misspelt(namespace):
            fix = f'did you mean "{ROOT}{name}"?'
            yield Problem(key, "a key of the namespace identity", "another namespace", fix)


def _cognito_endpoint(text: str) -> str | None:
    """The Cognito URL from `aws:endpoints`, set if the stack uses the emulator, which serves sign-in there too."""
    try:
        entries = json.loads(text)
    except ValueError:
        return None
    if not isinstance(entries, list):
        return None
    urls = (entry.get("cognitoidp") for entry in entries if isinstance(entry, dict))
    return next((url.rstrip("/") for url in urls if isinstance(url, str) and url), None)
