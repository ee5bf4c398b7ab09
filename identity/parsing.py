"""Parses the config into a validated model; every error becomes a `Problem` with its path. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from identity.errors import HIDDEN, Problem, closest, nearest, shown
from identity.setting import Model, declared, model_in, model_within

M = TypeVar("M", bound=Model)
Loc = tuple[int | str, ...]

_KINDS: Final = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
_EMPTY: Final = {"an object": "{}", "a list": "[]"}
# Common spellings of booleans; YAML 1.2, which the CLI reads, has only the first of each.
_FLAGS: Final = {"true": ("true", "yes", "on", "y", "1"), "false": ("false", "no", "off", "n", "0")}
_NO_VALUE: Final = "remove the key to use its default"
_KEY: Final = "[key]"  # pydantic adds this step to the location of an error in a map's key


def from_text(field: FieldInfo, text: str) -> Any:
    """The value of a key from the engine's text: unchanged for a string, otherwise parsed as JSON."""
    if _is_text(field):
        return None if text == "null" else text  # YAML reads a key without a value as null
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, dict) and model_within(field) and not model_in(field):
        return {key: {} if entry is None else entry for key, entry in value.items()}  # `key:` alone is an empty entry
    return value


def _is_text(field: FieldInfo) -> bool:
    return field.annotation is str or str in get_args(field.annotation)


def check(model: type[M], raw: Mapping[str, Any], root: str, stand_ins: Mapping[str, Any]) -> tuple[M, list[Problem]]:
    """Validate `raw`; return an object of its valid values, and a problem for each invalid one.

    Args:
        model: the type of the object.
        raw: its values by key.
        root: the prefix of each problem's path.
        stand_ins: replacements for invalid values of required keys, so that the others can be validated.
    """
    found: list[Problem] = []
    rest: Any = dict(raw)
    while True:
        try:
            return model.model_validate(rest), found
        except ValidationError as error:
            told = [_problem(root, details, model) for details in error.errors()]
            # Ignore errors that are only a result of a value left out in an earlier round.
            found += [problem for problem in told if not any(related(problem.path, entry.path) for entry in found)]
            for details in error.errors():
                _leave_out(rest, details["loc"], details["type"], stand_ins)


def related(path: str, other: str) -> bool:
    """Whether the paths are equal, or one contains the other."""
    short, long = sorted((path, other), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def _leave_out(raw: dict[str, Any], loc: Loc, kind: str, stand_ins: Mapping[str, Any]) -> None:
    """Remove the value at `loc`, or the object in which a required key is missing."""
    steps = _steps(loc, kind)
    if kind == "missing":
        steps = steps[:-1] or steps
    places: list[tuple[dict[str, Any], str]] = []
    place: Any = raw
    for step in steps:
        if isinstance(place, dict) and isinstance(step, str):
            places.append((place, step))
        if place is None:
            return  # already removed with its parent
        place = _inside(place, step)
    # Remove the whole list of an invalid entry: otherwise the indexes of the others would not match the file.
    holder, key = next(((place, step) for place, step in reversed(places) if step in place), (raw, str(loc[0])))
    holder.pop(key, None)
    if holder is raw and key in stand_ins:
        raw[key] = stand_ins[key]


def _inside(place: Any, step: int | str) -> Any:
    if isinstance(place, list):
        return place[step] if isinstance(step, int) and step < len(place) else None
    return place.get(step) if isinstance(place, dict) else None


def _fix_for_null(raw: Any, empty: str | None) -> str:
    """The fix for a key without a value: YAML reads null, which is neither the default nor an empty object."""
    if raw is not None:
        return ""
    return f"{_NO_VALUE}, or write {empty} for none" if empty else "write one, or remove the key"


def _fix_for_unknown(key: str, known: list[str]) -> str:
    """The fix for an unknown key: the most similar known key, or nested keys for a path such as `mfa.mode`."""
    first, *inner = key.split(".")
    outer = closest(first, known) if inner else ""
    if not outer:
        return nearest(key, known)
    return f"nest it: `{': {'.join([outer, *inner])}: ...{'}' * len(inner)}`"


def _problem(root: str, details: ErrorDetails, model: type[Model]) -> Problem:
    kind, context, loc, given = details["type"], details.get("ctx", {}), details["loc"], details["input"]
    place = _place(root, _steps(loc, kind))
    received = HIDDEN if _may_be_secret(model, loc) else shown(given)
    if kind == "refused":
        return Problem(place, context["allowed"], received, context["fix"])
    if kind == "extra_forbidden":
        known = _keys_at(model, loc[:-1])
        return Problem(place, "one of " + ", ".join(known), "an unknown key", _fix_for_unknown(str(loc[-1]), known))
    if kind == "missing":
        return Problem(place, "this key is required")
    if kind == "bool_type":
        return _flag(place, given, received)
    if kind in _KINDS:
        fix = "put it in quotes" if kind == "string_type" and isinstance(given, int | float) else ""
        if kind == "list_type" and isinstance(given, str) and received != HIDDEN:
            fix = f"write [{received}]"
        return Problem(place, _KINDS[kind], received, fix or _fix_for_null(given, _EMPTY.get(_KINDS[kind])))
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        fix = _NO_VALUE if kind == "too_short" and not _is_required(model, loc) else ""
        return Problem(place, f"{bound} of them", f"{len(given)} of them", fix)
    # Number ranges and rare errors: pydantic's message is clear.
    return Problem(place, details["msg"].removeprefix("Input should be ").rstrip("."), received)


def _steps(loc: Loc, kind: str) -> Loc:
    """The location without pydantic's mark for a map's key. An unknown key can have the same name as the mark."""
    return loc[:-1] if loc[-1] == _KEY and len(loc) > 1 and kind != "extra_forbidden" else loc


def _place(root: str, loc: Loc) -> str:
    first, *rest = loc
    return f"{root}{first}" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)


def _flag(place: str, given: Any, received: str) -> Problem:
    if place.endswith(".secret") and isinstance(given, str):
        fix = "Cognito generates the secret; it is in the stack output clientSecrets"
        return Problem(place, "true or false", "a string, not shown here", fix)
    word = given.strip().lower() if isinstance(given, str) else ""
    meant = next((flag for flag, spellings in _FLAGS.items() if word in spellings), None)
    return Problem(place, "true or false", received, f"write {meant}" if meant else _fix_for_null(given, None))


def _fields_at(model: type[Model], loc: Iterable[int | str]) -> Iterator[FieldInfo]:
    """The fields along `loc`; keys of maps and indexes of lists are skipped."""
    inside: type[Model] | None = model
    for step in loc:
        fields = inside.model_fields.values() if inside else ()
        field = next((known for known in fields if known.alias == step), None)
        if field is not None:
            yield field
            inside = model_within(field)


def _keys_at(model: type[Model], loc: Loc) -> list[str]:
    """The allowed keys of the object at `loc`."""
    *_, inside = (model, *map(model_within, _fields_at(model, loc)))
    return [str(field.alias) for field in (inside or model).model_fields.values()]


def _may_be_secret(model: type[Model], loc: Loc) -> bool:
    """Whether the value is a secret, or an object that may contain one under a misspelt key."""
    fields = list(_fields_at(model, loc))
    return any(declared(field).secret for field in fields) and (
        declared(fields[-1]).secret or bool(model_within(fields[-1]))
    )


def _is_required(model: type[Model], loc: Loc) -> bool:
    return any(field.is_required() for field in [*_fields_at(model, loc)][-1:])
