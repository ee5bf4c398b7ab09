"""What a resource type is to this plugin: a table of its inputs, and four acts on the emulator."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from . import official
from .emulator import Emulator, Refusal, is_gone
from .properties import Props, Table, from_aws, to_aws


@dataclass(frozen=True)
class Found:
    """A resource as the emulator holds it: its id, and inputs and outputs together."""

    id: str
    state: Props


class Resource(ABC):
    """One resource type. Acts raise boto3's errors or Refusal; the server makes one message of either."""

    type_name: str
    service: str  # by the official provider's name of its endpoint
    inputs: Table
    unsupported: frozenset[str] = frozenset()  # inputs that only the official provider has
    secrets: frozenset[str] = frozenset()  # by path: `clientSecret`, `details.password`

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """What is computed, never given."""
        return tuple(name for name in official.outputs(self.type_name) if name not in self.inputs)

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

    def warning(self) -> str:
        """What a user has to know of this type on the local stack, said once a run; empty for nothing."""
        return ""

    @abstractmethod
    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:
        """Make it, and wait until it is there. `timeout` in seconds; 0 for the type's own."""

    @abstractmethod
    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        """What there is now, or None. `known` is the last state; empty on import, when the id is the import id."""

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:
        """Make the new inputs true in place; `new` has what the program leaves out and AWS keeps."""
        raise NotImplementedError(self.type_name)

    @abstractmethod
    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:
        """Delete it; that it is gone already is no error."""

    def previewed(self, inputs: Props) -> Props:
        """The state of a resource that is still to be made."""
        unknown = [*self.outputs, *(name for name, prop in self.inputs.items() if prop.keeps)]
        return dict.fromkeys(unknown, UNKNOWN) | inputs

    def reread(self, emulator: Emulator, resource_id: str, known: Props) -> Found:
        """What there is right after it was written, where the answer to that does not tell."""
        found = self.read(emulator, resource_id, known)
        if found is None:
            raise Refusal(f"{resource_id} is not there right after it was written: was the emulator emptied meanwhile?")
        return found


class Held(Resource):
    """A resource that is made, described, updated and deleted by one operation each, and named by some inputs.

    `operations` are boto3's methods, in that order. `key` are the inputs that name it, and `separator` stands between
    them in its id.
    """

    operations: tuple[str, str, str, str]
    answer: str  # the member of an answer that has the resource
    key: tuple[str, ...]
    separator: str = "/"

    def computed(self, answer: Props, known: Props) -> Props:  # noqa: ARG002
        """The outputs, and inputs that need more than the table; `known` is what was given, or last known."""
        return {}

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        act = getattr(self.client(emulator, props), self.operations[0])
        return self._found(emulator, act(**to_aws(self.inputs, props)), props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        named = self._named(resource_id)
        act = getattr(self.client(emulator, known), self.operations[1])
        answer = existing(lambda: act(**to_aws(self._keys(), named)))
        return answer and self._found(emulator, answer, known | named)

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        act = getattr(self.client(emulator, old), self.operations[2])
        return self._found(emulator, act(**self.rewritten(to_aws(self.inputs, new, clear=True))), new)

    def rewritten(self, request: Props) -> Props:
        """The members of an update, from those that a creation would have."""
        return request

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        act = getattr(self.client(emulator, state), self.operations[3])
        existing(lambda: act(**to_aws(self._keys(), self._named(resource_id))))

    def _keys(self) -> Table:
        return {name: self.inputs[name] for name in self.key}

    def _named(self, resource_id: str) -> Props:
        parts = resource_id.split(self.separator, len(self.key) - 1)
        if len(parts) < len(self.key) or not all(parts):
            shape = self.separator.join(f"<{name}>" for name in self.key)
            raise Refusal(f"the id to import is {shape}; received {resource_id}")
        return dict(zip(self.key, parts, strict=True))

    def _found(self, emulator: Emulator, answer: Mapping[str, Any], known: Props) -> Found:
        held = answer[self.answer]
        state = from_aws(self.inputs, held) | {"region": known.get("region") or emulator.region}
        named = {name: known[name] for name in self.key}
        return Found(self.separator.join(named.values()), state | named | self.computed(held, known))


def existing(call: Callable[[], Any]) -> Any:
    """What the call answers, or None when there is no such thing."""
    try:
        return call()
    except Exception as error:
        if is_gone(error):
            return None
        raise


def own_tags(tags: dict[str, str]) -> dict[str, str]:
    """The tags that people set: like the official provider, this one does not see those that AWS sets itself."""
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def tag_changes(old: Props, new: Props) -> tuple[dict[str, str], list[str]]:
    """The tags to set, and the keys to take off."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    return {key: value for key, value in after.items() if before.get(key) != value}, [
        key for key in before if key not in after
    ]


def tagged(tags: Mapping[str, str]) -> Props:
    """The state of a resource with these tags."""
    own = own_tags(dict(tags))
    return {"tagsAll": own} | ({"tags": own} if own else {})


def key_values(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services of AWS have them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
