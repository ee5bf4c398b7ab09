"""What a rule is, and what it is given to look at. Nothing here knows the Pulumi engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from identity import facts

POOL: Final = facts.USER_POOL
CLIENT: Final = facts.USER_POOL_CLIENT
DOMAIN: Final = facts.USER_POOL_DOMAIN
SERVER: Final = facts.RESOURCE_SERVER
CERTIFICATE: Final = facts.CERTIFICATE
RECORD: Final = facts.RECORD

# The registry names its children after their keys in the stack file; messages and exemptions use the keys.
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
        value = self.get(path)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


@dataclass(frozen=True)
class Finding:
    """One breach: what is wrong, the key of the stack file that says so, and how to fix it."""

    wrong: str
    where: str
    fix: str


ResourceCheck = Callable[[Resource], Iterable[Finding]]
StackCheck = Callable[[Resource, Sequence[Resource]], Iterable[Finding]]


class Level(Enum):
    """What a breach does: stop the update, warn, or nothing."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Rule:
    """A demand on every resource of some types, the reason for it, and the scanners' rules that it stands for.

    In production every rule is mandatory; `elsewhere` says how strict it is in other environments. Either `check` sees
    one resource before it is registered, or `stack_check` sees it beside all others at the end of a preview or update.
    """

    id: str
    demands: str
    why: str
    types: tuple[str, ...]
    elsewhere: Level
    covers: tuple[str, ...] = ()
    check: ResourceCheck | None = None
    stack_check: StackCheck | None = None

    def findings(self, resource: Resource, stack: Sequence[Resource]) -> list[Finding]:
        """Every breach at one resource; none where the rule is not about its type."""
        if resource.type not in self.types:
            return []
        if self.check is not None:
            return list(self.check(resource))
        return list(self.stack_check(resource, stack)) if self.stack_check is not None else []


def rule(
    id: str,  # noqa: A002
    *,
    demands: str,
    why: str,
    on: tuple[str, ...],
    elsewhere: Level,
    covers: tuple[str, ...] = (),
) -> Callable[[ResourceCheck], Rule]:
    """Make a rule of a function that looks at one resource."""
    return lambda check: Rule(id, demands, why, on, elsewhere, covers, check=check)


def stack_rule(
    id: str,  # noqa: A002
    *,
    demands: str,
    why: str,
    on: tuple[str, ...],
    elsewhere: Level,
    covers: tuple[str, ...] = (),
) -> Callable[[StackCheck], Rule]:
    """Make a rule of a function that looks at one resource and at the whole stack beside it."""
    return lambda check: Rule(id, demands, why, on, elsewhere, covers, stack_check=check)
