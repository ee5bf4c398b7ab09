"""A stack's config without the engine: Pulumi.<stack>.yaml, in the words in which the engine would hand it over."""

import json
from pathlib import Path
from typing import Any

from cli.adopt.report import AdoptError
from local import stack_file


def read_config(directory: Path, stack: str) -> dict[str, str]:
    """The texts of the stack's config; Pulumi.yaml's defaults are filled in by `identity.config`.

    Raises:
        AdoptError: where there is no such file, it is no YAML map, or a value is encrypted that has to be read.
    """
    file = directory / f"Pulumi.{stack}.yaml"
    try:
        content = stack_file.read(file) or {}
        config: dict[str, Any] = content["config"]
        texts = {str(key): _text(file.name, str(key), value) for key, value in config.items()}
    except FileNotFoundError:
        there = ", ".join(sorted(path.name.split(".")[1] for path in directory.glob("Pulumi.*.yaml"))) or "none"
        raise AdoptError(
            f"There is no {file.name}, so the stack's product and environment are not known. Stacks with a file: "
            f"{there}. Make one: `pulumi config set identity:product <product> --stack {stack}`."
        ) from None
    except stack_file.Unreadable as error:
        raise AdoptError(str(error)) from None
    except (KeyError, TypeError, AttributeError):
        raise AdoptError(
            f"{file.name}: expected a map with `config:`, a map of settings. Fix it, then try again."
        ) from None
    return texts


def _text(name: str, key: str, value: Any) -> str:
    if isinstance(value, dict) and "secure" in value:
        raise AdoptError(
            f"{name}: {key} is encrypted and cannot be read here. For the time of the adoption give it in another way: "
            "AWS credentials by the environment, anything else in clear."
        )
    return value if isinstance(value, str) else json.dumps(value)
