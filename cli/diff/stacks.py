"""The stacks of a revision, and how each is deployed on the emulator: its settings in place of the local stack's."""

from pathlib import Path
from typing import Any

from local import stack_file
from local.paths import PROJECT_FILE, STACK, STACK_FILE

_REGION = "aws:region"


def in_the_place_of_local(directory: Path, stack: str) -> bool:
    """Write the stack's `identity:` settings into the local stack's file; False if there is no such stack.

    What is AWS's own (credentials, endpoints, region) stays the emulator's. A file that is no YAML map of settings is
    put there as it is: the revision's own code then says what is wrong with it.
    """
    file, target = directory / f"Pulumi.{stack}.yaml", directory / STACK_FILE
    if not file.is_file():
        return False
    if stack == STACK or not target.is_file():
        return True
    config, emulated = _config(file), _config(target)
    if config is None or emulated is None:
        target.write_bytes(file.read_bytes())
        return True
    settings = {key: value for key, value in config.items() if not key.startswith("aws:")}
    if settings.get("identity:environment", "none") == "none":
        settings["identity:environment"] = stack  # its default is the stack's name
    own = {key: value for key, value in emulated.items() if key.startswith("aws:")}
    stack_file.write(target, {"config": {**own, **settings}})
    return True


def region_of(directory: Path, stack: str) -> str | None:
    """The stack's region, which the emulator stands in for: its file's, else the project's; empty where none is given.

    None where a file cannot be read: the region is not known then, and the program reports what is wrong.
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
    """What a change of region means, in a sentence; empty where there is none, or where one of the two is not known."""
    if not old or new is None or old == new:
        return ""
    change = f"would go from {old} to {new}" if new else f"is {old} now, and would not be given any more"
    return f"aws:region {change}: resources cannot move between regions, so all of them would be lost."


def shown_as(stack: str, text: str) -> str:
    """A text about the local stack, with the name of the file that was put in the place of its own."""
    return text.replace(STACK_FILE, f"Pulumi.{stack}.yaml")


def _config(file: Path) -> dict[str, Any] | None:
    try:
        return stack_file.config(file)
    except (OSError, ValueError, stack_file.Unreadable):
        return None


def _plain(value: Any) -> str:
    """A value as it is given: in a stack's file by itself, in the project's also as `value` or `default`."""
    if isinstance(value, dict):
        value = value.get("value", value.get("default"))
    return "" if value is None else str(value)
