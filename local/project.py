"""Copy the checkout's Pulumi.yaml and Pulumi.local.yaml for the engine, with the emulator's endpoints and key added.

The engine writes the salt of its secrets into its stack file. So it uses copies under `.local/project/`, and the
committed files are never changed.
"""

import json
from typing import Any

import yaml

from local import keys, paths, stack_file
from local.aws_plugin.emulator import SERVICES
from local.console import Failure

_SALT = "encryptionsalt"


def write(port: int) -> dict[str, Any]:
    """Write the engine's copies, and return the config map of the checkout's stack file.

    Raises Failure, with file and line, if a file is not valid YAML or not a valid Pulumi file.
    """
    project = read(paths.PROJECT_FILE)
    stack = read(paths.STACK_FILE)
    _check_project(project)
    config = _config(stack)
    aws = {f"aws:{name}": value for name, value in provider(port).items()}
    settings = {**stack, "config": {**config, **aws}, **_salt()}
    stack_file.write(paths.PROJECT / paths.PROJECT_FILE, project)
    stack_file.write(paths.PROJECT / paths.STACK_FILE, settings)
    return config


def read(name: str) -> dict[str, Any]:
    """Return the content of one of the checkout's YAML files. Raises Failure if it is missing or not a YAML map."""
    try:
        content = stack_file.read(paths.CHECKOUT / name)
    except FileNotFoundError:
        raise Failure(f"{name}: the file is missing. Restore it: git checkout -- {name}") from None
    if not isinstance(content, dict):
        raise Failure(f"{name}: expected a map of settings; received {_shown(content)}. {_see(name)}")
    return content


def provider(port: int) -> dict[str, Any]:
    """Return the provider's settings for the emulator. They override those of the stack file."""
    key = keys.own()
    endpoints = dict.fromkeys(sorted(SERVICES), f"http://127.0.0.1:{port}")
    return {"endpoints": [endpoints], "accessKey": key.id, "secretKey": key.secret}


def has_stack() -> bool:
    """Whether the engine has ever created the stack, and so a state: its stack file then has a salt."""
    return bool(_salt())


def mistakes(config: dict[str, Any]) -> str:
    """Return the program's own report of the mistakes in a stack's config; empty if it finds none.

    The engine checks the config against the types in Pulumi.yaml before it runs the program. It reports only one
    mistake, without the place and the fix.
    """
    # Not at the top: a run without mistakes does not need them here.
    from identity.config import check
    from identity.errors import ConfigError

    texts = {key: _text(value) for key, value in config.items()}
    problems = [problem for problem in check(texts, paths.STACK)[1] if not problem.warning]
    return str(ConfigError(paths.STACK, problems)) if problems else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _check_project(project: dict[str, Any]) -> None:
    name = project.get("name")
    if name != "identity":
        raise Failure(f"{paths.PROJECT_FILE}: name: expected identity; received {_shown(name)}. Restore it.")


def _config(stack: dict[str, Any]) -> dict[str, Any]:
    name = paths.STACK_FILE
    if _SALT in stack or "secretsprovider" in stack:
        raise Failure(
            f"{name}: {_SALT} and secretsprovider are not for the local stack, which has its own passphrase and "
            "needs no real secrets. Remove these lines and any `secure:` value."
        )
    if "environment" in stack:
        raise Failure(
            f"{name}: environment: received {_shown(stack['environment'])}; environments belong to Pulumi Cloud, "
            "which the local stack does not use. Remove the line, and write its values under config."
        )
    config = stack.get("config")
    if not isinstance(config, dict):
        raise Failure(f"{name}: config: expected a map of settings; received {_shown(config)}. {_see(name)}")
    encrypted = next((key for key, value in config.items() if _is_encrypted(value)), None)
    if encrypted is not None:
        raise Failure(
            f"{name}: {encrypted}: received an encrypted value (secure:), which only its own stack can decrypt. Use "
            "plain text: the local stack needs no real secrets."
        )
    # The engine would take a key without a value as "", and report only the first.
    if None in config.values() and (found := mistakes(config)):
        raise Failure(found)
    return config


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(_is_encrypted(part) for part in value.values())
    return isinstance(value, list) and any(_is_encrypted(part) for part in value)


def _salt() -> dict[str, str]:
    try:
        last = yaml.safe_load((paths.PROJECT / paths.STACK_FILE).read_text(encoding="utf-8"))
        return {_SALT: last[_SALT]}
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return {}


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, default=str)[:80]


def _see(name: str) -> str:
    return f"See what changed: git diff {name}"
