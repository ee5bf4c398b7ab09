"""A rule, and the resource that it checks."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from pulumi_policy import EnforcementLevel, Severity

COGNITO_GUIDE: Final = "https://docs.aws.amazon.com/cognito/latest/developerguide"
# The program names its clients and servers after their keys in the stack file; messages and exemptions use the keys.
_KEYED: Final = ("access-client-", "access-server-")


class Unknown:
    """A value that a preview cannot know yet. A rule passes over it: the update looks again."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Resource:
    """A resource as the engine is about to register it.

    `sources` names, for each property, the URNs of the resources that its value comes from. `region` is where it will
    live, by its own property or by its provider's; None when neither says so.
    """

    type: str
    name: str
    props: Mapping[str, Any]
    urn: str = ""
    protect: bool = False
    delete_before_replace: bool = False
    region: Any = None
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name that the stack file has for it."""
        for prefix in _KEYED:
            if self.name.startswith(prefix):
                return self.name.removeprefix(prefix)
        return self.name

    def get(self, path: str) -> Any:
        """The value at a dotted path: None where there is none, UNKNOWN where the preview cannot know."""
        value: Any = self.props
        for part in path.split("."):
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def lacks(self, path: str, *allowed: object) -> bool:
        """Whether the value at the path is known, and is none of those allowed."""
        value = self.get(path)
        return value is not UNKNOWN and value not in allowed

    def texts(self, path: str) -> tuple[str, ...]:
        """The known texts of the list at the path."""
        return tuple(entry for entry in self.items(path) if isinstance(entry, str))

    def items(self, path: str) -> Sequence[Any]:
        """The items of the list at the path; none where it is no list, or unknown."""
        value = self.get(path)
        return value if isinstance(value, list | tuple) else ()

    def shown(self, path: str) -> str:
        """The value at the path as a message has it."""
        value = self.get(path)
        if value is None:
            return "not set"
        return f"{value:g}" if isinstance(value, float) else str(value).lower() if value is False else str(value)

    def is_about(self, other: "Resource", prop: str, output: str) -> bool:
        """Whether a property of this one is the other's output, come from it or written out."""
        named = self.get(prop)
        return other.urn in self.sources.get(prop, ()) or (isinstance(named, str) and named == other.get(output))


class Finding(NamedTuple):
    """One violation: what is wrong, and the key of the stack file, or the module, that says so."""

    wrong: str
    where: str


# Of a resource; where the rule looks beside it, with those others.
Check = Callable[..., Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A demand on every resource of some types. It decorates the function that looks for violations.

    Exemptions and messages call it by the function's name, with hyphens. The function's docstring has what is demanded,
    and in a second paragraph the reason. Where `beside` names types, the function sees the resource and those of these
    types, at the end of a preview or update; else the resource alone, before it is registered.

    Args:
        fix: how to put a violation right.
        severity: how bad a violation is.
        elsewhere: how strict it is outside of production.
        production: and in it.
        on: the types of resources that it looks at.
        beside: the types that it wants to see besides.
        url: the page of AWS, or the RFC, that says more.
        covers: the scanners' rules that it stands for.
    """

    fix: str
    severity: Severity = Severity.MEDIUM
    elsewhere: EnforcementLevel
    production: EnforcementLevel = EnforcementLevel.MANDATORY
    on: tuple[str, ...]
    beside: tuple[str, ...] = ()
    url: str
    covers: tuple[str, ...] = ()
    check: Check = lambda *_: ()
    id: str = ""
    demands: str = ""
    why: str = ""

    def __call__(self, check: Check) -> "Rule":
        demands, _, why = str(inspect.getdoc(check)).partition("\n\n")
        return replace(
            self,
            check=check,
            id=check.__name__.replace("_", "-"),
            demands=" ".join(demands.split()),
            why=" ".join(why.split()),
        )

    def findings(self, resource: Resource, stack: Sequence[Resource]) -> list[Finding]:
        """Every violation at one resource; none where the rule is not about its type."""
        if resource.type not in self.on:
            return []
        beside = [other for other in stack if other.type in self.beside]
        return list(self.check(resource, beside) if self.beside else self.check(resource))
