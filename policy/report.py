"""What a person is told: what is wrong, where, how to fix it, and how to mean it."""

from collections.abc import Sequence

from policy.exemptions import KEY, Exemption
from policy.rule import Finding, Resource, Rule


def breach(rule: Rule, resource: Resource, findings: Sequence[Finding], stack: str) -> str:
    """What one resource has against one rule. The engine shows what the rule demands, and why, above it."""
    lines = [line for finding in findings for line in _finding(resource, finding, stack)]
    return "\n".join(
        (
            *lines,
            f"  Or, where it is meant, add to {_file(stack)} under config:",
            f"    {KEY}:",
            f"      {rule.id}:",
            f"        {resource.key}: <why>",
        )
    )


def _finding(resource: Resource, finding: Finding, stack: str) -> tuple[str, str, str]:
    in_stack_file = finding.where.startswith("identity:")
    return (
        f"  {resource.key}: {finding.wrong}.",
        f"  Where: {finding.where}{f', in {_file(stack)}' if in_stack_file else ''}",
        f"  Fix:   {finding.fix}",
    )


def bad_exemption(error: str, stack: str) -> str:
    """An exemption that says too little, or is of no rule."""
    return f"  {error}.\n  Fix: {KEY} in {_file(stack)}, such as\n    tags:\n      customers: <why>"


def unused_exemption(exemption: Exemption, stack: str) -> str:
    """An exemption that nothing needs."""
    return (
        f"  {KEY} -> {exemption.rule} -> {exemption.resource}: nothing of that name breaks the rule.\n"
        f"  Fix: take the entry out of {_file(stack)}."
    )


def _file(stack: str) -> str:
    return f"Pulumi.{stack}.yaml"
