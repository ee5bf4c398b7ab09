"""What a resource type is to this plugin: a table of its inputs, and four acts on the emulator."""

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

# The official provider's name of a service's endpoint, where its module is called otherwise.
_SERVICES = {"cloudwatch": "logs", "cognito": "cognitoidp"}


class Resource:
    """One resource type. Acts raise boto3's errors or Refusal; the provider makes one message of either.

    What is held of a resource, its inputs and outputs and its `id`, is one map. That AWS says of something asked for
    that it does not exist is an error which the provider understands: a read finds nothing, a deletion is done.
    A class that names its `module` in `pulumi_aws` is a type, called as the class there.
    """

    type_name = ""  # such as `aws:cognito/userPool:UserPool`
    short: str  # such as `aws.cognito.UserPool`
    service: str  # by the official provider's name of its endpoint
    requests: tuple[str, ...] = ()  # the operations that carry its inputs
    differences: Differences  # what is written by hand of its inputs
    secrets: frozenset[str] = frozenset()  # by path: `clientSecret`, `details.password`
    changing: tuple[str, ...] = ()  # outputs that each update changes, to what no preview can tell

    def __init_subclass__(cls, module: str = "", service: str = "") -> None:
        if module:
            name = cls.__name__
            cls.type_name = f"aws:{module}/{name[:1].lower()}{name[1:]}:{name}"
            cls.short = f"aws.{module}.{name}"
            cls.service = service or _SERVICES.get(module, module)

    @functools.cached_property
    def inputs(self) -> Table:
        """What may be given."""
        shapes = [shape_of(SERVICES[self.service], request) for request in self.requests]
        differences = replace(self.differences, computed=computed(self.type_name))
        return official_table(official_class(self.type_name, "Args"), shapes, differences)

    @functools.cached_property
    def outputs(self) -> Props:
        """What is computed, never given, by name; with what is said of it where AWS says nothing."""
        known = official_outputs(self.type_name).items()
        return {name: nothing for name, nothing in known if name not in self.inputs}

    def replaced_by(self, old: Props, new: Props) -> frozenset[str]:
        """Properties whose change replaces the resource in this case alone."""
        return frozenset()

    def prepared(self, props: Props) -> Props:
        """The form in which old and new are compared."""
        return props

    def planned(self, old: Props, new: Props) -> Props:
        """Outputs that an update changes, as far as a preview can tell."""
        return dict.fromkeys(self.changing, UNKNOWN)

    def impossible(self, old: Props, new: Props) -> str | None:
        """Why AWS cannot make this change in place, if so; asked in preview and before an update."""
        return None

    def warning(self) -> str:
        """What a user has to know of this type on the local stack, said once a run; empty for nothing."""
        return ""

    def create(self, aws: Service, props: Props) -> Props:
        """Make it, and wait until it is there."""
        return self.reread(aws, self.make(aws, props), props)

    def make(self, aws: Service, props: Props) -> str:
        """Make it, to its id."""
        raise NotImplementedError(self.type_name)

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        """What there is now, or None. `known` is the last state; empty on import, when the id is the import id."""
        raise NotImplementedError(self.type_name)

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        """Make the new inputs true in place; `new` has what the program leaves out and AWS keeps."""
        self.change(aws, resource_id, old, new)
        return self.reread(aws, resource_id, new)

    def change(self, aws: Service, resource_id: str, old: Props, new: Props) -> None:
        """The same, for what is read again afterwards: made once more, it takes the place of what was there."""
        self.make(aws, new)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        """Delete it, where there is anything to delete."""

    def previewed(self, inputs: Props) -> Props:
        """The state of a resource that is still to be made."""
        unknown = [*self.outputs, *(name for name, prop in self.inputs.items() if prop.keeps)]
        return dict.fromkeys(unknown, UNKNOWN) | inputs

    def reread(self, aws: Service, resource_id: str, known: Props) -> Props:
        """What there is right after it was written, where the answer to that does not tell."""
        found = existing(lambda: self.read(aws, resource_id, known))
        if found is None:
            raise Refusal(f"{resource_id} is not there right after it was written: was the emulator emptied meanwhile?")
        return found

    def state(self, aws: Service, resource_id: str, answer: Mapping[str, Any], **more: Any) -> Props:
        """What AWS answers of a resource: inputs by the table, outputs by their names, and what these do not tell."""
        found = self.outputs | _by_name(self.outputs, answer) | from_aws(self.inputs, answer) | more
        if "region" in self.inputs:
            found["region"] = aws.region
        if "tagsAll" in self.outputs:
            # Like the official provider, this one does not see the tags that AWS sets itself.
            own = {key: text for key, text in (found.get("tags") or {}).items() if not key.startswith("aws:")}
            found |= {"tags": own or None, "tagsAll": own}
        return found | {"id": resource_id}


class Held(Resource):
    """A resource that is made, described, updated and deleted by one operation each.

    Some inputs name it, its `key`, with `separator` between them in its id; or else AWS gives it an id, which is that
    `member`, and stands behind the key where one is imported.
    """

    noun: str  # of the operations, and the member of an answer that has the resource
    verbs: tuple[str, str, str, str] = ("Create", "Describe", "Update", "Delete")
    answer: str | None = None  # that member, where it is called otherwise; empty where all of it is the resource
    key: tuple[str, ...] = ()
    member: str = ""
    separator: str = "/"
    rereads = False  # whether it is described once more after a change, whose answer does not tell

    def __init_subclass__(cls, **named: str) -> None:
        super().__init_subclass__(**named)
        cls.requests = (f"{cls.verbs[0]}{cls.noun}",)

    def more(self, aws: Service, answer: Props, known: Props) -> Props:
        """What the tables do not tell of it; `known` is what was given, or last known."""
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
        """The inputs that name it, and the members of a request that do."""
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
    """The parts of an id of this shape, such as `<role>:<name>`. Raises Refusal where it has another one."""
    count = shape.count("<")
    parts = resource_id.split(shape.partition(">")[2][:1] or None, count - 1)
    if len(parts) < count or not all(parts):
        raise Refusal(f"the id to import is {shape}; received {resource_id}")
    return parts


def shown(moment: datetime | None) -> str:
    """A moment as the official provider writes it; empty for none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _by_name(names: Iterable[str], answer: Mapping[str, Any]) -> Props:
    """The plain values that an answer has by these names, whatever letters of them are capitals."""
    there = {name.lower(): value for name, value in answer.items() if isinstance(value, str | int | datetime)}
    found = {name: there[name.lower()] for name in names if name.lower() in there}
    return {name: shown(value) if isinstance(value, datetime) else value for name, value in found.items()}
