"""What a person is told: what is wrong, where, how to mend it, and how to mean it."""

from policy.departures import KEY, Departure
from policy.rule import Finding, Resource, Rule


def breach(rule: Rule, resource: Resource, finding: Finding, stack: str) -> str:
    """One breach of one rule. The engine shows what the rule demands, and why, above it."""
    return "\n".join(
        (
            f"  {resource.key}: {finding.wrong}.",
            f"  Where: {finding.where}, in {_file(stack)}",
            f"  Mend:  {finding.mend}",
            f"  Or, where it is meant, add to {_file(stack)} under config:",
            f"    {KEY}:",
            f"      {rule.id}:",
            f"        {resource.key}: <why>",
        )
    )


def bad_departure(error: str, stack: str) -> str:
    """A departure that says too little, or is of no rule."""
    return f"  {error}.\n  Mend: {KEY} in {_file(stack)}, such as\n    tags:\n      customers: <why>"


def unused_departure(departure: Departure, stack: str) -> str:
    """A departure that nothing departs by."""
    return (
        f"  {KEY} -> {departure.rule} -> {departure.resource}: nothing of that name breaks the rule.\n"
        f"  Mend: take the entry out of {_file(stack)}, or out of the defaults in Pulumi.yaml."
    )


def _file(stack: str) -> str:
    return f"Pulumi.{stack}.yaml"
