"""What a preview means for users and apps, in words. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from identity import facts
from local.values import changed

_POOL = facts.USER_POOL
_DOMAIN = facts.USER_POOL_DOMAIN
_CLIENT = facts.USER_POOL_CLIENT
_SERVER = facts.RESOURCE_SERVER
_CERTIFICATE = facts.CERTIFICATE
_RECORD = facts.RECORD
_STACK = facts.STACK
_URN = re.compile(r"\[urn=.*::([^:\]]+)\]")

# Users, shipped apps and bookmarks depend on their ids: a replacement cannot bring them back.
IRREPLACEABLE = {
    _POOL: "every user in it would be deleted",
    _DOMAIN: "sign-in on it would end, for every app that is configured with it",
    _CLIENT: "its client id would be deleted, and every app that was shipped with it would fail",
}
_KINDS = {"create": "created", "update": "updated", "delete": "deleted", "import": "imported", "replace": "replaced"}
KINDS = ("created", "imported", "updated", "replaced", "deleted")


@dataclass(frozen=True)
class Change:
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
class Finding:
    """What a policy says: `level` is mandatory or advisory."""

    level: str
    policy: str
    resource: str
    message: str


@dataclass(frozen=True)
class Comparison:
    """What becomes of one stack. `refusals` are the reasons why the update could not be done at all."""

    stack: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    words: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
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
        findings=tuple(
            Finding(found["level"], found["policy"], found["resource"], found["message"].strip())
            for found in preview["policies"]
        ),
        refusals=tuple(preview["errors"]) or (() if preview["succeeded"] else ("the engine gave no reason",)),
        notes=(*notes, *preview.get("plan", ())),
        losses=tuple(f"{change.what} would be {change.kind}: {change.loss}." for change in changes if change.loss),
        diff=_lean(preview["diff"]),
    )


def alike_together(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same said once: stacks of which the same becomes share an entry, with the diff of the first."""
    together: list[Comparison] = []
    for comparison in comparisons:
        for index, other in enumerate(together):
            if replace(comparison, stack=other.stack, diff=other.diff) == other:
                together[index] = replace(other, stack=f"{other.stack}, {comparison.stack}")
                break
        else:
            together.append(comparison)
    return together


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


def _change(step: Mapping[str, Any], kind: str) -> Change:
    loss = IRREPLACEABLE.get(step["type"], "") if kind in ("replaced", "deleted") else ""
    fields = tuple(step["changed"]) if kind in ("updated", "replaced") else ()
    old, new = step["old"], step["new"]
    values = tuple(changed(old["inputs"], old["outputs"], new["inputs"], fields))
    return Change(kind, _called(step), fields, loss, values)


def _called(step: Mapping[str, Any]) -> str:
    inputs, name = {**step["old"]["inputs"], **step["new"]["inputs"]}, step["name"]
    names = {
        _POOL: f"user pool {inputs.get('name', name)}",
        _DOMAIN: f"sign-in domain {step['old']['inputs'].get('domain') or inputs.get('domain', name)}",
        _CLIENT: f"client {name.partition('-client-')[2] or name}",
        _SERVER: f"API {name.partition('-server-')[2] or name}",
        _CERTIFICATE: f"certificate of {inputs.get('domainName', name)}",
        _RECORD: f"DNS record {name}",
    }
    return names.get(step["type"], f"{step['type'].rpartition(':')[2]} {name}")


def _words(all_steps: Iterable[Mapping[str, Any]], steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Scopes and URLs, as APIs and apps know them, by the outputs of the stack before and after."""
    ends = [step for step in all_steps if step["type"] == _STACK and step["new"]["outputs"]]
    if not ends:
        return
    before, after = _Said.of(ends[-1]["old"]["outputs"]), _Said.of(ends[-1]["new"]["outputs"])
    for scope in sorted(after.scopes - before.scopes):
        yield f"scope {scope} added"
    for scope in sorted(before.scopes - after.scopes):
        yield f"scope {scope} removed: no app can ask for it any more"
    for key in sorted(before.clients | after.clients):
        old, new = before.of_client(key), after.of_client(key)
        if new is None:
            continue  # a deleted client is a change of its own
        yield from _of_client(f"client {key}", old, new)
    yield from _logout_urls(steps)


def _of_client(who: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[str]:
    before = old or {}
    for url in _only(new, before, "callbackUrls"):
        yield f"{who}: callback URL {url} added"
    for url in _only(before, new, "callbackUrls"):
        yield f"{who}: callback URL {url} removed: sign-in that comes back there fails"
    more, fewer = _only(new, before, "scopes"), _only(before, new, "scopes")
    if more:
        yield f"{who}: may ask for {', '.join(more)}"
    if fewer:
        yield f"{who}: may no longer ask for {', '.join(fewer)}"


def _logout_urls(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for step in steps:
        if step["type"] == _CLIENT and step["op"] != "delete":
            old, new = step["old"]["inputs"], step["new"]["inputs"]
            for url in _only(new, old, "logoutUrls"):
                yield f"{_called(step)}: logout URL {url} added"
            for url in _only(old, new, "logoutUrls"):
                yield f"{_called(step)}: logout URL {url} removed"


def _only(one: Mapping[str, Any], other: Mapping[str, Any], field_name: str) -> list[str]:
    there = set(_texts(other.get(field_name)))
    return [text for text in _texts(one.get(field_name)) if text not in there]


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


@dataclass(frozen=True)
class _Said:
    """The outputs `apis` and `clients` of a stack."""

    scopes: frozenset[str] = frozenset()
    by_client: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(outputs: Mapping[str, Any]) -> "_Said":
        apis, clients = outputs.get("apis"), outputs.get("clients")
        scopes = [_texts(api.get("scopes")) for api in apis.values()] if isinstance(apis, dict) else []
        return _Said(
            frozenset(scope for some in scopes for scope in some), clients if isinstance(clients, dict) else {}
        )

    @property
    def clients(self) -> frozenset[str]:
        return frozenset(self.by_client)

    def of_client(self, key: str) -> Mapping[str, Any] | None:
        client = self.by_client.get(key)
        return client if isinstance(client, dict) else None


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
