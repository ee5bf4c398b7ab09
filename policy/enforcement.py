"""All rules, and where they are mandatory: in production, which is every stack except local, dev and test ones."""

from typing import Final

from pulumi_policy import EnforcementLevel

from policy import attacks, certificate, clients, pool, urls
from policy.rule import Rule

RULES: Final[tuple[Rule, ...]] = tuple(
    rule
    for module in (clients, urls, pool, attacks, certificate)
    for rule in vars(module).values()
    if isinstance(rule, Rule)
)
# The environments without customers. Any other name is production: a new environment must not turn rules off.
NOT_PRODUCTION: Final = ("local", "dev", "test")


def is_production(environment: str, given: str | None = None) -> bool:
    """Whether the rules of production are mandatory.

    Args:
        environment: identity:environment, or the stack's name if it is not set.
        given: the text of identity:production. If true or false, it overrides `environment`; else it is ignored.
    """
    return given == "true" if given in ("true", "false") else environment not in NOT_PRODUCTION


def level(rule: Rule, environment: str, production: str | None = None) -> EnforcementLevel:
    """Return the enforcement level of a rule in an environment; identity:production overrides the environment."""
    return rule.production if is_production(environment, production) else rule.elsewhere
