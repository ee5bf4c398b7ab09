"""A stack's config without the engine: Pulumi.<stack>.yaml, in the words in which the engine would hand it over."""

import json
from pathlib import Path
from typing import Any

from cli.adopt.report import AdoptError
from local import stack_file


def read_config(directory: Path, stack: str) -> dict[str, str]:
    """The texts of the stack's config; Pulumi.yaml's defaults are filled in by `identity.config`.

    Raises:
        AdoptError: where there is no such file, or a value is encrypted that has to be read.
        Unreadable: where it is no YAML map.
    """
    file = directory / f"Pulumi.{stack}.yaml"
    try:
        config = stack_file.config(file)
    except FileNotFoundError:
        there = ", ".join(stack_file.stacks(directory)) or "none"
        raise AdoptError(
            f"There is no {file.name}, so the stack's product and environment are not known. Stacks with a file: "
            f"{there}. Make one: `pulumi config set identity:product <product> --stack {stack}`."
        ) from None
    return {key: _text(file.name, key, value) for key, value in config.items()}


def _text(name: str, key: str, value: Any) -> str:
    if isinstance(value, dict) and "secure" in value:
        raise AdoptError(
            f"{name}: {key} is encrypted and cannot be read here. For the time of the adoption give it in another way: "
            "AWS credentials by the environment, anything else in clear."
        )
    return value if isinstance(value, str) else json.dumps(value)
