"""Error reporting for the stack config: all errors together, each with its place and a fix."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pulumi

_SHOWN_AT_MOST = 80
HIDDEN = "[hidden]"
_SECRET = re.compile("secret|password|token|private", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """One mistake.

    Args:
        path: the config key and the way into its value, such as `identity:clients.postman.callbackUrls[0]`.
        allowed: what may stand there, as the end of the sentence "allowed: ...".
        received: what stands there, as `shown` gives it; empty where the mistake is that nothing does.
        fix: what to do, a sentence; empty where `allowed` says it all.
        warning: whether it works, and is seldom meant.
        follows: the paths of other keys that it follows from: where one of these is not sound, it waits.
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
    """Problems that follow from other keys, of the object at `root`."""
    return (replace(problem, follows=tuple(f"{root}{key}" for key in keys)) for problem in problems)


class ConfigError(pulumi.RunError):
    """The stack config cannot be deployed. Nothing has been registered.

    A `RunError`, so that the engine shows the text alone, without a traceback.
    """

    def __init__(self, stack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        head = f"{count} in Pulumi.{stack}.yaml; nothing was changed."
        super().__init__("\n".join([head, *(f"  {line}" for p in self.problems for line in str(p).split("\n"))]))


def warn(stack: str, warnings: Iterable[Problem]) -> None:
    """Tell what works and is seldom meant, one warning each."""
    for warning in warnings:
        pulumi.log.warn(f"In Pulumi.{stack}.yaml: {warning}")


def shown(value: object, at_most: int = _SHOWN_AT_MOST) -> str:
    """A value as a report shows it: as JSON, cut short, and without what may be secret in it."""
    try:
        text = json.dumps(without_secrets(value), ensure_ascii=True, default=str)
    except (ValueError, RecursionError):
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= at_most else f"{text[: at_most - 3]}..."


def without_secrets(value: object) -> object:
    """The value without the user of a URL, and without a text under a key that is called after a secret."""
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if isinstance(entry, str) and _SECRET.search(str(key)) else without_secrets(entry)
            for key, entry in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(entry) for entry in value]
    return without_user(value) if isinstance(value, str) else value


def without_user(text: str) -> str:
    """`scheme://user:password@host` without the user, however the slashes and the @ are written."""
    at = max(text.rfind("@"), text.rfind("%40"), 0)
    starts = [start for start in (text.find(":", 0, at), text.find("//", 0, at)) if start >= 0]
    if not starts:
        return text
    rest = text[min(starts) :].lstrip(":/")
    return f"{text.removesuffix(rest)}{HIDDEN}{text[at:]}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the known word that is most like this one; empty where none is."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""
