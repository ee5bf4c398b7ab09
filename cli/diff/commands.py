"""`make diff`: deploy the base on the emulator, preview this checkout on it, summarize the changes."""

import json
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from shlex import quote

import click

from cli.diff import render
from cli.diff.changes import Comparison, alike_together, compare
from cli.diff.copies import Broken, Revision, Sandbox, commit_of
from cli.diff.stacks import moved, region_of
from local import pulumi_cli
from local.console import Failure, give, say

_STACK_FILE = re.compile(r"Pulumi\.([^/]+)\.yaml")


@click.command()
@click.argument("base", default="main")
@click.option("--stack", "stacks", multiple=True, help="Only this one; else every stack that has a file.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write it here as Markdown as well.")
def diff(base: str, stacks: tuple[str, ...], markdown: Path | None) -> int:
    """Show what this checkout, with uncommitted changes, would change compared with BASE.

    Each stack is deployed by the base's code on a separate emulator, and previewed by this checkout's code.
    This needs no cloud account and no secrets.

    Exit status: 0; 1 where a user pool, sign-in domain or client would be deleted or replaced, or where this checkout
    cannot be deployed at all, or where the comparison fails; 2 where there is no such revision or stack.
    """
    if markdown and not markdown.parent.is_dir():  # checked first, because a comparison takes minutes
        raise click.BadParameter(
            f"there is no folder {markdown.parent}. Make it: mkdir -p {quote(str(markdown.parent))}",
            param_hint="--markdown",
        )
    revision = Revision(commit_of(base))
    pulumi_cli.find()  # first: a build of the CLI would exceed the time limit of a command in a copy
    try:
        comparisons = _comparisons(base, revision, stacks)
    except subprocess.SubprocessError as error:
        raise Failure(f"The comparison could not be made: {error}. Fix that, then try again.") from None
    give(render.as_text(base, comparisons))
    if markdown:
        markdown.write_text(render.as_markdown(base, comparisons), encoding="utf-8")
    return 1 if any(comparison.fails for comparison in comparisons) else 0


def _comparisons(base: str, revision: Revision, stacks: tuple[str, ...]) -> list[Comparison]:
    names = {*revision.names(), *Revision(None).names()}
    known = sorted(found[1] for name in names if (found := _STACK_FILE.fullmatch(name)))
    for unknown in set(stacks).difference(known):
        raise click.BadParameter(
            f"there is no Pulumi.{unknown}.yaml. There are stacks {', '.join(known)}.", param_hint="--stack"
        )
    with tempfile.TemporaryDirectory(prefix="identity-diff-") as directory:
        chosen = dict.fromkeys(stacks or known)
        return alike_together([_compared(base, revision, Path(directory, name), name) for name in chosen])


def _compared(base: str, revision: Revision, directory: Path, stack: str) -> Comparison:
    """Deploy a stack of the base, and preview this checkout on it; without a base, preview this checkout alone."""
    say(f"Comparing {stack} ...")
    with Sandbox(directory / "base-and-head", stack) as place:
        region, note = _base_deployed(place, base, revision)
        if not note:
            return _previewed(place, region, ())
    # The rest of a failed update would confuse: preview this checkout alone, on an empty emulator.
    with Sandbox(directory / "head", stack) as place:
        return _previewed(place, None, (note,))


def _base_deployed(place: Sandbox, base: str, revision: Revision) -> tuple[str | None, str]:
    """Deploy the base; return its region, and a note with the reason if there is nothing to deploy or it failed."""
    known = place.place(revision)
    if not place.has_the_program():
        return None, f"{base} has no such program yet. All of it is new."
    if not known:
        return None, f"{base} has no Pulumi.{place.stack}.yaml. The whole stack is new."
    try:
        place.up()
    except Broken as broken:
        return None, (
            f"{base} cannot be deployed, so this shows the whole stack of this checkout. The error of {base}:\n{broken}"
        )
    return region_of(place.root, place.stack), ""


def _previewed(place: Sandbox, old_region: str | None, notes: tuple[str, ...]) -> Comparison:
    if not place.place(Revision(None)):
        removed = f"Pulumi.{place.stack}.yaml was removed. Its resources stay in AWS, unmanaged."
        return Comparison(place.stack, notes=(*notes, removed))
    try:
        comparison = compare(place.stack, json.loads(place.preview()), notes)
    except Broken as broken:
        return Comparison(place.stack, refusals=(str(broken),), notes=notes)
    move = moved(old_region, region_of(place.root, place.stack))
    return replace(comparison, losses=(*comparison.losses, move)) if move else comparison
