"""Base classes of the plugin's resource types: a table of inputs, and create, read, update and delete."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from .emulator import SERVICES, Refusal, existing
from .official import Differences, computed, official_class, official_outputs, official_table, shape_of
from .properties import Props, Table, from_aws, to_aws
from .service import Service

# Module of the official provider -> its endpoint name, if that differs.
_SERVICES = {"cloudwatch": "logs", "cognito": "cognitoidp"}


class Resource:
    """One resource type. Its methods raise boto3's errors or Refusal; the provider turns both into a message.

    The state of a resource is one map: its inputs, its outputs and its `id`. Methods may let AWS's error for a missing
    resource through: the provider then takes a read as "not found", and a delete as done. A subclass with a `module` is
    a type of that module of `pulumi_aws`, and has the same name as the class there.
    """

    type_name = ""  # such as `aws:cognito/userPool:UserPool`
    short: str  # such as `aws.cognito.UserPool`
    service: str  # the official provider's endpoint name
    requests: tuple[str, ...] = ()  # the operations that send the inputs
    differences: Differences  # the facts about the inputs that are set by hand
    secrets: frozenset[str] = frozenset()  # by path: `clientSecret`, `details.password`
    changing: tuple[str, ...] = ()  # outputs that every update changes, not known during a preview

    def __init_subclass__(cls, module: str = "", service: str = "") -> None:
        if module:
            name = cls.__name__
            cls.type_name = f"aws:{module}/{name[:1].lower()}{name[1:]}:{name}"
            cls.short = f"aws.{module}.{name}"
            cls.service = service or _SERVICES.get(module, module)

    @functools.cached_property
    def inputs(self) -> Table:
        """The table of the inputs."""
        shapes = [shape_of(SERVICES[self.service], request) for request in self.requests]
        differences = replace(self.differences, computed=computed(self.type_name))
        return official_table(official_class(self.type_name, "Args"), shapes, differences)

    @functools.cached_property
    def outputs(self) -> Props:
        """The outputs that are not inputs: name -> the value if AWS returns none."""
        known = official_outputs(self.type_name).items()
        return {name: nothing for name, nothing in known if name not in self.inputs}

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """Return properties that replace the resource only with these values, in addition to those of the table."""
        return frozenset()

    def prepared(self, props: Props) -> Props:
        """Return the properties in the form in which old and new are compared."""
        return props

    def planned(self, old: Props, new: Props) -> Props:
        """Return the outputs that an update changes, as far as they are known during a preview."""
        return dict.fromkeys(self.changing, UNKNOWN)

    def impossible(self, old: Props, new: Props) -> str | None:
        """Return why AWS cannot make this change in place; None if it can. Called in a preview and before an update."""
        return None

    def warning(self) -> str:
        """Return a warning about this type on the local stack, shown once per run; empty: no warning."""
        return ""

    def create(self, aws: Service, props: Props) -> Props:
        """Create the resource, wait until it exists, and return its state."""
        return self.reread(aws, self.make(aws, props), props)

    def make(self, aws: Service, props: Props) -> str:
        """Create the resource and return its id."""
        raise NotImplementedError(self.type_name)

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        """Return the current state, or None. `known` is the last state; empty for an import, with the import id."""
        raise NotImplementedError(self.type_name)

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        """Update the resource in place and return its state. `new` includes omitted properties that are kept."""
        self.change(aws, resource_id, old, new)
        return self.reread(aws, resource_id, new)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        """Update the resource in place, without a result. By default create it again, which overwrites the old one."""
        self.make(aws, new)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        """Delete the resource; by default nothing has to be deleted."""

    def previewed(self, inputs: Props) -> Props:
        """Return the state of a resource that does not exist yet, for a preview."""
        unknown = [*self.outputs, *(name for name, prop in self.inputs.items() if prop.keeps)]
        return dict.fromkeys(unknown, UNKNOWN) | inputs

    def reread(self, aws: Service, resource_id: str, known: Props) -> Props:
        """Read the state after a write whose response does not have it. Raises Refusal if the resource is missing."""
        found = existing(lambda: self.read(aws, resource_id, known))
        if found is None:
            raise Refusal(f"{resource_id} is not there right after it was written: was the emulator emptied meanwhile?")
        return found

    def state(self, aws: Service, resource_id: str, answer: Mapping[str, Any], **more: Any) -> Props:
        """Return the state from AWS's response: inputs by the table, outputs by their names, and `more`."""
        found = self.outputs | _by_name(self.outputs, answer) | from_aws(self.inputs, answer) | more
        if "region" in self.inputs:
            found["region"] = aws.region
        if "tagsAll" in self.outputs:
            # Ignore the tags that AWS sets, as the official provider does.
            own = {key: text for key, text in (found.get("tags") or {}).items() if not key.startswith("aws:")}
            found |= {"tags": own or None, "tagsAll": own}
        return found | {"id": resource_id}


