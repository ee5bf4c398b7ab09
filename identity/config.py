"""The stack config, read and checked: the only reader of `pulumi.Config`. No network."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pydantic import TypeAdapter

from identity import deployed, limits, shapes
from identity.apis import ApiSettings, resolve_apis
from identity.attributes import pool_problems, pool_warnings
from identity.clients import ClientSettings, resolve_clients
from identity.domains import DomainSettings, resolve_domains
from identity.errors import ConfigError, Problem, nearest, shown, warn
from identity.namespace import is_misspelt
from identity.naming import Names
from identity.parsing import parse_entries, parse_flag, parse_json, parse_object, parse_value
from identity.renamed_keys import modern, told_where_written

NOT_GIVEN = "none"
T = TypeVar("T")
KEYS = (
    *shapes.TEXTS,
    "production",
    "customDomain",
    "protect",
    "cloudFormationExports",
    "allowLoss",
    "resourceServerLimit",
    "exemptions",
    "tags",
    "userPool",
    "apis",
    "clients",
)
_PROJECT_FILE = Path(__file__).parent.parent / "Pulumi.yaml"


@dataclass(frozen=True)
class Settings:
    """Everything a deployment is made of. `region` and `cognito_endpoint` are the AWS provider's own, where set."""

    stack: str
    names: Names
    domain: DomainSettings
    protect: bool
    cloud_formation_exports: bool
    allow_loss: frozenset[str]
    tags: Mapping[str, str]
    user_pool: shapes.UserPool
    apis: Mapping[str, ApiSettings]
    clients: Mapping[str, ClientSettings]
    region: str | None
    cognito_endpoint: str | None


def load() -> Settings:
    """Read the settings of the stack that is being run.

    Raises:
        ConfigError: with every mistake that is in the stack config.
    """
    stack, problems, warnings = pulumi.get_stack(), list[Problem](), list[Problem]()
    config = {**CONFIG.get(), **get_config_env()}
    settings = resolve(config, stack, problems, warnings)
    # What else is wrong may be told with a value that follows from an encrypted one: it waits until that is clear.
    problems = [*_encrypted(key for key in config if is_config_secret(key))] or problems
    if problems:
        told = {problem.path for problem in problems}
        cause = [problem for problem in deployed.renamed(settings.names) if problem.path not in told]
        raise ConfigError(stack, [*cause, *problems])
    warn(stack, warnings)
    return settings


def _encrypted(keys: Iterable[str]) -> Iterator[Problem]:
    for key in sorted(key for key in keys if key.startswith("identity:")):
        allowed = "a value in clear: nothing here is a secret, and it would end in clear in the state"
        fix = f"write it in clear: `pulumi config rm {key}`, then set it without --secret, or edit the file"
        yield Problem(key, allowed, "an encrypted value (secure:)", fix)


def resolve(
    config: Mapping[str, str], stack: str, problems: list[Problem], warnings: list[Problem] | None = None
) -> Settings:
    """Settings from the texts of the stack's config; every mistake goes to `problems`, and a stand-in to its place.

    What works and is seldom meant goes to `warnings`.
    """
    warnings = [] if warnings is None else warnings
    given = {key.removeprefix("identity:"): text for key, text in config.items() if key.startswith("identity:")}
    given, places = modern(given, lambda: defaults()["exemptions"], problems, warnings)
    problems.extend(_unknown_keys(given))
    problems.extend(_unknown_namespaces(config))
    raw = given if given.keys() >= set(KEYS) else {**defaults(), **given}
    texts = _texts(raw, stack, problems)
    # Where a name is wrong, a stand-in lets the rest be checked: all mistakes at once.
    names = Names(texts.get("product", "product"), texts.get("environment", "environment"))
    domain = resolve_domains(texts, parse_flag("identity:customDomain", raw["customDomain"], problems), names, problems)
    if len(names.user_pool) > limits.POOL_NAME_LENGTH:
        allowed = f"with the product a pool's name of at most {limits.POOL_NAME_LENGTH} characters"
        problems.append(Problem("identity:environment", allowed, shown(names.user_pool), "shorten it or the product"))
    apis = _apis(raw, names, problems)
    # The policy pack reads these two; here they are only looked at.
    _value("exemptions", raw, shapes.EXEMPTIONS, problems)
    if raw["production"] != NOT_GIVEN:
        parse_flag("identity:production", raw["production"], problems)
    settings = Settings(
        stack=stack,
        names=names,
        domain=domain,
        protect=parse_flag("identity:protect", raw["protect"], problems),
        cloud_formation_exports=_exports(raw, names, problems),
        allow_loss=frozenset(_value("allowLoss", raw, shapes.NAMES, problems) or ()),
        tags=_tags(raw, names, problems),
        user_pool=_user_pool(raw, problems, warnings),
        apis=apis or {},
        clients=_clients(raw, names, domain.auth_domain, apis, problems, warnings),
        region=config.get("aws:region"),
        cognito_endpoint=_cognito_endpoint(config.get("aws:endpoints", "[]")),
    )
    problems[:] = told_where_written(problems, places)
    return settings


def _unknown_keys(given: Mapping[str, str]) -> Iterator[Problem]:
    for key in sorted(given.keys() - set(KEYS)):
        yield Problem(f"identity:{key}", "one of " + ", ".join(KEYS), "an unknown key", nearest(key, KEYS))


