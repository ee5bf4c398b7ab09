"""From the text of a config key to a checked value; every mistake becomes a `Problem` with its path. Pure."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from identity.errors import Problem, nearest, shown
from identity.shapes import KEY

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

_KINDS = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_EMPTY = {"an object": "{}", "a list": "[]"}
# As people write them; YAML 1.2, which the CLI reads, knows none but the first.
_FLAGS = {"true": ("true", "yes", "on", "y", "1"), "false": ("false", "no", "off", "n", "0")}
_NO_VALUE = "leave the key out for its default"


def parse_json(path: str, text: str, problems: list[Problem]) -> Any:
    """The value of an object or array key, which the engine hands over as JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        problems.append(Problem(path, "an object or a list, as YAML", shown(text)))
        return None


def parse_flag(path: str, text: str, problems: list[Problem]) -> bool:
    if text not in ("true", "false"):
        word = text.strip().lower()
        meant = next((flag for flag, words in _FLAGS.items() if word in words), None)
        fix = f"write {meant}" if meant else _NO_VALUE if word == "null" else ""
        problems.append(Problem(path, "true or false", shown(text), fix))
    return text == "true"


def parse_value(path: str, raw: Any, adapter: TypeAdapter[T], problems: list[Problem]) -> T | None:
    """`raw` as the adapter's type, or None after its mistakes have been told."""
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        problems.extend(_problem(path, details, None) for details in error.errors())
        return None


def parse_object(path: str, raw: Any, model: type[Model], problems: list[Problem]) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems.extend(_problem(path, details, model) for details in error.errors())
        return None


def parse_entries(path: str, raw: Any, model: type[Model], problems: list[Problem]) -> dict[str, Model]:
    """The entries of an object that stand the check, sorted by key: their order in the file means nothing."""
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, "an object", shown(raw), _of_nothing(raw, "{}")))
        return {}
    entries = {}
    for key in sorted(raw):
        name = parse_value(f"{path}.{key}", key, KEY, problems)
        written = {} if raw[key] is None else raw[key]
        value = parse_object(f"{path}.{key}", written, model, problems) or _without_unknown_keys(written, model)
        if name is not None and value is not None:
            entries[key] = value
    return entries


def _of_nothing(raw: Any, empty: str | None) -> str:
    """YAML takes a key with nothing behind it for null, which is neither the default nor an empty object."""
    if raw is not None:
        return ""
    return f"{_NO_VALUE}, or write {empty} for none" if empty else "write one, or leave the key out"


def _without_unknown_keys(raw: Any, model: type[Model]) -> Model | None:
    """What is left without the unknown keys, if sound: a misspelt key does not hide its neighbours' slips."""
    known = {field.alias or name for name, field in model.model_fields.items()}
    return (
        parse_object("", {key: raw[key] for key in raw if key in known}, model, []) if isinstance(raw, dict) else None
    )


def _problem(path: str, details: ErrorDetails, model: type[BaseModel] | None) -> Problem:
    kind, context, loc = details["type"], details.get("ctx", {}), details["loc"]
    place = path + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc if step != "[key]")
    received = shown(details["input"])
    if kind == "refused":
        return Problem(place, context["allowed"], received, context["fix"])
    if kind == "extra_forbidden":
        known = _fields_at(model, loc[:-1])
        return Problem(place, "one of " + ", ".join(known), "an unknown key", nearest(str(loc[-1]), known))
    if kind == "missing":
        return Problem(place, "this key is needed")
    if kind == "bool_type" and place.endswith(".secret") and isinstance(details["input"], str):
        fix = "Cognito makes the secret; the stack's output clientSecrets has it"
        return Problem(place, "true or false", "a text, not shown here", fix)
    if kind in _KINDS:
        quote = "put it in quotes" if kind == "string_type" and isinstance(details["input"], int | float) else ""
        return Problem(place, _KINDS[kind], received, quote or _of_nothing(details["input"], _EMPTY.get(_KINDS[kind])))
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        # pydantic stops counting where it has seen enough.
        is_needed = model is not None and _is_needed(model, loc)
        fix = _NO_VALUE if kind == "too_short" and not is_needed else ""
        return Problem(place, f"{bound} of them", f"{len(details['input'])} of them", fix)
    # Bounds of numbers and the rarer kinds: pydantic's own words say them.
    return Problem(place, details["msg"].removeprefix("Input should be ").rstrip("."), received)


def _fields_at(model: type[BaseModel] | None, loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the object at `loc` knows."""
    for step in loc:
        if model is None:
            return []
        field = next((f for name, f in model.model_fields.items() if step in (f.alias, name)), None)
        if field is not None:
            model = _model_in(field.annotation)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _is_needed(model: type[BaseModel], loc: tuple[int | str, ...]) -> bool:
    return any(field.is_required() for name, field in model.model_fields.items() if loc[-1] in (field.alias, name))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner))), None)