class Held(Resource):
    """A resource with one operation each to create, describe, update and delete it.

    The id is either the inputs in `key`, joined by `separator`, or the `member` that AWS returns. In the second case an
    import id is the key followed by the member.
    """

    noun: str  # the noun in the operations' names, and the member of a response that holds the resource
    verbs: tuple[str, str, str, str] = ("Create", "Describe", "Update", "Delete")
    answer: str | None = None  # this member, if it has another name; empty if the whole response is the resource
    key: tuple[str, ...] = ()
    member: str = ""
    separator: str = "/"
    rereads = False  # whether to describe the resource after a change, because the response is not complete

    def __init_subclass__(cls, **named: str) -> None:
        super().__init_subclass__(**named)
        cls.requests = (f"{cls.verbs[0]}{cls.noun}",)

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        """Return the properties that the tables do not cover; `known` has the given inputs or the last state."""
        return {}

    def create(self, aws: Service, props: Props) -> Props:
        answer = self._ask(aws, 0, to_aws(self.inputs, props))
        return self.reread(aws, self._id(answer, props), props) if self.rereads else self._found(aws, answer, props)

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        named, members = self._named(resource_id, known)
        return self._found(aws, self._ask(aws, 1, members), known | named)

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        _, members = self._named(resource_id, old)
        answer = self._ask(aws, 2, to_aws(self.inputs, new, old) | members)
        return self.reread(aws, resource_id, new) if self.rereads else self._found(aws, answer, new)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        _, members = self._named(resource_id, state)
        self._ask(aws, 3, to_aws(self.inputs, state) | members)

    def _ask(self, aws: Service, act: int, request: Props) -> Props:
        answer: Props = aws.call(f"{self.verbs[act]}{self.noun}", request)
        return answer

    def _named(self, resource_id: str, known: Props) -> tuple[Props, Props]:
        """Return the inputs and the request members that identify the resource."""
        named = {name: known.get(name) for name in self.key}
        if not self.member or None in named.values():
            last = [self.member[:1].lower() + self.member[1:]] if self.member else []
            parts = parted(resource_id, self.separator.join(f"<{name}>" for name in (*self.key, *last)))
            named, resource_id = dict(zip(self.key, parts, strict=False)), parts[-1]
        members = to_aws({name: self.inputs[name] for name in self.key}, named)
        return named, members | ({self.member: resource_id} if self.member else {})

    def _id(self, held: Props, known: Props) -> str:
        return str(held[self.member]) if self.member else self.separator.join(known[name] for name in self.key)

    def _found(self, aws: Service, answer: Props, known: Props) -> Props:
        member = self.noun if self.answer is None else self.answer
        held = answer[member] if member else answer
        named = {name: known[name] for name in self.key}
        return self.state(aws, self._id(held, known), held, **(named | self.more(aws, held, known)))


def parted(resource_id: str, shape: str) -> list[str]:
    """Split an id of this shape, such as `<role>:<name>`. Raises Refusal if the id has another shape."""
    count = shape.count("<")
    parts = resource_id.split(shape.partition(">")[2][:1] or None, count - 1)
    if len(parts) < count or not all(parts):
        raise Refusal(f"the id to import is {shape}; received {resource_id}")
    return parts


def shown(moment: datetime | None) -> str:
    """Format a time as the official provider does; empty for None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _by_name(names: Iterable[str], answer: Mapping[str, Any]) -> Props:
    """Return the strings, integers and times of a response that have these names, whatever their case."""
    there = {name.lower(): value for name, value in answer.items() if isinstance(value, str | int | datetime)}
    found = {name: there[name.lower()] for name in names if name.lower() in there}
    return {name: shown(value) if isinstance(value, datetime) else value for name, value in found.items()}
