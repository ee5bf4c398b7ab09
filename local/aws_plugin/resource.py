"""What a resource type is to this plugin: tables, and four acts on the emulator."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator
from .properties import Kind, Property, Props, Table

TAGS = Property(kind=Kind.MAP)
REGION = Property(kind=Kind.TEXT, keeps=True, replaces=True)


@dataclass(frozen=True)
class Found:
    """A resource as the emulator holds it: its id, and inputs and outputs together."""

    id: str
    state: Props


class Resource(ABC):
    """One resource type. Acts raise boto3's errors or Refusal; the server makes one message of either."""

    type_name: ClassVar[str]
    service: ClassVar[str]
    inputs: ClassVar[Table]
    unsupported: ClassVar[frozenset[str]] = frozenset()  # inputs that only the official provider has
    outputs: ClassVar[tuple[str, ...]]  # computed, never given
    secrets: ClassVar[frozenset[str]] = frozenset()

    def client(self, emulator: Emulator, props: Props) -> Any:
        """The emulator's client in the resource's region."""
        return emulator.client(self.service, props.get("region"))

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:  # noqa: ARG002
        """Properties whose change replaces the resource in this case alone."""
        return frozenset()

    def prepared(self, props: Props) -> Props:
        """The form in which old and new are compared."""
        return props

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        """Outputs that an update changes and that a preview can tell, or UNKNOWN."""
        return {}

    def impossible(self, old: Props, new: Props) -> str | None:  # noqa: ARG002
        """Why AWS cannot make this change in place, if so; asked in preview and before an update."""
        return None

    @abstractmethod
    def create(self, emulator: Emulator, props: Props, timeout: float) -> str:
        """Make it, wait until it is there, and return its id. `timeout` in seconds; 0 for the type's own."""

    @abstractmethod
    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        """What there is now, or None. `known` is the last state; empty on import, when the id is the import id."""

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> None:
        """Make the new inputs true in place; `new` has what the program leaves out and AWS keeps."""
        raise NotImplementedError(self.type_name)

    @abstractmethod
    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:
        """Delete it; that it is gone already is no error."""

    def previewed(self, inputs: Props) -> Props:
        """The state of a resource that is still to be made."""
        unknown = [*self.outputs, *(name for name, prop in self.inputs.items() if prop.keeps)]
        return dict.fromkeys(unknown, UNKNOWN) | inputs


def own_tags(tags: dict[str, str]) -> dict[str, str]:
    """The tags that people set: like the official provider, this one does not see those that AWS sets itself."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def tag_changes(old: Props, new: Props) -> tuple[dict[str, str], list[str]]:
    """The tags to set, and the keys to take off."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    return {key: value for key, value in after.items() if before.get(key) != value}, [
        key for key in before if key not in after
    ]
