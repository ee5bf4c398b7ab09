"""Stacks of a revision on the emulator: their settings replace those of the local stack."""

from pathlib import Path
from typing import Any

from local import stack_file
from local.paths import PROJECT_FILE, STACK, STACK_FILE

_REGION = "aws:region"
_EMULATED = {_REGION: "us-east-1"}  # what the local stack needs, if its own file cannot be read


def in_the_place_of_local(directory: Path, stack: str) -> bool:
    """Write the stack's settings into the local stack's file; False if the stack has no file.

    Keys of `aws:` (credentials, endpoints, region) stay those of the emulator. An invalid stack file is copied
    unchanged: the revision's own code then reports the error.
    """
    file, target = directory / f"Pulumi.{stack}.yaml", directory / STACK_FILE
    if not file.is_file():
        return False
    if stack == STACK or not target.is_file():
        return True
    config, emulated = _config(file), _config(target)
    if config is None:
        target.write_bytes(file.read_bytes())
        return True
    settings = {key: value for key, value in config.items() if not key.startswith("aws:")}
    if settings.get("identity:environment", "none") == "none":
        settings["identity:environment"] = stack  # its default is the stack's name
    own = {key: value for key, value in (emulated or _EMULATED).items() if key.startswith("aws:")}
    stack_file.write(target, {"config": {**own, **settings}})
    return True


def region_of(directory: Path, stack: str) -> str | None:
    """Return the region of a stack from its stack file, else from the project file; empty if not set.

    None if a file cannot be read: then the region is unknown, and the program reports the error.
    """
    for file in (directory / f"Pulumi.{stack}.yaml", directory / PROJECT_FILE):
        if not file.is_file():
            continue
        config = _config(file)
        if config is None:
            return None
        region = _plain(config.get(_REGION))
        if region:
            return region
    return ""


def moved(old: str | None, new: str | None) -> str:
    """Describe the effect of a new region; empty if the region does not change, or one of the two is unknown."""
    if not old or new is None or old == new:
        return ""
    change = f"would go from {old} to {new}" if new else f"is {old} now, and would not be given any more"
    return f"aws:region {change}: resources cannot move between regions, so all of them would be lost."


def shown_as(stack: str, text: str) -> str:
    """Return an output of the local stack with the name of the original stack file."""
    return text.replace(STACK_FILE, f"Pulumi.{stack}.yaml")


def _config(file: Path) -> dict[str, Any] | None:
    try:
        return stack_file.config(file)
    except (OSError, ValueError, stack_file.Unreadable):
        return None


def _plain(value: Any) -> str:
    """Return a config value as a string; in the project file it may also be under `value` or `default`."""
    if isinstance(value, dict):
        value = value.get("value", value.get("default"))
    return "" if value is None else str(value)
