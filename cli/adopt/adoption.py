"""What adopting means for each resource: where it stands, what is in the way, and the import file. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version
from typing import Any

from cli.adopt.compare import Field, Meaning, compare
from cli.adopt.keep import config_key, written
from cli.adopt.plan import CLIENT, Plan, Wanted
from identity.errors import Problem, shown

_SECRET = "generateSecret"  # noqa: S105
_CONSEQUENCES = {Meaning.REPLACES: "any other replaces it", Meaning.IMPOSSIBLE: "AWS refuses any other"}
_NO_KEY = "the program has no key for it: it cannot be adopted"
_BRIDGE = "__pulumi_raw_state_delta"


class Standing(Enum):
    FOUND = "found in AWS, not in the state"
    ADOPTED = "in the state already"
    INCOMPLETE = "in the state, without what an import cannot read"
    ELSEWHERE = "in the state under another id"
    GONE = "in the state, and gone from AWS: `refresh` takes it out, and `up` makes it"
    SEVERAL = "several in AWS"
    MISSING = "not in AWS: `up` makes it"
    VALIDATION = "nothing of its own in AWS: `up` waits for the certificate, and touches nothing"


@dataclass(frozen=True)
class Item:
    """A resource of the program, where it stands, and its fields in AWS and by the program."""

    wanted: Wanted
    standing: Standing
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        return self.wanted.name


def items(plan: Plan, state: Mapping[str, Any]) -> list[Item]:
    """Where each resource stands.

    Args:
        state: URN -> resource, as the stack's state has them.
    """
    return [Item(it, _standing(it, _known(it, state)), tuple(compare(it))) for it in plan.wanted if not it.component]


def _known(wanted: Wanted, state: Mapping[str, Any]) -> Any:
    return next((state[urn] for urn in wanted.urns if urn in state), None)


def _standing(wanted: Wanted, known: Mapping[str, Any] | None) -> Standing:
    if wanted.type.endswith(":CertificateValidation"):
        return Standing.ADOPTED if known else Standing.VALIDATION
    if wanted.candidates:
        return Standing.SEVERAL
    if wanted.existing is None:
        return Standing.GONE if known else Standing.MISSING
    if known is None:
        return Standing.FOUND
    if known.get("id") != wanted.existing.id:
        return Standing.ELSEWHERE
    complete = wanted.type != CLIENT or _SECRET in (known.get("outputs") or {})
    return Standing.ADOPTED if complete else Standing.INCOMPLETE


def problems(
    chosen: Iterable[Item],
    everything: Iterable[Item],
    state: Mapping[str, Any],
    offered: Mapping[str, Any] | None = None,
) -> Iterator[Problem]:
    """Why the chosen resources cannot be adopted.

    Args:
        offered: the keys that the program takes, where that is known; no other is told as the fix.
    """
    everything = list(everything)
    names = {item.name for item in chosen}
    pool = next((it for it in everything if it.wanted.type.endswith(":UserPool")), None)
    for item in everything:
        if item.name not in names:
            continue
        if item.standing is Standing.SEVERAL:
            told = "; ".join(f"{it.import_id} {it.told}".strip() for it in item.wanted.candidates)
            option = "--pool ID" if item is pool else f"--id {item.name}=ID"
            yield Problem(item.name, "one in AWS of this name", told, f"say which one it is: {option}")
        if item.standing is Standing.ELSEWHERE and item.wanted.existing:
            known, there = _known(item.wanted, state)["id"], item.wanted.existing.id
            wrong = f"if the state is wrong: pulumi state delete '{_known(item.wanted, state)['urn']}'"
            fix = f"{wrong}; if it is right: --id {item.name}={known}"
            yield Problem(item.name, f"{known}, which the state has", there, fix)
        if item.standing is Standing.FOUND and pool and _waits_for(item, pool) and pool.name not in names:
            yield Problem(item.name, f"after its pool, {pool.name}", "alone", f"adopt that first: --only {pool.name}")
        yield from _losses(item, offered)


def _waits_for(item: Item, pool: Item) -> bool:
    return item is not pool and "userPoolId" in item.wanted.inputs and pool.standing is Standing.FOUND


def _losses(item: Item, offered: Mapping[str, Any] | None) -> Iterator[Problem]:
    for field in item.fields:
        if field.lost and field.path != "userPoolId":
            key = config_key(item.wanted, field)
            told = key and (offered is None or key[0] in offered)
            fix = f"{key[0]}: {written(key[1])}" if key and told else _NO_KEY
            what = f"{shown(field.in_aws)}, as it is in AWS; {_CONSEQUENCES[field.meaning]}"
            yield Problem(f"{item.name}.{field.path}", what, shown(field.by_program), fix)


def import_file(plan: Plan, chosen: Iterable[Item], state: Mapping[str, Any]) -> dict[str, Any]:
    """The file that `pulumi import --file` takes: the components that are not in the state yet, and the resources.

    https://www.pulumi.com/docs/iac/adopting-pulumi/import/
    """
    wanted = [item.wanted for item in chosen if item.standing is Standing.FOUND and item.wanted.existing]
    parents = [it for it in plan.wanted if it.component and it.urn in {resource.parent for resource in wanted}]
    labels = {it.urn: f"{it.name} component" for it in parents}
    return {
        "nameTable": {labels[it.urn]: it.urn for it in parents if it.urn in state},
        "resources": [
            *(
                {"type": it.type, "name": labels[it.urn], "logicalName": it.name, "component": True}
                for it in parents
                if it.urn not in state
            ),
            *(
                {
                    "type": it.type,
                    "name": it.name,
                    "id": it.existing.import_id,
                    "parent": labels[it.parent],
                    # The provider that the program takes: its SDK's version.
                    "version": version("pulumi-aws"),
                }
                for it in wanted
                if it.existing
            ),
        ],
    }


def complete(deployment: dict[str, Any], everything: Iterable[Item]) -> int:
    """Write into the state whether a client has a secret, and say for how many clients.

    The official provider does not read it on import, and takes a client of which it does not know it for one to
    replace, which would be a new client id.
    """
    clients = {urn: it.wanted.existing for it in everything if it.wanted.type == CLIENT for urn in it.wanted.urns}
    completed = 0
    for resource in deployment["deployment"].get("resources") or []:
        existing = clients.get(resource["urn"])
        if existing is None or existing.id != resource.get("id") or _SECRET in (resource.get("outputs") or {}):
            continue
        for side in ("inputs", "outputs"):
            resource.setdefault(side, {})[_SECRET] = existing.state[_SECRET]
        # The bridge's own note of what its reading gave; without it, it goes by the outputs.
        resource["outputs"].pop(_BRIDGE, None)
        completed += 1
    return completed
