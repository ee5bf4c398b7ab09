"""Compares a live pool with a stack's config: changes, unsupported settings, unmanaged resources. No I/O."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_policy import EnforcementLevel

from cli.adopt.compare import Deviation, Effect, differences
from cli.adopt.kinds import KINDS
from cli.adopt.things import Live, Thing
from identity import facts
from identity.config.settings import Settings
from policy.enforcement import RULES, level
from policy.rule import Resource


@dataclass(frozen=True)
class Survey:
    """The result of a survey: differences, and (name for `--leave`, name in AWS) of each unmanaged resource."""

    differences: tuple[Deviation, ...]
    unmanaged: tuple[tuple[str, str], ...]

    def stopping(self, left: Collection[str]) -> list[Deviation]:
        """Return the differences that stop the adoption: not accepted, and not kept by an update."""
        return [one for one in self.differences if one.effect is not Effect.KEPT and one.name not in left]


def survey(
    live: Live, settings: Settings, managed: Mapping[str, Thing], state: Iterable[Mapping[str, Any]] = ()
) -> Survey:
    """Compare each live resource with what the program would send.

    Args:
        live: the live pool and its resources.
        settings: the stack's config.
        managed: the live resources that the program manages, by logical name.
        state: the resources of the state; a field without a config key counts if it differs from its value there.
    """
    found: list[Deviation] = []
    unmanaged: list[tuple[str, str]] = []
    names = {id(thing): name for name, thing in managed.items()}
    left = {(resource["type"], str(resource.get("id"))): resource.get("outputs") or {} for resource in state}
    for thing in live.all:
        kind = KINDS[thing.type]
        inputs = kind.inputs(settings, thing, names.get(id(thing), ""))
        if inputs is None:
            # The id of a client, since several clients can have one name.
            name = thing.own_id if thing.type == facts.USER_POOL_CLIENT else thing.word
            unmanaged.append((f"{kind.word}:{name}", thing.name))
        else:
            found += differences(thing, inputs, left.get((thing.type, thing.own_id)))
    return Survey(tuple(found), tuple(unmanaged))


def violations(managed: Mapping[str, Thing], settings: Settings, stack: str) -> Iterator[tuple[str, str]]:
    """Yield each mandatory rule that a live resource violates, with the resource's key in identity:exemptions."""
    production = None if settings.config.production is None else str(settings.config.production).lower()
    environment = settings.config.environment or stack
    resources = list(_resources(managed, settings))
    for rule in RULES:
        if level(rule, environment, production) is EnforcementLevel.MANDATORY:
            yield from ((rule.id, resource.key) for resource in resources if rule.findings(resource, resources))


def _resources(managed: Mapping[str, Thing], settings: Settings) -> Iterator[Resource]:
    for name, thing in managed.items():
        inputs = KINDS[thing.type].inputs(settings, thing, name)
        if inputs is not None:
            # Values that every resource has after the adoption.
            pool, secret = managed[facts.LOGICAL_POOL].import_id, thing.outputs.get("generateSecret")
            more = {"tags": settings.tags, "userPoolId": pool, "deletionProtection": "ACTIVE", "generateSecret": secret}
            yield Resource(thing.type, name, {**inputs, **more}, urn=name, protect=True, region=settings.region)


def managed_by(resources: Iterable[Mapping[str, Any]], live: Live) -> dict[str, Thing]:
    """Return the live resources that are in the state, by logical name."""
    things, found = {(thing.type, thing.own_id): thing for thing in live.all}, {}
    for resource in resources:
        name, own_id = resource["urn"].rpartition("::")[2], str(resource.get("id"))
        if resource["type"] == facts.PERMISSION:  # its id is unique only in its function and may serve several triggers
            own_id = f"{resource['outputs'].get('function')}/{own_id}/{name}"
        if not resource.get("delete") and (resource["type"], own_id) in things:
            found[name] = things[resource["type"], own_id]
    return found
