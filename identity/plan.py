"""The Cognito feature plan that a config requires, and why (https://aws.amazon.com/cognito/pricing/)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from identity import facts
from identity.errors import Problem, shown
from identity.setting import Declared, Model, Plan, declared

_ORDER: Final = ("lite", *Plan)


@dataclass(frozen=True)
class Need:
    """A key that needs a plan: `path` is its place in the stack file, `value` what stands there."""

    plan: Plan
    path: str
    value: Any


def needs(model: Model, path: str = "") -> Iterator[Need]:
    """Each key of a config that needs a plan above Lite, in the order in which they are declared."""
    for name, field in type(model).model_fields.items():
        at = declared(field)
        yield from _needs(getattr(model, name), at, f"{path}.{field.alias}" if path else str(field.alias))


def _needs(value: Any, at: Declared, path: str) -> Iterator[Need]:
    if value is None or value in at.free:
        return
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _needs(entry, at, f"{path}[{index}]")
    elif at.plan:
        yield Need(at.plan, path, None if isinstance(value, Model) else value)
    elif isinstance(value, Model):
        yield from needs(value, path)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _needs(entry, at, f"{path}.{key}")


def plan_problems(config: Model, tier: str | None) -> Iterator[Problem]:
    """Each key that needs more than `userPool.tier` says; none where it says nothing."""
    if tier is None:
        return
    for need in needs(config):
        if _ORDER.index(need.plan) > _ORDER.index(tier):
            allowed = f"features of the {tier} plan (userPool.tier); this requires the {need.plan} plan"
            fix = f"set identity:userPool.tier: {need.plan}, or remove it"
            yield Problem(f"identity:{need.path}", allowed, "given" if need.value is None else shown(need.value), fix)


def say_plan(config: Model) -> None:
    """Say which plan the config needs, where it needs one above Lite."""
    if needed := plan_line(config):
        pulumi.log.info(f"{facts.PLAN_LINE} {needed}")


def plan_line(config: Model) -> str | None:
    """Which plan the config needs and why, `essentials: userPool.firstFactors[1] emailOtp`; None for Lite."""
    found = list(needs(config))
    if not found:
        return None
    highest = max((need.plan for need in found), key=_ORDER.index)
    first = next(need for need in found if need.plan is highest)
    return f"{highest}: {first.path}" + ("" if first.value is None else f" {first.value}")
