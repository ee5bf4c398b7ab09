"""The defaults of `Pulumi.yaml`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from identity.namespace import ROOT

_PROJECT_FILE = Path(__file__).parent.parent / "Pulumi.yaml"


@cache
def defaults() -> Mapping[str, str]:
    """The defaults of Pulumi.yaml, in the engine's format, for runs without the engine."""
    import yaml

    schema = yaml.safe_load(_PROJECT_FILE.read_text(encoding="utf-8"))["config"]
    found = {key.removeprefix(ROOT): entry["default"] for key, entry in schema.items() if "default" in entry}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
