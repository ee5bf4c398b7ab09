"""Imports existing resources into a stack's state, with the import file that a preview writes."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from shlex import quote
from typing import Any

from cli.adopt.place import Place, resources_of
from cli.adopt.things import Thing
from identity import facts
from local import paths
from local.console import Failure, say

_SECRET = "generateSecret"  # noqa: S105
# The record that Pulumi's provider bridge keeps of its last read. Without it, the bridge uses the outputs.
_BRIDGE = "__pulumi_raw_state_delta"


def bring_in(where: Place, before: dict[str, Any], things: Mapping[str, Thing], only: Collection[str]) -> None:
    """Import into the state, complete the imported clients, and print the next command.

    Args:
        where: the stack.
        before: the deployment of the stack.
        things: the live resources by logical name.
        only: the logical names to import; empty for all.
    """
    if before:
        _back_up(where, before)
    completed = complete(where, before, things.values())  # clients imported by hand would fail the preview
    file, names, missing = _import_file(where, things, only)
    if names:
        where.bring_in(file)
        completed += complete(where, where.export(), things.values())
    if not names and not completed:
        say(f"Already adopted: the state of the stack `{where.stack}` has all existing resources.", style="green")
    else:
        say(f"Imported, protected: {', '.join(names) or 'nothing new'}. Clients completed: {completed}.", style="green")
    if missing:
        say(f"Not imported, so the next `up` creates it: {', '.join(missing)}.", style="yellow")
    preview = "make preview" if where.local else f"pulumi preview --diff --stack {where.stack}"
    say(f"Next: {preview} must show no replacement and no deletion. After `up`, the preview must be empty.")


def _import_file(where: Place, things: Mapping[str, Thing], only: Collection[str]) -> tuple[Any, list[str], list[str]]:
    """Write the import file. Return its path, the names in it, and the names not in it: not chosen or not in AWS."""
    made = where.would_make()
    components = [resource for resource in made["resources"] if resource.get("component")]
    single = [resource for resource in made["resources"] if not resource.get("component")]
    named = {str(resource.get("logicalName") or resource["name"]): resource for resource in single}
    if unknown := sorted(set(only) - named.keys()):
        there = ", ".join(sorted(named)) or "none"
        raise Failure(f"No such resource to import: {', '.join(unknown)}. Resources to import: {there}.")
    names = [name for name in named if name in things and (not only or name in only)]
    chosen = [{**named[name], "id": things[name].import_id} for name in names]
    wanted, used = ({resource.get("parent") for resource in some} for some in (chosen, made["resources"]))
    # The components of the chosen resources, and components without resources.
    parents = [component for component in components if component["name"] in wanted or component["name"] not in used]
    content = {"nameTable": made.get("nameTable", {}), "resources": [*parents, *chosen]}
    file = where.files / "import.json"
    paths.write_whole(file, json.dumps(content, indent=2) + "\n")
    return file, names, [name for name in named if name not in names]


def complete(where: Place, whole: dict[str, Any], things: Iterable[Thing]) -> int:
    """Set `generateSecret` on each client of the state that lacks it. Return the number of these clients.

    The AWS provider does not read `generateSecret` on import, and would then replace the client
    (https://github.com/hashicorp/terraform-provider-aws/issues/20298). `ignore_changes` is no solution: it would have
    to stay in the program, hide intended changes, and leave policies and the guard without this value.

    Args:
        where: the stack.
        whole: the deployment of the stack; changed in place.
        things: the live resources.
    """
    secrets = {thing.own_id: thing.outputs[_SECRET] for thing in things if thing.type == facts.USER_POOL_CLIENT}
    clients = [resource for resource in resources_of(whole) if resource["type"] == facts.USER_POOL_CLIENT]
    lacking = [client for client in clients if _SECRET not in (client.get("outputs") or {})]
    unknown = [client for client in lacking if client.get("id") in secrets]  # a client not created yet has no id
    for client in unknown:
        for side in ("inputs", "outputs"):
            client.setdefault(side, {})[_SECRET] = secrets[client["id"]]
        client["outputs"].pop(_BRIDGE, None)
    if unknown:
        where.replace(whole)
    return len(unknown)


def _back_up(where: Place, whole: Mapping[str, Any]) -> None:
    file = where.files / f"state-{datetime.now():%Y%m%d-%H%M%S}.json"
    paths.write_whole(file, json.dumps(whole, indent=2))
    restore = f"pulumi stack import --file {quote(str(file))} --stack {where.stack}"
    say(f"Backup of the state: {file}. To restore it: {restore}")
