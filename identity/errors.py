"""Error reporting for the stack config: all errors together, each with its path and a fix."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pulumi

_MAX_LENGTH = 80
HIDDEN = "[hidden]"
# The exceptions are settings: leakedPasswords, and the trigger preTokenGeneration.
_SECRET = re.compile("secret|(?<!leaked)password|token(?!generation)|private", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """An error or a warning.

    Args:
        path: the path of the value, such as `identity:clients.postman.callbackUrls[0]`.
        allowed: the allowed values, shown after "allowed:".
        received: the value, as `shown` returns it; empty if the error is a missing value.
        fix: what to do, as a sentence; empty if `allowed` is enough.
        warning: whether it is a warning: the value works, but is probably a mistake.
        follows: the paths of other keys that cause it; it is not reported while one of these is invalid.
    """

    path: str
    allowed: str
    received: str = ""
    fix: str = ""
    warning: bool = False
    follows: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.path]
        if self.received:
            lines.append(f"    received: {self.received}")
        lines.append(f"    allowed:  {self.allowed}")
        if self.fix:
            lines.append(f"    to fix:   {self.fix}")
        return "\n".join(lines)


def following(problems: Iterable[Problem], root: str, *keys: str) -> Iterator[Problem]:
    """The problems, marked as caused by other keys of the object at `root`."""
    return (replace(problem, follows=tuple(f"{root}{key}" for key in keys)) for problem in problems)


class ConfigError(pulumi.RunError):
    """The stack config cannot be deployed. No resource has been registered.

    A `RunError`, so that the engine shows only the message, without a traceback.
    """

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        head = f"{count} in Pulumi.{stack}.yaml; nothing was changed."
        super().__init__("\n".join([head, *(f"  {line}" for p in self.problems for line in str(p).split("\n"))]))


def warn(stack: str, warnings: Iterable[Problem]) -> None:
    """Log each warning."""
    for warning in warnings:
        pulumi.log.warn(f"In Pulumi.{stack}.yaml: {warning}")


def shown(value: object, at_most: int = _MAX_LENGTH) -> str:
    """The value for a message: as JSON, truncated, without possible secrets."""
    try:
        text = json.dumps(without_secrets(value), ensure_ascii=True, default=str)
    except (ValueError, RecursionError):
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= at_most else f"{text[: at_most - 3]}..."


def without_secrets(value: object) -> object:
    """The value without user info in URLs, and without strings whose key sounds like a secret."""
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if isinstance(entry, str) and _SECRET.search(str(key)) else without_secrets(entry)
            for key, entry in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(entry) for entry in value]
    return without_user(value) if isinstance(value, str) else value


def without_user(text: str) -> str:
    """`scheme://user:password@host` without the user info, also if slashes are missing or the @ is encoded."""
    at = max(text.rfind("@"), text.rfind("%40"), 0)
    starts = [start for start in (text.find(":", 0, at), text.find("//", 0, at)) if start >= 0]
    if not starts:
        return text
    rest = text[min(starts) :].lstrip(":/")
    return f"{text.removesuffix(rest)}{HIDDEN}{text[at:]}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` with the known word most similar to this one; empty if none is similar."""
    close = closest(word, known)
    return f'did you mean "{close}"?' if close else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The known word most similar to this one; empty if none is similar."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), "")
