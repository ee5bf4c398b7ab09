"""Read Pulumi's YAML files as the CLI does, and refuse each value that the CLI and Python would read differently.

The CLI reads YAML 1.2 with its own rules, Python reads YAML 1.1: they differ on `yes`, `1:30`, `1e3` or `0o17`. A
duplicate key is an error in the CLI; Python takes the last one. All tools of this project read with this module.
"""

import difflib
import re
from pathlib import Path
from typing import Any

import yaml

from identity.namespace import NAMESPACE, ROOT, is_misspelt
from local import paths
from local.console import Failure

# The attributes of a stack file: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/
_ATTRIBUTES = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
_STACK_FILE = re.compile(r"Pulumi\..+\.yaml")
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_PLAIN_TEXT = re.compile(r"[A-Za-z][\w./:-]*")
_WORDS = {*_SWITCHES, "y", "n", "true", "false", "null"}
_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?0([xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)"
)
_PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST = 2**63
_MOST_VALUES = 100_000  # in a file, with aliases expanded; 300 APIs and 1,000 clients have a tenth of them


class Unreadable(Failure):
    """A file is not valid YAML, or is ambiguous. The message has the file, the line and the fix."""


def read(file: Path, name: str = "") -> Any:
    """Return the content of a file. The keys under `config:` have their namespace, which the CLI adds if omitted.

    Args:
        file: the file.
        name: the file's name in messages; default: its real name.

    Raises:
        Unreadable: if the content is not YAML, not UTF-8, or ambiguous.
        OSError: if the file cannot be read.
    """
    name = name or file.name
    try:
        text = file.read_text(encoding="utf-8")
        return _parsed(text, name)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name}: not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8.") from None
    except RecursionError:
        raise Unreadable(f"{name}: nested too deeply to be read. Fix the brackets.") from None
    except yaml.reader.ReaderError as error:
        line, letter = text[: error.position].count("\n") + 1, ord(text[error.position])
        raise Unreadable(
            f"{name}, line {line}: YAML does not allow this character (U+{letter:04X}). Remove it."
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Unreadable(
            f"{_place(mark) if mark else name}: not valid YAML: {error.problem}. "
            f"Fix that line (indentation, colons, quotes). See what changed: git diff {name}"
        ) from None


def config(file: Path) -> dict[str, Any]:
    """Return the map under `config:` of a stack file; empty for a file without settings.

    Raises:
        Unreadable: as in `read`, and if `config:` is not a map.
        OSError: if the file cannot be read.
    """
    content = read(file) or {}
    settings = content.get("config") or {} if isinstance(content, dict) else None
    if not isinstance(settings, dict):
        raise Unreadable(f"{file.name}: expected a map with `config:`, a map of settings. Fix it, then try again.")
    return settings


def write(file: Path, content: Any) -> None:
    """Write a YAML file that every YAML reader reads the same way."""
    paths.write_whole(file, text_of(content))


def text_of(content: Any) -> str:
    """Return YAML that every YAML reader reads the same way: strings are quoted where they could be another type."""
    return yaml.dump(content, Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=2**20)


class _Quoting(yaml.SafeDumper):
    """Quotes strings that may need it, and repeats values instead of writing aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _represented(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN_TEXT.fullmatch(text) and text.lower() not in _WORDS
    return dumper.represent_scalar(_TEXT, text, style=None if plain else '"')


_Quoting.add_representer(str, _represented)


class _Loader(yaml.SafeLoader):
    """Refuses each value and key that the CLI would read differently."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None):
            raise _error(event, f"a tag ({event.tag}) is not for these files. Remove it; quote strings.")
        if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            raise _error(event, "half of a character (\\ud800 to \\udfff) is no text. Write the whole one.")
        # `mode: on` is allowed, since AWS and the settings use it: the program accepts both readings.
        is_mode = isinstance(index, yaml.ScalarNode) and index.value == "mode"
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and not (is_mode and event.value in ("on", "off")):
            _check_plain(event, self.resolve(yaml.ScalarNode, event.value, event.implicit))  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        _check_keys(node)
        return node


def _parsed(text: str, name: str) -> Any:
    loader = _Loader(text)
    loader.name = name  # for the marks in error messages
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _values(node, {}) > _MOST_VALUES:
            raise _error(node, f"more than {_MOST_VALUES:,} values, the aliases (*) written out. Write fewer.")
        if _STACK_FILE.fullmatch(name):
            _check_attributes(node)
        config = _config_of(node)
        if config:
            _add_namespaces(config)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _values(node: yaml.Node, counted: dict[int, int]) -> int:
    """Count the values with all aliases expanded. Refuse an alias that contains itself."""
    known = counted.get(id(node))
    if known == 0:
        raise _error(node, "an alias (*) in here refers to the whole of it, which has no end. Write out what is meant.")
    if known is None:
        counted[id(node)] = 0  # marks a node that is being counted
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        flat = [part for pair in parts for part in pair] if isinstance(node, yaml.MappingNode) else parts
        known = counted[id(node)] = 1 + sum(_values(part, counted) for part in flat)
    return known


def _check_plain(event: yaml.ScalarEvent, tag: str) -> None:
    """Refuse an unquoted value that the CLI and Python read differently."""
    text, quoted = event.value, f'"{event.value}"'
    switch = _SWITCHES.get(text.lower())
    if switch and text in (text.lower(), text.upper(), text.capitalize()):
        raise _error(
            event,
            f"`{text}` is a string to Pulumi and {switch} to other readers. Write {switch}, or quote it: {quoted}.",
        )
    if _DATE.fullmatch(text):
        raise _error(event, f"`{text}` is a date, which no key accepts. Quote it: {quoted}.")
    number = _NUMBER.fullmatch(text[:1] + text[1:].replace("_", "")) or tag.rpartition(":")[2] in ("int", "float")
    if number and not (_PLAIN_NUMBER.fullmatch(text) and abs(float(text)) < _LARGEST):
        raise _error(
            event,
            f"`{text}` is not the same number to every reader. "
            f"Write it in plain decimal digits, such as 90 or 1.5, or quote it, if it is a string: {quoted}.",
        )
    if text == "=":
        raise _error(event, f"`=` is not a string to every reader. Quote it: {quoted}.")


def _check_keys(node: yaml.MappingNode) -> None:
    """Refuse a key that is not a string, or is a duplicate."""
    seen: dict[str, yaml.Node] = {}
    for key, _ in node.value:
        if key.tag == _MERGE:
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise _error(key, "a key has to be a string; received a list or a map. Fix the brackets.")
        if key.tag != _TEXT:
            raise _error(key, f'the key `{key.value}` is not a string. Quote it: "{key.value}".')
        _refuse_twice(seen, key.value, key)


def _check_attributes(node: yaml.Node) -> None:
    """Refuse a key beside `config:` that Pulumi would ignore."""
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in _ATTRIBUTES:
            continue
        namespace, _, name = key.value.rpartition(":")
        name = f"{ROOT}{name}" if not namespace or is_misspelt(namespace) else key.value
        meant = difflib.get_close_matches(key.value.casefold(), _ATTRIBUTES, n=1, cutoff=0.75)
        fix = f"Write `{meant[0]}`, once" if meant else f"Indent all its lines to put it under `config:`, as `{name}`"
        raise _error(key, f"`{key.value}` is ignored here, where Pulumi knows only: {', '.join(_ATTRIBUTES)}. {fix}.")


def _config_of(node: yaml.Node) -> yaml.MappingNode | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    settings = (value for key, value in pairs if key.value == "config" and isinstance(value, yaml.MappingNode))
    return next(settings, None)


def _add_namespaces(config: yaml.MappingNode) -> None:
    """Rename each key as the CLI does: the default namespace is the project's, and `a:config:b` means `a:b`."""
    seen: dict[str, yaml.Node] = {}
    for key, _ in config.value:
        if key.tag == _MERGE:
            continue
        namespace, found, name = key.value.partition(":")
        if not found:
            namespace, name = NAMESPACE, key.value
        elif is_misspelt(namespace):
            raise _error(key, f"`{key.value}` is ignored: the namespace is misspelt. Write {NAMESPACE}:{name}.")
        name = name.removeprefix("config:")
        if ":" in name:
            raise _error(
                key,
                f"`{key.value}` is not a key: keys are <namespace>:<name>. Write {namespace}:{name.split(':')[-1]}.",
            )
        key.value = f"{namespace}:{name}"
        _refuse_twice(seen, key.value, key)


def _refuse_twice(seen: dict[str, yaml.Node], name: str, key: yaml.Node) -> None:
    if name in seen:
        first = seen[name].start_mark.line + 1
        raise _error(key, f"the key `{name}` is a duplicate of line {first}. Keep one of the two.")
    seen[name] = key


def _error(what: Any, problem: str) -> Unreadable:
    return Unreadable(f"{_place(what.start_mark)}: {problem}")


def _place(mark: yaml.Mark) -> str:
    return f"{mark.name}, line {mark.line + 1}, column {mark.column + 1}"
