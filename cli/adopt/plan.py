"""What the program registers and what was found for it, as the rest of adoption passes it around."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cli.adopt.find import Candidate
from identity import facts
from local.aws_plugin.properties import Props

CLIENT = facts.USER_POOL_CLIENT


@dataclass(frozen=True)
class Existing:
    """A resource as AWS has it: Pulumi's import id, its own id, and its state in the program's words."""

    import_id: str
    id: str
    state: Props


@dataclass(frozen=True)
class Wanted:
    """A resource that the program registers, with what was found for it. More than one candidate: nothing is."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Props
    existing: Existing | None = None
    candidates: tuple[Candidate, ...] = ()
    former_names: tuple[str, ...] = ()

    @property
    def urns(self) -> list[str]:
        """Its URN, and those under which the state may still have it."""
        return [self.urn, *(f"{self.urn.rpartition('::')[0]}::{name}" for name in self.former_names)]

    @property
    def component(self) -> bool:
        return not self.type.startswith("aws:")


@dataclass
class Plan:
    """One run: what the program registers, in its order, and the pool that it works on."""

    wanted: list[Wanted] = field(default_factory=list)

    @property
    def pool(self) -> Existing | None:
        return next((it.existing for it in self.wanted if it.type.endswith(":UserPool")), None)


@dataclass(frozen=True)
class Ids:
    """Ids that are known before anything is looked for, by logical name; a client's without its pool.

    Args:
        given: those that a person gives. They have to lead somewhere.
        state: those that the stack's state has. What is gone from AWS is looked for by name.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, str] = field(default_factory=dict)
