"""The Cognito feature plan that a config requires, and why (https://aws.amazon.com/cognito/pricing/)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from identity import facts
from identity.errors import Problem, shown
from identity.setting import Declared, Model, Plan, declared

_ORDER: Final = ("lite", *Plan)
_UNDECLARED: Final = Declared()


@dataclass(frozen=True)
class Need:
    """A key that requires a plan: its path in the stack file, and its value."""

    plan: Plan
    path: str
    value: Any


def needs(value: Any, path: str = "", at: Declared = _UNDECLARED) -> Iterator[Need]:
    """The keys of a config, or of a part of it, that require a plan above Lite, in the order of declaration."""
    if value is None or value in at.free:
        return
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from needs(entry, f"{path}[{index}]", at)
    elif at.plan:
        yield Need(at.plan, path, None if isinstance(value, Model) else value)
    elif isinstance(value, Model):
        for name, field in type(value).model_fields.items():
            place = f"{path}.{field.alias}" if path else str(field.alias)
            yield from needs(getattr(value, name), place, declared(field))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from needs(entry, f"{path}.{key}", at)


def plan_problems(config: Model, tier: str | None) -> Iterator[Problem]:
    """The keys that require a higher plan than `userPool.tier`; none if that is not set."""
    if tier is None:
        return
    for need in needs(config):
        if _ORDER.index(need.plan) > _ORDER.index(tier):
            allowed = f"features of the {tier} plan (userPool.tier); this requires the {need.plan} plan"
            fix = f"set identity:userPool.tier: {need.plan}, or remove it"
            yield Problem(f"identity:{need.path}", allowed, "given" if need.value is None else shown(need.value), fix)


def say_plan(config: Model) -> None:
    """Log the plan that the config requires, if it is above Lite."""
    if needed := plan_line(config):
        pulumi.log.info(f"{facts.PLAN_LINE} {needed}")


def plan_line(config: Model) -> str | None:
    """The required plan and the reason, such as `essentials: userPool.firstFactors[1] emailOtp`; None for Lite."""
    found = list(needs(config))
    if not found:
        return None
    highest = max((need.plan for need in found), key=_ORDER.index)
    first = next(need for need in found if need.plan is highest)
    return f"{highest}: {first.path}" + ("" if first.value is None else f" {first.value}")
