"""Describes the effects of a preview for users and apps. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from identity import facts
from local.values import changed

_URN = re.compile(r"\[urn=.*::([^:\]]+)\]")

# Users, shipped apps and bookmarks depend on their ids: a replacement cannot bring them back.
IRREPLACEABLE = {
    facts.USER_POOL: "every user in it would be deleted",
    facts.USER_POOL_DOMAIN: "sign-in on it would end, for every app that is configured with it",
    facts.USER_POOL_CLIENT: "its client id would be deleted, and every app that was shipped with it would fail",
}
_KINDS = {"create": "created", "update": "updated", "delete": "deleted", "import": "imported", "replace": "replaced"}
KINDS = ("created", "imported", "updated", "replaced", "deleted")


@dataclass(frozen=True)
class ResourceChange:
    """One resource in AWS that the update would change.

    Args:
        kind: one of `KINDS`.
        what: the resource, by its kind and name.
        fields: which of its settings change.
        loss: what its end means, where it cannot be had back; else empty.
        values: a line for each value that changes, old and new.
    """

    kind: str
    what: str
    fields: tuple[str, ...] = ()
    loss: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyFinding:
    """What a policy says: `level` is mandatory or advisory."""

    level: str
    policy: str
    resource: str
    message: str


@dataclass(frozen=True)
class Comparison:
    """What becomes of one stack. `refusals` are the reasons why the update could not be done at all."""

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
    """Read what `cli.diff.rehearsal` has written."""
    things = _things(preview["steps"])
    changes = tuple(_change(step, kind) for step, kind in things if kind != "unchanged")
    steps = [step for step, _ in things]
    return Comparison(
        stack=stack,
        changes=tuple(sorted(changes, key=lambda change: (-KINDS.index(change.kind), change.what))),
        unchanged=sum(kind == "unchanged" for _, kind in things),
        words=tuple(_words(preview["steps"], steps)),
        findings=tuple(PolicyFinding(**found) for found in preview["policies"]),
        refusals=tuple(preview["errors"]) or (() if preview["succeeded"] else ("the engine gave no reason",)),
        notes=(*notes, *preview.get("plan", ())),
        losses=tuple(f"{change.what} would be {change.kind}: {change.loss}." for change in changes if change.loss),
        diff=_lean(preview["diff"]),
    )


def alike_together(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same said once: stacks of which the same becomes share an entry, with the diff of the first."""
    together: dict[Comparison, list[Comparison]] = {}
    for comparison in comparisons:
        together.setdefault(replace(comparison, stack="", diff=""), []).append(comparison)
    return [replace(alike[0], stack=", ".join(each.stack for each in alike)) for alike in together.values()]


def _things(steps: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """What is in AWS, each once: the engine takes several steps to replace one."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
    for step in steps:
        if not step["type"].startswith("aws:"):
            continue
        kind = "replaced" if "replace" in step["op"] else _KINDS.get(step["op"], "unchanged")
        key = (step["type"], step["name"])
        if key not in found or kind == "replaced":
            found[key] = (step, kind)
    return list(found.values())


def _change(step: Mapping[str, Any], kind: str) -> ResourceChange:
    loss = IRREPLACEABLE.get(step["type"], "") if kind in ("replaced", "deleted") else ""
    fields = tuple(step["changed"]) if kind in ("updated", "replaced") else ()
    old, new = step["old"], step["new"]
    values = tuple(changed(old["inputs"], old["outputs"], new["inputs"], fields))
    return ResourceChange(kind, _called(step), fields, loss, values)


def _called(step: Mapping[str, Any]) -> str:
    inputs, name = {**step["old"]["inputs"], **step["new"]["inputs"]}, step["name"]
    names = {
        facts.USER_POOL: f"user pool {inputs.get('name', name)}",
        facts.USER_POOL_DOMAIN: f"sign-in domain {step['old']['inputs'].get('domain') or inputs.get('domain', name)}",
        facts.USER_POOL_CLIENT: f"client {name.partition('-client-')[2] or name}",
        facts.RESOURCE_SERVER: f"API {name.partition('-server-')[2] or name}",
        facts.CERTIFICATE: f"certificate of {inputs.get('domainName', name)}",
        facts.RECORD: f"DNS record {name}",
    }
    return names.get(step["type"], f"{step['type'].rpartition(':')[2]} {name}")


def _words(all_steps: Iterable[Mapping[str, Any]], steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Scopes and URLs, as APIs and apps know them, by the outputs of the stack before and after."""
    ends = [step for step in all_steps if step["type"] == facts.STACK and step["new"]["outputs"]]
    if not ends:
        return
    before, after = ends[-1]["old"]["outputs"], ends[-1]["new"]["outputs"]
    had, has = _scopes(before), _scopes(after)
    yield from (f"scope {scope} added" for scope in sorted(has - had))
    yield from (f"scope {scope} removed: no app can ask for it any more" for scope in sorted(had - has))
    clients = _entries(before, "clients")
    for key, client in sorted(_entries(after, "clients").items()):  # a deleted client is a change of its own
        yield from _of_client(f"client {key}", clients.get(key, {}), client)
    for step in steps:
        if step["type"] == facts.USER_POOL_CLIENT and step["op"] != "delete":
            inputs = step["old"]["inputs"], step["new"]["inputs"]
            yield from _urls(_called(step), "logout URL", "", *(_texts(side.get("logoutUrls")) for side in inputs))


def _of_client(who: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    lost = ": sign-in that comes back there fails"
    yield from _urls(who, "callback URL", lost, _texts(old.get("callbackUrls")), _texts(new.get("callbackUrls")))
    had, has = _texts(old.get("scopes")), _texts(new.get("scopes"))
    if more := _without(has, had):
        yield f"{who}: may ask for {', '.join(more)}"
    if fewer := _without(had, has):
        yield f"{who}: may no longer ask for {', '.join(fewer)}"


def _urls(who: str, kind: str, lost: str, old: list[str], new: list[str]) -> Iterator[str]:
    yield from (f"{who}: {kind} {url} added" for url in _without(new, old))
    yield from (f"{who}: {kind} {url} removed{lost}" for url in _without(old, new))


def _without(texts: list[str], others: list[str]) -> list[str]:
    return [text for text in texts if text not in others]


def _scopes(outputs: Mapping[str, Any]) -> set[str]:
    return {scope for api in _entries(outputs, "apis").values() for scope in _texts(api.get("scopes"))}


def _entries(outputs: Mapping[str, Any], output: str) -> dict[str, Mapping[str, Any]]:
    """An output's entries by their keys, without what the engine does not know yet or has another form."""
    entries = outputs.get(output)
    if not isinstance(entries, dict):
        return {}
    return {key: entry for key, entry in entries.items() if isinstance(entry, dict)}


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _lean(diff: str) -> str:
    """The engine's diff of the resources, each by its name.

    The outputs repeat them in long lines; they and the policies are summarized in words.
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
