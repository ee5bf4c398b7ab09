"""Show a comparison in a terminal, or as Markdown for a pull request: first the summary, then the diffs."""

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli.diff.changes import KINDS, Comparison, PolicyFinding

_WORDS_SHOWN = 40  # one screen; the diff shows all
ALARM = "THIS WOULD CAUSE A LOSS THAT CANNOT BE UNDONE"
REFUSED = "THIS CANNOT BE DEPLOYED"


def as_text(base: str, comparisons: Sequence[Comparison]) -> str:
    """Return the comparisons as text for a terminal."""
    return _TEMPLATES.get_template("text.jinja").render(base=base, comparisons=comparisons).removesuffix("\n")


def as_markdown(base: str, comparisons: Sequence[Comparison]) -> str:
    """Return the comparisons as Markdown for a pull request."""
    return _TEMPLATES.get_template("markdown.jinja").render(base=base, comparisons=comparisons)


def _short(words: Sequence[str], called: str) -> Sequence[str]:
    if len(words) <= _WORDS_SHOWN:
        return words
    return [*words[:_WORDS_SHOWN], f"and {len(words) - _WORDS_SHOWN} more of {called}"]


def _first_line(finding: PolicyFinding) -> str:
    lines = [line.strip() for line in finding.message.splitlines() if line.strip()]
    # The engine puts the policy's description first, then the violation.
    wrong = next((line for line in lines if line.startswith(f"{finding.resource}:")), lines[0] if lines else "")
    return f"{finding.policy} ({finding.level}): {wrong}"


def _code(text: str) -> str:
    """Return inline code, with more backticks around it than the text contains."""
    flat = " ".join(text.split())
    fence, space = _fence(flat, 1), " " if "`" in flat else ""
    return f"{fence}{space}{flat}{space}{fence}"


def _block(text: str, language: str) -> str:
    fence = _fence(text, 3)
    return "\n".join([f"{fence}{language}", *text.splitlines(), fence])


def _fence(text: str, least: int) -> str:
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _signs_first(diff: str) -> str:
    """Move the engine's signs to the start of a line, because Markdown colours a diff by the first character."""
    marks = {"~": "!", "+": "+", "++": "+"}
    return re.sub(r"(?m)^( +)(\+-|-\+|\+\+|--|[+~-])(?= )", lambda m: f"{marks.get(m[2], '-')}{m[1][1:]}{m[2]}", diff)


_TEMPLATES = Environment(  # noqa: S701 - neither is HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
)
_TEMPLATES.globals |= {"KINDS": KINDS, "ALARM": ALARM, "REFUSED": REFUSED}
_TEMPLATES.filters |= {
    "short": _short,
    "first_line": _first_line,
    "code": _code,
    "block": _block,
    "signs_first": _signs_first,
}
