"""How a comparison is shown: in a terminal, and as Markdown for a pull request. The summary first, then the diffs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cli.diff.changes import Comparison, PolicyFinding

_SIGNS = {"created": "+", "imported": "=", "updated": "~", "replaced": "±", "deleted": "-"}
_WORDS_SHOWN = 40  # one screen; the diff has them all
ALARM = "THIS WOULD CAUSE A LOSS THAT CANNOT BE UNDONE"
REFUSED = "THIS CANNOT BE DEPLOYED"


def as_text(base: str, comparisons: Sequence[Comparison]) -> str:
    """For a terminal."""
    lines = [f"This checkout compared with {base}:"]
    for comparison in comparisons:
        lines += ["", f"{comparison.stack}: {comparison.headline}"]
        lines += [f"  {line}" for line in _summary(comparison)]
    for comparison in comparisons:
        if comparison.changes and comparison.diff:
            lines += ["", f"--- Pulumi's diff of {comparison.stack} ---", comparison.diff]
    return "\n".join(lines)


def _summary(comparison: Comparison) -> Iterator[str]:
    if comparison.losses:
        yield f"!!! {ALARM} !!!"
        yield from (f"!!! {loss}" for loss in comparison.losses)
    if comparison.refusals:
        yield f"!!! {REFUSED} !!!"
        for refusal in comparison.refusals:
            yield from refusal.splitlines()
    yield from (f"note: {note}" for note in comparison.notes)
    for change in comparison.changes:
        fields = f" ({', '.join(change.fields)})" if change.fields else ""
        yield f"{_SIGNS[change.kind]} {change.what}: {change.kind}{fields}"
        yield from (f"    {value}" for value in _short(change.values, "values"))
    yield from (f"* {word}" for word in _short(comparison.words))
    yield from (f"policy {_first_line(finding)}" for finding in comparison.findings)


def as_markdown(base: str, comparisons: Sequence[Comparison]) -> str:
    """For a pull request. Whatever comes from the revisions is shown as code, so that it can be nothing else."""
    lines = [f"## Compared with {_code(base)}"]
    for comparison in comparisons:
        lines += ["", f"### {_code(comparison.stack)}: {comparison.headline}", *_paragraphs(comparison)]
    for comparison in comparisons:
        if comparison.changes and comparison.diff:
            summary = f"<summary>Pulumi's diff of {comparison.stack}</summary>"
            lines += ["", f"<details>{summary}", "", *_block(_signs_first(comparison.diff), "diff"), "", "</details>"]
    return "\n".join(lines) + "\n"


def _paragraphs(comparison: Comparison) -> Iterator[str]:
    if comparison.losses:
        yield from ("", "> [!CAUTION]", f"> **{ALARM.capitalize()}**", ">")
        yield from (f"> - {_code(loss)}" for loss in comparison.losses)
    if comparison.refusals:
        yield from ("", "> [!CAUTION]", f"> **{REFUSED.capitalize()}**", "")
        for refusal in comparison.refusals:
            yield from _block(refusal, "text")
    if comparison.notes:
        yield from ("", "> [!NOTE]", *(f"> {line}" for note in comparison.notes for line in _block(note, "text")))
    if comparison.changes:
        yield ""
    for change in comparison.changes:
        fields = f": {', '.join(map(_code, change.fields))}" if change.fields else ""
        kind = f"**{change.kind.upper()}**" if change.loss else change.kind
        yield f"- {_code(change.what)} {kind}{fields}"
        yield from (f"  - {_code(value)}" for value in _short(change.values, "values"))
    if comparison.words:
        yield from ("", "For APIs and apps:", "")
        yield from (f"- {_code(word)}" for word in _short(comparison.words))
    if comparison.findings:
        yield from ("", "Policies:", "")
        yield from (f"- {_code(_first_line(finding))}" for finding in comparison.findings)


def _short(words: Sequence[str], called: str = "scopes and URLs") -> Iterable[str]:
    if len(words) <= _WORDS_SHOWN:
        return words
    return [*words[:_WORDS_SHOWN], f"and {len(words) - _WORDS_SHOWN} more of {called}"]


def _first_line(finding: PolicyFinding) -> str:
    lines = [line.strip() for line in finding.message.splitlines() if line.strip()]
    # The engine puts what the rule demands first, then what is wrong.
    wrong = next((line for line in lines if line.startswith(f"{finding.resource}:")), lines[0] if lines else "")
    return f"{finding.policy} ({finding.level}): {wrong}"


def _code(text: str) -> str:
    """Inline code that its own text cannot end."""
    flat = " ".join(text.split())
    fence, space = _fence(flat, 1), " " if "`" in flat else ""
    return f"{fence}{space}{flat}{space}{fence}"


def _block(text: str, language: str) -> list[str]:
    fence = _fence(text, 3)
    return [f"{fence}{language}", *text.splitlines(), fence]


def _fence(text: str, least: int) -> str:
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _signs_first(diff: str) -> str:
    """The engine indents its signs; a diff is coloured by the first letter of a line."""
    return re.sub(r"(?m)^( +)(\+-|-\+|\+\+|--|[+~-])(?= )", lambda m: f"{_plain_sign(m[2])}{m[1][1:]}{m[2]}", diff)


def _plain_sign(sign: str) -> str:
    return {"~": "!", "+-": "-", "-+": "-", "++": "+", "--": "-"}.get(sign, sign)
