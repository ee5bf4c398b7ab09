"""What the engine noted of its last run on the local stack: when, how it ended, and with which config."""

import contextlib
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from local import paths, project, state

_FOLDER = state.FILE.parents[2] / "history" / "identity" / paths.STACK
_OURS = "identity:"


class Run(BaseModel):
    """One run, as the engine's file of it has it; a config with the defaults of Pulumi.yaml in it."""

    kind: str
    result: str
    ended: int = Field(alias="endTime", description="In seconds since 1970.")
    config: dict[str, Any] = {}
    changes: dict[str, int] = Field(default={}, alias="resourceChanges")

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.ended).astimezone()


def last() -> Run | None:
    """The last run that changed the stack or looked at it; None where there was none, or no file of it can be read."""
    for file in sorted(_FOLDER.glob("*.history.json"), reverse=True):
        with contextlib.suppress(OSError, ValidationError):
            return Run.model_validate_json(file.read_bytes())
    return None


def changed_keys(run: Run) -> list[str]:
    """The keys of the config, without their namespace, that say something else now than at that run.

    Raises Failure where the config of now cannot be read.
    """
    declared = project.read(paths.PROJECT_FILE).get("config") or {}
    defaults = {key: value.get("default") for key, value in declared.items() if isinstance(value, dict)}
    now = defaults | (project.read(paths.STACK_FILE).get("config") or {})
    keys = [key for key in dict.fromkeys([*now, *run.config]) if key.startswith(_OURS)]
    return [key.removeprefix(_OURS) for key in keys if _text(now.get(key)) != _text(run.config.get(key))]


def _text(value: Any) -> Any:
    """As the engine writes it: what is no object and no list is a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, dict | list) or value is None else str(value)