def _unknown_namespaces(config: Mapping[str, str]) -> Iterator[Problem]:
    """The engine takes any namespace for some other program's; one that is almost ours is a slip."""
    for key in sorted(config):
        namespace, _, name = key.partition(":")
        if is_misspelt(namespace):
            yield Problem(
                key, "a key of the namespace identity", "another namespace", f'did you mean "identity:{name}"?'
            )


def defaults() -> dict[str, str]:
    """Pulumi.yaml's defaults, as the engine hands them over; it does so itself but for a run without it."""
    import yaml

    schema = yaml.safe_load(_PROJECT_FILE.read_text(encoding="utf-8"))["config"]
    found = {key.removeprefix("identity:"): entry["default"] for key, entry in schema.items() if "default" in entry}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}


def _texts(raw: Mapping[str, str], stack: str, problems: list[Problem]) -> dict[str, str]:
    written = {key: raw[key] for key in shapes.TEXTS if raw.get(key, NOT_GIVEN) != NOT_GIVEN}
    if "product" not in written:
        problems.append(Problem("identity:product", "the product's name, a DNS label such as focusmark", "nothing"))
    texts = {}
    for key, text in {"environment": stack, **written}.items():
        if text == "null":  # what YAML makes of a key with nothing behind it: nobody means such a name
            problems.append(Problem(f"identity:{key}", "a text", "null", "write one, or leave the key out"))
            continue
        value = parse_value(f"identity:{key}", text, shapes.TEXTS[key], problems)
        if value is not None:
            texts[key] = value
    return texts


def _exports(raw: Mapping[str, str], names: Names, problems: list[Problem]) -> bool:
    path = "identity:cloudFormationExports"
    wanted, name = parse_flag(path, raw["cloudFormationExports"], problems), names.exports_stack
    # Product and environment are letters, digits and hyphens already; CloudFormation asks for these two as well.
    if wanted and not (name[0].isalpha() and len(name) <= limits.STACK_NAME_LENGTH):
        allowed = f"false: a CloudFormation stack's name has a letter first and at most {limits.STACK_NAME_LENGTH}"
        problems.append(Problem(path, f"{allowed} characters; it would be {shown(name)}", "true"))
    return wanted


def _value(key: str, raw: Mapping[str, str], adapter: TypeAdapter[T], problems: list[Problem]) -> T | None:
    told = len(problems)
    value = parse_json(f"identity:{key}", raw[key], problems)
    return None if len(problems) > told else parse_value(f"identity:{key}", value, adapter, problems)


def _tags(raw: Mapping[str, str], names: Names, problems: list[Problem]) -> dict[str, str]:
    tags = _value("tags", raw, shapes.TAGS, problems) or {}
    for key in sorted(tags.keys() & names.tags.keys()):
        allowed = "a key other than " + ", ".join(names.tags) + ": the program sets these"
        problems.append(Problem(f"identity:tags.{key}", allowed, shown(tags[key]), "take it out"))
    together = {**tags, **names.tags}
    if len(together) > limits.TAGS_PER_RESOURCE:
        most = limits.TAGS_PER_RESOURCE - len(names.tags)
        problems.append(Problem("identity:tags", f"at most {most} tags besides the program's own", str(len(tags))))
    return together


def _user_pool(raw: Mapping[str, str], problems: list[Problem], warnings: list[Problem]) -> shapes.UserPool:
    path, told = "identity:userPool", len(problems)
    value = parse_json(path, raw["userPool"], problems)
    pool = None if len(problems) > told else parse_object(path, value, shapes.UserPool, problems)
    if pool is None:
        return shapes.UserPool()
    problems.extend(pool_problems(pool))
    warnings.extend(pool_warnings(pool))
    return pool


def _apis(raw: Mapping[str, str], names: Names, problems: list[Problem]) -> dict[str, ApiSettings] | None:
    told = len(problems)
    limit = _value("resourceServerLimit", raw, shapes.SERVER_LIMIT, problems) or limits.RESOURCE_SERVERS_PER_POOL
    value = parse_json("identity:apis", raw["apis"], problems)
    shaped = {} if len(problems) > told else parse_entries("identity:apis", value, shapes.Api, problems)
    sound = len(problems) == told
    resolved = resolve_apis(shaped, names, limit, problems)
    return resolved if sound else None


def _clients(
    raw: Mapping[str, str],
    names: Names,
    auth_domain: str,
    apis: Mapping[str, ApiSettings] | None,
    problems: list[Problem],
    warnings: list[Problem],
) -> dict[str, ClientSettings]:
    told = len(problems)
    value = parse_json("identity:clients", raw["clients"], problems)
    if len(problems) > told:
        return {}
    shaped = parse_entries("identity:clients", value, shapes.Client, problems)
    return resolve_clients(shaped, names, auth_domain, apis, problems, warnings)


def _cognito_endpoint(text: str) -> str | None:
    """Where the AWS provider is told to find Cognito, if anywhere but at AWS: the emulator serves sign-in there too."""
    try:
        entries = json.loads(text)
    except ValueError:
        return None
    urls = (
        (entry.get("cognitoidp") for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
    )
    return next((url.rstrip("/") for url in urls if isinstance(url, str) and url), None)
