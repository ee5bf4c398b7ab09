"""Describe the effects of a preview for users and apps. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from identity import facts
from local.values import changed

_URN = re.compile(r"\[urn=.*::([^:\]]+)\]")

# Users, shipped apps and bookmarks depend on the IDs of these resources, and a replacement gets new ones.
IRREPLACEABLE = {
    facts.USER_POOL: "every user in it would be deleted",
    facts.USER_POOL_DOMAIN: "sign-in on it would end, for every app that is configured with it",
    facts.USER_POOL_CLIENT: "its client id would be deleted, and every app that was shipped with it would fail",
}
_KINDS = {"create": "created", "update": "updated", "delete": "deleted", "import": "imported", "replace": "replaced"}
# In the order of the headline; the list of changes has the reverse order.
KINDS = {"created": "+", "imported": "=", "updated": "~", "replaced": "±", "deleted": "-"}


@dataclass(frozen=True)
class ResourceChange:
    """An AWS resource that the update would change.

    Args:
        kind: one of `KINDS`.
        what: the kind and name of the resource.
        fields: the properties that change.
        loss: what is lost, if the resource cannot be restored; else empty.
        values: a line for each changed value, old and new.
    """

    kind: str
    what: str
    fields: tuple[str, ...] = ()
    loss: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyFinding:
    """A policy violation; `level` is mandatory or advisory."""

    level: str
    policy: str
    resource: str
    message: str


@dataclass(frozen=True)
class Comparison:
    """The changes of one stack. `refusals` are the reasons why the update is impossible."""

    stack: str
    changes: tuple[ResourceChange, ...] = ()
    unchanged: int = 0
    words: tuple[str, ...] = ()
    findings: tuple[PolicyFinding, ...] = ()
    refusals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    diff: str = ""

    @property
    def fails(self) -> bool:
        return bool(self.refusals or self.losses)

    @property
    def headline(self) -> str:
        if self.refusals and not self.changes:
            return "refused"
        counts = {kind: sum(change.kind == kind for change in self.changes) for kind in KINDS}
        parts = [f"{count} {kind}" for kind, count in counts.items() if count]
        return ", ".join([*parts, f"{self.unchanged} unchanged"]) if parts else "nothing changes"


def compare(stack: str, preview: Mapping[str, Any], notes: Iterable[str] = ()) -> Comparison:
    """Return the comparison for the result of `cli.diff.rehearsal`."""
    resources = _resources(preview["steps"])
    changes = tuple(_change(step, kind) for step, kind in resources if kind != "unchanged")
    return Comparison(
        stack=stack,
        changes=tuple(sorted(changes, key=lambda change: (-list(KINDS).index(change.kind), change.what))),
        unchanged=sum(kind == "unchanged" for _, kind in resources),
        words=tuple(_effects([step for step, _ in resources])),
        findings=tuple(_finding(event) for event in preview["policies"]),
        refusals=tuple(preview["errors"]) or (() if preview["succeeded"] else ("the engine gave no reason",)),
        notes=(*notes, *preview.get("plan", ())),
        losses=tuple(f"{change.what} would be {change.kind}: {change.loss}." for change in changes if change.loss),
        diff=_lean(preview["diff"]),
    )


def alike_together(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Merge stacks with the same changes into one entry, with the diff of the first."""
    together: dict[Comparison, list[Comparison]] = {}
    for comparison in comparisons:
        together.setdefault(replace(comparison, stack="", diff=""), []).append(comparison)
    return [replace(alike[0], stack=", ".join(each.stack for each in alike)) for alike in together.values()]


def _finding(event: Mapping[str, Any]) -> PolicyFinding:
    resource = (event["resource_urn"] or "").rpartition("::")[2]
    return PolicyFinding(event["enforcement_level"], event["policy_name"], resource, event["message"])


