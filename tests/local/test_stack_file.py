"""A stack file means the same to Pulumi's CLI and to this project's tools, or is refused with the line number."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.diff import stacks
from local import paths, project, stack_file
from local.console import Failure
from tests.support.program import config_errors

ROOT = Path(__file__).parents[2]

SWITCHES = [form for word in ("yes", "no", "on", "off") for form in (word, word.upper(), word.capitalize())]
# The YAML parsers of Python and of the CLI disagree about these, or they look too similar to such values.
NUMBERS = ["1:30", "1:30:15", "1:30.5", "0o17", "017", "018", "1e3", "1.5e3", "1.5e+3", "1_000", "0x1F", "0X1F", "0b11"]
NUMBERS += ["+0x1", "5.", ".5", "1.0", ".inf", "-.inf", ".nan", "9223372036854775808", "1_0.5", "-017"]
DATES = ["2024-01-31", "2024-1-3", "2024-01-31T10:20:30Z", "2024-01-31 10:20:30"]
TEXTS = [
    "yEs",
    "y",
    "n",
    "oN",
    "1:x",
    "v1",
    "10.0.0.1",
    "1.2.3",
    "a:b",
    "https://a.example/b",
    "300s",
    "30d",
    "2024",
    "_1",
    "0oa1b2",
    "0b2",
]


def _text(value: str, indent: str = "") -> str:
    return f"config:\n{indent}  identity:product: focusmark\n{indent}  identity:tags: {{a: b, c: {value}}}\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Any]:
    def read_text(text: str) -> Any:
        (tmp_path / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
        return stack_file.read(tmp_path / "Pulumi.dev.yaml")

    return read_text


@pytest.mark.parametrize("value", [*SWITCHES, *NUMBERS, *DATES, "=", "!!str 5", "!x y", "!!binary aGk="])
def test_a_value_that_is_read_in_two_ways_is_refused_with_its_line(read: Callable[[str], Any], value: str) -> None:
    with pytest.raises(stack_file.Unreadable) as refused:
        read(_text(value))
    assert str(refused.value).startswith("Pulumi.dev.yaml, line 3, column ")
    assert any(way in str(refused.value) for way in ("Quote it", "quote it", "quote strings"))


@pytest.mark.parametrize("value", [*SWITCHES, *NUMBERS, *DATES, "="])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_in_quotes_it_is_the_text(read: Callable[[str], Any], value: str, quote: str) -> None:
    assert read(_text(f"{quote}{value}{quote}"))["config"]["identity:tags"]["c"] == value


@pytest.mark.parametrize("value", TEXTS)
def test_what_is_a_text_to_both_is_taken(read: Callable[[str], Any], value: str) -> None:
    assert read(f"config:\n  identity:a: {value}\n")["config"]["identity:a"] == yaml.safe_load(value)


@pytest.mark.parametrize("value", ["true", "False", "25", "-3", "+7", "0", "1.5", "-0.25", "null", "~", "123456789012"])
def test_plain_values_are_taken(read: Callable[[str], Any], value: str) -> None:
    assert read(f"config:\n  identity:a: {value}\n")["config"]["identity:a"] == yaml.safe_load(value)


@pytest.mark.parametrize("key", [*SWITCHES, "1", "1:30", "true", "~", "null", "1.5", "2024-01-31", "[a]", "{a: b}"])
def test_a_key_that_is_no_text_is_refused_with_its_line(read: Callable[[str], Any], key: str) -> None:
    with pytest.raises(stack_file.Unreadable, match=r"^Pulumi\.dev\.yaml, line 3, column "):
        read(f"config:\n  identity:clients:\n    ? {key}\n    : x\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("config:\n  identity:product: a\n  identity:product: b\n", 3),
        ("config:\n  identity:product: a\n  'identity:product': a\n", 3),
        ("config:\n  identity:product: a\nconfig:\n  identity:product: a\n", 3),
        ("config:\n  identity:product: a\n  product: a\n", 3),
        ("config:\n  identity:product: a\n  identity:config:product: a\n", 3),
        ("config:\n  identity:clients:\n    a:\n      flow: code\n      scopes: []\n      flow: code\n", 6),
        ("config:\n  identity:clients: {a: {}, a: {}}\n", 2),
    ],
)
def test_a_key_that_is_there_twice_is_refused_with_its_line(read: Callable[[str], Any], text: str, line: int) -> None:
    with pytest.raises(stack_file.Unreadable, match=rf"line {line}, .* is a duplicate of line"):
        read(text)


@pytest.mark.parametrize("namespace", ["identiy", "Identity", "identify", "idenity", "IDENTITY", "identitiy"])
def test_a_misspelt_namespace_is_told(read: Callable[[str], Any], namespace: str) -> None:
    with pytest.raises(stack_file.Unreadable, match=r"line 2, .* Write identity:protect"):
        read(f"config:\n  {namespace}:protect: true\n")


@pytest.mark.parametrize(
    "text", ["identity:tags: {team: shop}\nconfig: {}\n", "config: {}\nidentity:tags: {team: shop}\n"]
)
def test_a_setting_beside_config_is_told(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(stack_file.Unreadable, match=r"`identity:tags` .* under `config:`"):
        read(text)


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("protect", "under `config:`, as `identity:protect`"),
        ("clients", "under `config:`, as `identity:clients`"),
        ("identiy:protect", "under `config:`, as `identity:protect`"),
        ("aws:region", "under `config:`, as `aws:region`"),
        ("Config", "Write `config`, once"),
        ("encryptionSalt", "Write `encryptionsalt`, once"),
    ],
)
@pytest.mark.parametrize("text", ["config: {{}}\n\n{}: {{}}\n", "config:\n  aws:region: x\n{}: true\nmore: 1\n"])
def test_a_key_beside_config_that_pulumi_would_ignore_is_told(
    read: Callable[[str], Any], key: str, fix: str, text: str
) -> None:
    with pytest.raises(
        stack_file.Unreadable, match=rf"line 3, column 1: `{key}` is ignored here.*: config, .*"
    ) as told:
        read(text.format(key))
    assert fix in str(told.value)


@pytest.mark.parametrize("key", ["secretsprovider", "encryptedkey", "encryptionsalt", "environment"])
def test_what_pulumi_has_beside_config_stays(read: Callable[[str], Any], key: str) -> None:
    assert read(f"config: {{}}\n{key}: x\n") == {"config": {}, key: "x"}


@pytest.mark.parametrize("key", ["aws:region", "aws-native:region", "pulumi:disable-default-providers", "other:key"])
def test_the_namespaces_of_others_stay(read: Callable[[str], Any], key: str) -> None:
    assert read(f"config:\n  {key}: x\n") == {"config": {key: "x"}}


@pytest.mark.parametrize("key", ["protect", "identity:protect", "identity:config:protect"])
def test_a_key_has_the_name_that_the_cli_gives_it(read: Callable[[str], Any], key: str) -> None:
    assert read(f"config:\n  {key}: true\n") == {"config": {"identity:protect": True}}


@pytest.mark.parametrize(
    "text", ["config: [", "config:\n\ta: 1\n", "a: b: c\n", "- [" * 2000, "a: *b\n", "a: =\n", "--- a\n--- b\n"]
)
def test_what_is_no_yaml_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(stack_file.Unreadable, match=r"^Pulumi\.dev\.yaml"):
        read(text)


def test_the_files_of_this_checkout_are_read_as_they_are() -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        assert stack_file.read(file) == yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [_text("yes"), _text("1:30"), "config:\n  identity:product: a\n  product: b\n"])
def test_every_tool_refuses_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    for name in ("Pulumi.local.yaml", "Pulumi.dev.yaml"):
        (tmp_path / name).write_text(text)
    with pytest.raises(Failure, match=r"Pulumi\.local\.yaml, line 3"):
        project.read("Pulumi.local.yaml")
    with pytest.raises(Failure, match=r"Pulumi\.dev\.yaml, line 3"):
        stack_file.config(tmp_path / "Pulumi.dev.yaml")
    assert stacks.region_of(tmp_path, "dev") is None


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=12) | st.integers(-99, 99) | st.booleans() | st.none()))
def test_what_is_written_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> None:
    file = tmp_path_factory.mktemp("written") / "a.yaml"
    content = {"values": [{key: value} for key, value in values.items()]}
    stack_file.write(file, content)
    assert stack_file.read(file) == content


@pytest.mark.parametrize(
    "value", [*SWITCHES, *NUMBERS, *DATES, "y", "true", "null", "~", "", " a", "a: b", "a #b", "é"]
)
def test_a_text_is_written_as_one(tmp_path: Path, value: str) -> None:
    stack_file.write(tmp_path / "a.yaml", {value: value})
    assert stack_file.read(tmp_path / "a.yaml") == {value: value}


LEVELS = "".join(f"    l{at}: &l{at} [{', '.join([f'*l{at - 1}'] * 9)}]\n" for at in range(1, 9))
ENDLESS = {
    "in itself": ("config:\n  tags: &t\n    a: *t\n", "line 2", "has no end"),
    "in a list in itself": ("config:\n  a: &t [1, [2, *t]]\n", "line 2", "has no end"),
    "in a merge": ("config: &t\n  a: {<<: *t}\n", "line 1", "has no end"),
    "larger at each level": (f"config:\n  tags:\n    l0: &l0 [x, x, x]\n{LEVELS}", "line 1", "Write fewer"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_aliases_without_end_are_refused_in_no_time(read: Callable[[str], Any], name: str) -> None:
    text, *told = ENDLESS[name]
    with pytest.raises(stack_file.Unreadable) as refused:
        read(text)
    assert all(word in str(refused.value) for word in told)


def test_an_alias_is_what_it_refers_to(read: Callable[[str], Any]) -> None:
    assert read("config:\n  a: &t {b: c}\n  d: *t\n  e: {<<: *t}\n")["config"] == {
        f"identity:{key}": {"b": "c"} for key in "ade"
    }


ODD_LETTERS = {
    "\x07": ("line 3", "U+0007"),
    "\x00": ("line 3", "U+0000"),
    "\ufffe": ("line 3", "U+FFFE"),
    '"\\ud83d"': ("line 3", "half of a character"),
}


@pytest.mark.parametrize("letters", ODD_LETTERS)
def test_letters_that_are_none_are_refused_with_their_line(read: Callable[[str], Any], letters: str) -> None:
    with pytest.raises(stack_file.Unreadable) as refused:
        read(_text(letters))
    assert all(word in str(refused.value) for word in ODD_LETTERS[letters])


@pytest.mark.parametrize("key", ["identity:a:b", "a:b:c", "identity:config:a:b", "identity:config:config:a"])
def test_a_key_with_more_than_a_namespace_is_refused(read: Callable[[str], Any], key: str) -> None:
    with pytest.raises(stack_file.Unreadable, match=r"line 2.*<namespace>:<name>"):
        read(f"config:\n  {key}: x\n")


@pytest.mark.parametrize(("word", "read_as"), [("on", True), ("off", False)])
def test_the_mode_of_a_second_factor_needs_no_quotes(tmp_path: Path, word: str, read_as: bool) -> None:
    """The program reads a mode of true as on, and false as off."""
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(f"config:\n  identity:userPool:\n    mfa: {{mode: {word}, totp: {str(read_as).lower()}}}\n")
    assert stack_file.read(file)["config"]["identity:userPool"]["mfa"]["mode"] is read_as
    pool = {"mfa": {"mode": read_as, "totp": read_as}}
    assert config_errors({"product": "acme", "userPool": pool}) == []
