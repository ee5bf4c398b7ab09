"""Write what was found into the stack's state: by `pulumi import`, and then what an import cannot read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.adopt import adoption, place, show
from cli.adopt.adoption import Item, Standing
from cli.adopt.place import Deployment, Place
from cli.adopt.plan import Plan
from cli.adopt.report import Refused
from cli.adopt.suggest import suggestions
from identity import config as settings
from identity.errors import Problem
from local import paths


@dataclass(frozen=True)
class Sight:
    """All that one run of the command has seen: the stack as it was, every resource, and those that were chosen."""

    where: Place
    config: Mapping[str, str]
    exported: Deployment | None
    plan: Plan
    everything: tuple[Item, ...]
    chosen: tuple[Item, ...]

    @property
    def state(self) -> dict[str, Any]:
        return resources(self.exported)

    @cached_property
    def offered(self) -> dict[str, Any]:
        """The keys of the stack's file that would keep what is there."""
        return suggestions(self.everything, self.config, self.where.name)

    @property
    def open(self) -> list[Item]:
        """What is still to be done."""
        return [item for item in self.chosen if item.standing in (Standing.FOUND, Standing.INCOMPLETE)]

    @property
    def command(self) -> str:
        return f".venv/bin/python -m cli adopt --stack {self.where.stack}"


def resources(deployment: Deployment | None) -> dict[str, Any]:
    """URN -> resource of an exported state; none where there is no stack."""
    entries = ((deployment or {}).get("deployment") or {}).get("resources") or []
    return {entry["urn"]: entry for entry in entries if not entry.get("delete")}


def write_file(sight: Sight) -> Path:
    """Write the file that `pulumi import` takes, and say how."""
    stack = sight.where.stack
    file = place.files(stack) / "import.json"
    content = adoption.import_file(sight.plan, sight.chosen, sight.state)
    paths.write_whole(file, json.dumps(content, indent=2) + "\n")
    options = " ".join(place.IMPORT_OPTIONS)
    show.tell(
        f"\nWrote {file}\nBy hand: pulumi import --file {file} {options} --stack {stack}\n"
        f"and then {sight.command} --import, which adds what an import cannot read."
    )
    return file


def import_it(sight: Sight, file: Path) -> None:
    """Import, complete, and say what comes next.

    Raises:
        Refused: where the stack is not protected.
    """
    where = sight.where
    _refuse_unprotected(sight)
    if sight.exported is None:
        where.make()
    else:
        _back_up(sight)
    if any(item.standing is Standing.FOUND for item in sight.chosen):
        where.bring_in(file)
    after = where.export() or {}
    completed = adoption.complete(after, adoption.items(sight.plan, resources(after)))
    if completed:
        whole = place.files(where.stack) / "state-completed.json"
        paths.write_whole(whole, json.dumps(after, indent=2))
        where.replace(whole)
        whole.unlink()
    names = [item.name for item in sight.chosen if item.standing is Standing.FOUND]
    show.tell(f"\nAdopted, protected: {', '.join(names) or 'nothing new'}.", style="green")
    show.tell(f"Clients completed: {completed}.")
    _rest(sight)


def _refuse_unprotected(sight: Sight) -> None:
    """Adoption travels with protect: until the first `up` is through, nothing of it can be replaced or deleted."""
    stack = sight.where.stack
    if not settings.check(sight.config, sight.where.name)[0].protect:
        allowed = "true, so that `preview` refuses whatever would lose something"
        fix = "set it for the adoption; once `up` is through and its next preview is empty, it may be taken out again"
        problem = Problem("identity:protect", allowed, "false", fix)
        raise Refused(f"\nThe stack `{stack}` is not protected; nothing was changed.", [problem])


def _back_up(sight: Sight) -> None:
    stack = sight.where.stack
    file = place.files(stack) / f"state-{datetime.now():%Y%m%d-%H%M%S}.json"
    paths.write_whole(file, json.dumps(sight.exported, indent=2))
    show.tell(f"The state as it was: {file}. Back to it: pulumi stack import --file {file} --stack {stack}")


def _rest(sight: Sight) -> None:
    rest = [it.name for it in sight.everything if it.standing is Standing.FOUND and it not in sight.chosen]
    if rest:
        told = f"Still to be adopted, and before the next `up`, which would make them anew: {', '.join(rest)}."
        show.tell(told, style="yellow")
    preview = "make preview" if sight.where.local else f"pulumi preview --stack {sight.where.stack}"
    show.tell(f"Next: {preview} shows what `up` will change in place; it must show no replacement and no deletion.")