def _resources(steps: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Return each AWS resource once, with its kind of change.

    The engine replaces a resource in several steps; the step `replace` has both the old and the new inputs.
    """
    found: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
    for step in steps:
        key = (step["type"], _name(step))
        if step["type"].startswith("aws:") and (key not in found or step["op"] == "replace"):
            found[key] = step, "replaced" if "replace" in step["op"] else _KINDS.get(step["op"], "unchanged")
    return list(found.values())


def _name(step: Mapping[str, Any]) -> str:
    return str(step["urn"]).rpartition("::")[2]


def _side(step: Mapping[str, Any], side: str, part: str = "inputs") -> Mapping[str, Any]:
    """Return the `old` or `new` inputs of a resource; empty if it does not exist on that side."""
    return (step[side] or {}).get(part) or {}


def _change(step: Mapping[str, Any], kind: str) -> ResourceChange:
    loss = IRREPLACEABLE.get(step["type"], "") if kind in ("replaced", "deleted") else ""
    fields = tuple(sorted(step["diffs"] or ())) if kind in ("updated", "replaced") else ()
    values = tuple(changed(_side(step, "old"), _side(step, "old", "outputs"), _side(step, "new"), fields))
    return ResourceChange(kind, _called(step), fields, loss, values)


def _called(step: Mapping[str, Any]) -> str:
    """Return the kind and name of a resource, for messages."""
    inputs, name = {**_side(step, "old"), **_side(step, "new")}, _name(step)
    names = {
        facts.USER_POOL: f"user pool {inputs.get('name', name)}",
        facts.USER_POOL_DOMAIN: f"sign-in domain {_side(step, 'old').get('domain') or inputs.get('domain', name)}",
        facts.USER_POOL_CLIENT: f"client {name.partition('-client-')[2] or name}",
        facts.RESOURCE_SERVER: f"API {name.partition('-server-')[2] or name}",
        facts.CERTIFICATE: f"certificate of {inputs.get('domainName', name)}",
        facts.RECORD: f"DNS record {name}",
    }
    return names.get(step["type"], f"{step['type'].rpartition(':')[2]} {name}")


def _effects(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Describe the changes of scopes and URLs for the developers of APIs and apps."""
    had, has = _scopes(steps, "old"), _scopes(steps, "new")
    yield from (f"scope {scope} added" for scope in sorted(has - had))
    yield from (f"scope {scope} removed: no app can ask for it any more" for scope in sorted(had - has))
    # A deleted client is already in the list of changes.
    clients = [step for step in steps if step["type"] == facts.USER_POOL_CLIENT and step["op"] != "delete"]
    clients.sort(key=_called)
    for client in clients:
        yield from _urls(client, "callback URL", "callbackUrls", ": sign-in that comes back there fails")
        more, fewer = _more_and_fewer(client, "allowedOauthScopes")
        if more:
            yield f"{_called(client)}: may ask for {', '.join(more)}"
        if fewer:
            yield f"{_called(client)}: may no longer ask for {', '.join(fewer)}"
    for client in clients:
        yield from _urls(client, "logout URL", "logoutUrls")


def _urls(client: Mapping[str, Any], kind: str, name: str, lost: str = "") -> Iterator[str]:
    more, fewer = _more_and_fewer(client, name)
    yield from (f"{_called(client)}: {kind} {url} added" for url in more)
    yield from (f"{_called(client)}: {kind} {url} removed{lost}" for url in fewer)


def _more_and_fewer(step: Mapping[str, Any], name: str) -> tuple[list[str], list[str]]:
    """Return the values added to a list, and those removed from it."""
    old, new = (_side(step, side).get(name) or [] for side in ("old", "new"))
    return [text for text in new if text not in old], [text for text in old if text not in new]


def _scopes(steps: Iterable[Mapping[str, Any]], side: str) -> set[str]:
    """Return the full names of all scopes of the APIs."""
    apis = [_side(step, side) for step in steps if step["type"] == facts.RESOURCE_SERVER]
    return {f"{api['identifier']}/{scope['scopeName']}" for api in apis for scope in api.get("scopes", [])}


def _lean(diff: str) -> str:
    """Return the engine's diff with resource names in place of URNs, without outputs and policies.

    The outputs would repeat the resources in long lines; the summary has both.
    """
    kept, dropping = [], False
    for line in diff.splitlines():
        text = line.strip()
        if text == "--outputs:--":
            dropping = True
        elif not line.startswith((" ", "\t")):
            dropping = text.startswith("Policy Packs run")
        if not dropping and not text.startswith(("Previewing update", "[provider=")):
            kept.append(_URN.sub(r"[\1]", line))
    return "\n".join(kept).strip("\n")
