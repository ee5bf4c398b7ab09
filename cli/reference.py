"""Generate Pulumi.yaml's config block, the tables of the pages and the JSON schema from the declared settings.

`make reference` writes them, and `make check` checks that they are up to date.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final, get_args, get_origin

import click
import yaml
from pydantic.fields import FieldInfo

from identity.config.keys import Config
from identity.setting import Change, Model, declared, model_within, written_value
from local.console import say
from local.paths import CHECKOUT as ROOT

_MARK = re.compile(r"(<!-- settings: ([\w.]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
# Keys whose defaults are only in Pulumi.yaml.
_IN_PROJECT: Final = ("apis", "clients", "exemptions")
_CHANGES: Final = {
    Change.HARMLESS: "",
    Change.LESSENS: "guarded if weakened",
    Change.MATTERS: "guarded",
    Change.REPLACES: "replacement",
    Change.IMPOSSIBLE: "not possible",
}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; list the files that are out of date and exit with 1.")
def reference(check: bool) -> int:
    """Generate Pulumi.yaml's schema, the tables of the pages and the JSON schema from the settings."""
    stale = {path: text for path, text in generated() if not path.exists() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if check:
            say(f"{path.relative_to(ROOT)} is out of date. Run: make reference")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and check else 0


def generated() -> Iterator[tuple[Path, str]]:
    """Yield each file with generated content, and its whole new text."""
    project = ROOT / "Pulumi.yaml"
    defaults = _defaults(project)
    yield project, _project(project, defaults)
    yield ROOT / "docs" / "stack.schema.json", _json_schema()
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        if _MARK.search(text):
            yield page, _MARK.sub(lambda match: f"{match[1]}{_table(match[2], defaults)}{match[4]}", text)


# --- Pulumi.yaml ------------------------------------------------------------------------------------------------------


def _defaults(project: Path) -> dict[str, Any]:
    """Return the default of each key."""
    schema = yaml.safe_load(project.read_text(encoding="utf-8"))["config"]
    own = {str(field.alias): _default(field) for field in Config.model_fields.values()}
    return own | {key: schema[f"identity:{key}"]["default"] for key in _IN_PROJECT}


def _default(field: FieldInfo) -> Any:
    return None if field.is_required() else written_value(field.get_default(call_default_factory=True))


def _project(project: Path, defaults: Mapping[str, Any]) -> str:
    head = project.read_text(encoding="utf-8").partition("\nconfig:\n")[0]
    return f"{head}\nconfig:\n" + "".join(
        _entry(field, defaults[str(field.alias)]) for field in Config.model_fields.values()
    )


def _entry(field: FieldInfo, default: Any) -> str:
    """Return the entry of a setting in Pulumi.yaml's config block."""
    kind = _pulumi_type(field)
    lines = [f"  identity:{field.alias}:", *([f"    type: {kind}"] if kind else [])]
    if kind == "array":
        lines += ["    items:", "      type: string"]
    words = fill(str(field.description), 114, break_long_words=False, break_on_hyphens=False).split("\n")
    lines += ["    description: >-", *(f"      {line}" for line in words)]
    if not field.is_required():
        lines += [f"    {line}" for line in _yaml(default)]
    return "\n".join(lines) + "\n"


def _yaml(default: Any) -> list[str]:
    if not (default and isinstance(default, Mapping)):
        return ["default: none" if default is None else f"default: {json.dumps(default)}"]
    text = yaml.dump(default, Dumper=_ShortLists, sort_keys=False, allow_unicode=True, width=110)
    return ["default:", *(f"  {line}" for line in text.rstrip().split("\n"))]


class _ShortLists(yaml.SafeDumper):
    """YAML with each list on one line."""


_ShortLists.add_representer(
    list, lambda dumper, entries: dumper.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=True)
)


def _pulumi_type(field: FieldInfo) -> str:
    name = _type_name(field.annotation)
    if name.startswith("list"):
        return "array"
    if name == "object":
        # For this type the engine only accepts an object as default, and `{}` differs from a key that is not set.
        return "" if field.default is None else "object"
    # The default of an unset key is the string `none`, which is neither a boolean nor a number.
    return {"boolean": "boolean", "integer": "integer"}.get(name, "string") if field.default is not None else "string"


def _type_name(annotation: Any) -> str:
    """Return the name of a type for the tables: string, boolean, integer, object, list of ..."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in (str, bool, int):
        return {str: "string", bool: "boolean", int: "integer"}[annotation]
    if origin is list:
        return f"list of {_type_name(inner[0])}s"
    if origin is dict or (isinstance(annotation, type) and issubclass(annotation, Model)):
        return "object"
    return next((name for part in inner if (name := _type_name(part))), "")


# --- pages ------------------------------------------------------------------------------------------------------------


def _table(name: str, defaults: Mapping[str, Any]) -> str:
    """Return the table of one object: `stack` for the keys of a stack file, else a path such as `userPool.mfa`."""
    if name == "stack":
        rows = [
            (f"`{field.alias}`", _shown(field, defaults[str(field.alias)]), str(field.description))
            for field in Config.model_fields.values()
        ]
        return _rows(("key", "default", "description"), rows)
    model: type[Model] = Config
    for step in name.split("."):
        fields = {field.alias: field for field in model.model_fields.values()}
        model = model_within(fields[step]) or model
    head = ("key", "type", "default", "example", "description", "change")
    return _rows(head, [_row(field) for field in model.model_fields.values()])


def _row(field: FieldInfo) -> tuple[str, ...]:
    at = declared(field)
    says = str(field.description) + (f" Needs the {at.plan.capitalize()} plan." if at.plan else "")
    example = "" if at.example is None else f"`{field.alias}: {json.dumps(at.example)}`"
    return (
        f"`{field.alias}`",
        _type_name(field.annotation),
        _shown(field, _default(field)),
        example,
        says,
        _CHANGES[at.change],
    )


def _shown(field: FieldInfo, default: Any) -> str:
    if field.is_required():
        return "-"
    if default is None:
        return "none"
    if isinstance(default, Mapping) and default and field.alias in _IN_PROJECT:
        return ", ".join(f"`{key}`" for key in default)
    return f"`{json.dumps(default)}`"


def _rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines: list[tuple[str, ...]] = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


# --- editors ----------------------------------------------------------------------------------------------------------


def _json_schema() -> str:
    """Return the JSON schema of a stack file, for editors: `# yaml-language-server: $schema=`."""
    schema = _plain(Config.model_json_schema(by_alias=True))
    keys = {f"identity:{key}": value for key, value in schema["properties"].items()}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of identity",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": keys,
                "patternProperties": {"^(?!identity:)": {}},
                "additionalProperties": False,
            }
        },
        "$defs": schema["$defs"],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, default=written_value) + "\n"


def _plain(schema: Any) -> Any:
    """Remove titles, and the type `null` of keys that are not set: users never write it."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _plain(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    if made.get("default", "") is None:
        del made["default"]
    kinds = [kind for kind in made.get("anyOf", ()) if kind != {"type": "null"}]
    return {key: value for key, value in made.items() if key != "anyOf"} | kinds[0] if len(kinds) == 1 else made
