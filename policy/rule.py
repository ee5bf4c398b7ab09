"""Rules, the resources that they check, and their findings."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from pulumi_policy import EnforcementLevel, Severity

COGNITO_GUIDE: Final = "https://docs.aws.amazon.com/cognito/latest/developerguide"
# Prefixes of logical names. Messages and exemptions use the name without them: the key in the stack file.
_KEYED: Final = ("access-client-", "access-server-")


class Unknown:
    """A value that is not known during a preview. Rules ignore it: they check it during the update."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Resource:
    """A resource that a rule checks.

    `sources` has, for each property, the URNs of the resources that its value comes from. `region` is the resource's
    own, else its provider's, else the stack's; None if none is set.
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
        """The resource's key in the stack file, or its logical name if it has no key."""
        for prefix in _KEYED:
            if self.name.startswith(prefix):
                return self.name.removeprefix(prefix)
        return self.name

    def get(self, path: str) -> Any:
        """Return the value at a dotted path: None if not set, UNKNOWN if not known during a preview."""
        value: Any = self.props
        for part in path.split("."):
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def lacks(self, path: str, *allowed: object) -> bool:
        """Whether the value at the path is known, and not one of the allowed values."""
        value = self.get(path)
        return value is not UNKNOWN and value not in allowed

    def texts(self, path: str) -> tuple[str, ...]:
        """Return the strings of the list at the path."""
        return tuple(entry for entry in self.items(path) if isinstance(entry, str))

    def items(self, path: str) -> Sequence[Any]:
        """Return the items of the list at the path; empty if it is unknown or not a list."""
        value = self.get(path)
        return value if isinstance(value, list | tuple) else ()

    def shown(self, path: str) -> str:
        """Return the value at the path as text for a message."""
        value = self.get(path)
        if value is None:
            return "not set"
        if isinstance(value, float):
            return f"{value:g}"
        return "false" if value is False else str(value)

    def is_about(self, other: "Resource", prop: str, output: str) -> bool:
        """Whether a property of this resource refers to an output of the other, by a reference or an equal string."""
        named = self.get(prop)
        return other.urn in self.sources.get(prop, ()) or (isinstance(named, str) and named == other.get(output))


class Finding(NamedTuple):
    """One violation: the problem, and the key of the stack file or the module that sets the value."""

    wrong: str
    where: str


# (resource), or (resource, resources of the types in `beside`)
Check = Callable[..., Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A requirement for all resources of some types. Used as a decorator of the function that checks one resource.

    The rule's id is the function's name, with hyphens. The first paragraph of the function's docstring is the
    requirement, the second the reason. Users see both.

    Without `beside`, the function gets the resource, before it is registered. With `beside`, it gets the resource and
    all resources of these types, at the end of the preview or update.

    Args:
        fix: how to fix a violation.
        severity: the severity of a violation.
        elsewhere: the enforcement level outside production.
        production: the enforcement level in production.
        on: the resource types that the rule checks.
        beside: other resource types that the function needs.
        url: the AWS page or RFC with details.
        covers: the scanners' rules that this rule covers.
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
        """Return all violations of a resource; empty if the rule does not check its type."""
        if resource.type not in self.on:
            return []
        beside = [other for other in stack if other.type in self.beside]
        return list(self.check(resource, beside) if self.beside else self.check(resource))
