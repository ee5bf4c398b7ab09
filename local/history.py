"""Read the engine's history file of its last run on the local stack: the time, the result and the config."""

import contextlib
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from local import paths, project, state

_FOLDER = state.FILE.parents[2] / "history" / "identity" / paths.STACK
_OURS = "identity:"


class Run(BaseModel):
    """One run, from the engine's history file. The config includes the defaults of Pulumi.yaml."""

    kind: str
    result: str
    ended: int = Field(alias="endTime", description="In seconds since 1970.")
    config: dict[str, Any] = {}
    changes: dict[str, int] = Field(default={}, alias="resourceChanges")

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.ended).astimezone()


def last() -> Run | None:
    """Return the last up, refresh or destroy; None if there is no readable history file."""
    for file in sorted(_FOLDER.glob("*.history.json"), reverse=True):
        with contextlib.suppress(OSError, ValidationError):
            return Run.model_validate_json(file.read_bytes())
    return None


def changed_keys(run: Run) -> list[str]:
    """Return the config keys, without their namespace, whose values have changed since that run.

    Raises Failure if the current config cannot be read.
    """
    declared = project.read(paths.PROJECT_FILE).get("config") or {}
    defaults = {key: value.get("default") for key, value in declared.items() if isinstance(value, dict)}
    now = defaults | (project.read(paths.STACK_FILE).get("config") or {})
    keys = [key for key in dict.fromkeys([*now, *run.config]) if key.startswith(_OURS)]
    return [key.removeprefix(_OURS) for key in keys if _text(now.get(key)) != _text(run.config.get(key))]


def _text(value: Any) -> Any:
    """Convert a value as the engine writes it: every value except an object, a list and null becomes a string."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, dict | list) or value is None else str(value)
