"""How a setting is declared: once, as a field of a model.

From the declaration follow the check and its message, the schema and the tables of the docs, the inputs of the AWS
provider's resource, how a live one is read back, and what the guard says of a change.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo


class Change(StrEnum):
    """What a change of a setting means for those who rely on the pool."""

    HARMLESS = "."
    LESSENS = "W-"  # less than before, narrower or taken out: people or apps lose something, or a protection goes
    MATTERS = "W"  # the same for any other value
    REPLACES = "R"  # the engine would make another resource and delete this one
    IMPOSSIBLE = "X"  # AWS cannot do it


class Plan(StrEnum):
    """The plans of a pool above Lite (https://aws.amazon.com/cognito/pricing/)."""

    ESSENTIALS = "essentials"
    PLUS = "plus"


@dataclass(frozen=True)
class Codec:
    """How a value of the config is written for the AWS provider, and read from its state."""

    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


INVERTED = Codec(lambda value: not value, lambda value: not value)
# The provider does not care for the order; sorted, a list is the same text however it is written.
SORTED = Codec(sorted, sorted)


def words(of: Mapping[str, str]) -> Codec:
    """The config's words for AWS's, one by one or in a list; a word of AWS's that has none stays itself."""
    back = {aws: ours for ours, aws in of.items()}

    def through(table: Mapping[str, str], value: Any) -> Any:
        return [table.get(word, word) for word in value] if isinstance(value, list) else table.get(value, value)

    return Codec(lambda value: through(of, value), lambda value: through(back, value))


@dataclass(frozen=True)
class Declared:
    """What a field says besides its type, its default and its description.

    Args:
        aws: the property of the provider's resource that holds the value, as a path in Pulumi's names, such as
            `passwordPolicy.minimumLength`; empty where the value goes another way.
        change: what a change of it means.
        loss: what is lost where the value gets less, a sentence.
        order: the words of the setting from the weakest to the strongest, where it has such words.
        kept: whether AWS's value stays where the config says nothing; else an update takes it out.
        always: whether the program sends a value where the config says nothing, so that to take the key out is a
            change like any other.
        plan: the plan that any value but the `free` ones needs.
        codec: how the value is written for AWS and read back.
        nothing: what AWS has there by itself, where nobody has set anything, as the provider has it.
        silent: how it is read where a live resource says nothing of it; as the default, if None.
        example: a value as a stack file has it, for the docs.
        secret: whether the value is a secret, or has one in it.
    """

    aws: str = ""
    change: Change = Change.HARMLESS
    loss: str = ""
    order: tuple[str, ...] = ()
    kept: bool = False
    always: bool = False
    plan: Plan | None = None
    free: tuple[Any, ...] = ()
    codec: Codec = Codec()
    nothing: Any = None
    silent: Any = None
    example: Any = None
    secret: bool = False

    def __call__(self, schema: dict[str, Any]) -> None:
        """What pydantic asks for where it writes the JSON schema."""
        if self.example is not None:
            schema["examples"] = [self.example]


def setting(
    says: str,
    aws: str = "",
    change: Change | None = None,
    *,
    default: Any = None,
    alias: str | None = None,
    loss: str = "",
    **more: Any,
) -> Any:
    """A field that is a setting: its description, its default (`...` for a key that is required), and what `Declared`
    has of it.

    A change that loses something is one to a lesser value, where no other is named.
    """
    change = change or (Change.LESSENS if loss else Change.HARMLESS)
    return Field(default, description=says, alias=alias, json_schema_extra=Declared(aws, change, loss, **more))


def declared(field: FieldInfo) -> Declared:
    return field.json_schema_extra if isinstance(field.json_schema_extra, Declared) else Declared()


class Model(BaseModel):
    """An object of the stack config. Its fields are its keys, in camelCase; no other key is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)

    def inputs(self) -> dict[str, Any]:
        """The provider's inputs that the fields name, in Pulumi's names; what is not given is not there."""
        made: dict[str, Any] = {}
        for name, field in type(self).model_fields.items():
            value, at = getattr(self, name), declared(field)
            if isinstance(value, Model):
                _merge(made, value.inputs())
            elif at.aws and value is not None and (sent := at.codec.write(value)) is not None:
                *way, last = at.aws.split(".")
                place = made
                for step in way:
                    place = place.setdefault(step, {})
                place[last] = sent
        return made

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        """The object as a live resource has it, from the provider's outputs; nothing of it is checked."""
        return cls.model_construct(**{name: _read(field, outputs) for name, field in cls.model_fields.items()})

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        """Whether a live resource has anything of this object that AWS does not have by itself."""
        for field in cls.model_fields.values():
            inner, at = model_in(field), declared(field)
            if inner.is_in(outputs) if inner else _found(at, outputs) not in (None, at.nothing):
                return True
        return False

    def properties(self) -> list[str]:
        """The provider's properties that hold what is given here."""
        given = [(getattr(self, name), declared(field).aws) for name, field in type(self).model_fields.items()]
        nested = [name for value, _ in given if isinstance(value, Model) for name in value.properties()]
        return [*(aws for value, aws in given if aws and value not in (None, False)), *nested]

    def written(self) -> dict[str, Any]:
        """What a stack file would say: the fields that differ from their defaults."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, warnings=False)


def written_value(value: Any) -> Any:
    """A value as a stack file has it."""
    if isinstance(value, Model):
        return value.written()
    if isinstance(value, Mapping):
        return {key: written_value(entry) for key, entry in value.items()}
    return [written_value(entry) for entry in value] if isinstance(value, list | tuple) else value


def _read(field: FieldInfo, outputs: Mapping[str, Any]) -> Any:
    at, inner = declared(field), model_in(field)
    default = field.get_default(call_default_factory=True)
    if inner:
        return inner.read(outputs) if default is not None or inner.is_in(outputs) else None
    if (value := _found(at, outputs)) is not None:
        return at.codec.read(value)
    return default if at.silent is None else at.silent


def _found(at: Declared, outputs: Mapping[str, Any]) -> Any:
    value: Any = outputs if at.aws else None
    for step in at.aws.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)  # on the engine's wire every number is a float
    return None if value in ("", {}) else value  # what the provider has for nothing


def model_in(field: FieldInfo) -> type[Model] | None:
    """The model of a field that is an object with keys of its own; None for a map or a list of such objects."""
    return model_within(field, of_entries=False)


def model_within(field: FieldInfo, of_entries: bool = True) -> type[Model] | None:
    """The model of an object, or of the entries of a map or a list of such objects."""
    annotation: Any = field.annotation
    return _model(annotation, of_entries)


@cache
def _model(annotation: Any, of_entries: bool) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    if get_origin(annotation) in (list, dict) and not of_entries:
        return None
    return next((found for inner in get_args(annotation) if (found := _model(inner, of_entries))), None)


def declarations(model: type[Model]) -> Iterator[Declared]:
    """What the fields of a model say, with those of the objects, maps and lists in it."""
    for field in model.model_fields.values():
        yield declared(field)
        if inner := model_within(field):
            yield from declarations(inner)


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
