"""How a setting is declared: once, as a field of a model.

Everything else is derived from this declaration: the validation and its error message, the JSON schema, the tables of
the docs, the inputs of the Pulumi resource, how a live resource is read, and what the guard reports about a change.
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
    """What a change of a setting means for the users and apps of the pool."""

    HARMLESS = "."
    LESSENS = "W-"  # a lower, narrower or removed value: users or apps lose something, or a protection is weakened
    MATTERS = "W"  # any other value has this effect
    REPLACES = "R"  # the engine would create a new resource and delete the old one
    IMPOSSIBLE = "X"  # AWS does not support it


class Plan(StrEnum):
    """The plans of a pool above Lite (https://aws.amazon.com/cognito/pricing/)."""

    ESSENTIALS = "essentials"
    PLUS = "plus"


@dataclass(frozen=True)
class Codec:
    """Converts a config value to an input of the AWS provider (`write`), and an output back (`read`)."""

    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


INVERTED = Codec(lambda value: not value, lambda value: not value)
# The order has no meaning to AWS: sorting avoids a difference when a stack file lists the entries in another order.
SORTED = Codec(sorted, sorted)


def words(of: Mapping[str, str]) -> Codec:
    """Translate config words to AWS words and back, for one value or a list; other words stay unchanged."""
    back = {aws: ours for ours, aws in of.items()}

    def through(table: Mapping[str, str], value: Any) -> Any:
        return [table.get(word, word) for word in value] if isinstance(value, list) else table.get(value, value)

    return Codec(lambda value: through(of, value), lambda value: through(back, value))


@dataclass(frozen=True)
class Declared:
    """What a setting declares besides its type, default and description.

    Args:
        aws: the property of the Pulumi resource that holds the value, as a path such as
            `passwordPolicy.minimumLength`; empty if the value is not sent as a single property.
        change: what a change of the value means.
        loss: the consequence of such a change, as a sentence.
        order: the allowed values from the weakest to the strongest, if they have such an order.
        kept: whether AWS keeps its value if the key is omitted; otherwise an update resets it.
        always: whether the program sends a value even if the key is omitted, so that removing the key is an
            ordinary change.
        plan: the feature plan that all values except the `free` ones require.
        free: the values that need no plan.
        codec: how the value is written for AWS and read back.
        nothing: the value that AWS uses if nobody has set one, as the provider returns it.
        silent: the value to assume if a live resource does not return the property; None for the default.
        example: a value as written in a stack file, for the docs.
        secret: whether the value is a secret or contains one.
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
        """Add the example to the JSON schema; pydantic calls this."""
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
    """Declare a model field as a setting.

    Args:
        says: the description.
        aws, change, loss, more: see `Declared`. With a `loss`, `change` defaults to `Change.LESSENS`.
        default: the default; `...` for a required key.
        alias: the config key, if it is not the field's name in camelCase.
    """
    change = change or (Change.LESSENS if loss else Change.HARMLESS)
    return Field(default, description=says, alias=alias, json_schema_extra=Declared(aws, change, loss, **more))


def declared(field: FieldInfo) -> Declared:
    return field.json_schema_extra if isinstance(field.json_schema_extra, Declared) else Declared()


class Model(BaseModel):
    """An object of the stack config. Its fields are its keys, in camelCase; any other key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)

    def inputs(self) -> dict[str, Any]:
        """The inputs of the Pulumi resource, by property name. Settings without a value are omitted."""
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
        """Read the object from the outputs of a live resource, without validation."""
        return cls.model_construct(**{name: _read(field, outputs) for name, field in cls.model_fields.items()})

    @classmethod
    def is_in(cls, outputs: Mapping[str, Any]) -> bool:
        """Whether a live resource has any of these settings with a value other than AWS's default."""
        for field in cls.model_fields.values():
            inner, at = model_in(field), declared(field)
            if inner.is_in(outputs) if inner else _found(at, outputs) not in (None, at.nothing):
                return True
        return False

    def properties(self) -> list[str]:
        """The resource properties that hold the values set here."""
        given = [(getattr(self, name), declared(field).aws) for name, field in type(self).model_fields.items()]
        nested = [name for value, _ in given if isinstance(value, Model) for name in value.properties()]
        return [*(aws for value, aws in given if aws and value not in (None, False)), *nested]

    def written(self) -> dict[str, Any]:
        """The object as written in a stack file: only the fields that differ from their defaults."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, warnings=False)


def written_value(value: Any) -> Any:
    """The value as written in a stack file."""
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
        return int(value)  # the engine sends every number as a float
    return None if value in ("", {}) else value  # the provider returns these for "not set"


def model_in(field: FieldInfo) -> type[Model] | None:
    """The model of a field that holds one object; None for a map or a list of objects."""
    return model_within(field, of_entries=False)


def model_within(field: FieldInfo, of_entries: bool = True) -> type[Model] | None:
    """The model of a field that holds an object, or a map or a list of objects."""
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
    """The declarations of all fields of a model, including nested objects, maps and lists."""
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
