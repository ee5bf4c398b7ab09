"""Where the rules are mandatory: in production, which is every stack but those that are known to hold no customers."""

from typing import Final

from policy import certificate, clients, pool, urls
from policy.rule import Level, Rule

RULES: Final[tuple[Rule, ...]] = clients.RULES + urls.RULES + pool.RULES + certificate.RULES
# The environments that hold no customers. Any other name is production: a new one must not switch rules off.
NOT_PRODUCTION: Final = ("local", "dev", "test")


def is_production(environment: str, given: str | None = None) -> bool:
    """Whether the rules of production are mandatory.

    Args:
        environment: identity:environment, or the stack's name where that is not given.
        given: identity:production as the engine has it. What is neither true nor false says nothing.
    """
    return given == "true" if given in ("true", "false") else environment not in NOT_PRODUCTION


def level(rule: Rule, environment: str, production: str | None = None) -> Level:
    """How strict a rule is in an environment, unless identity:production says what that is."""
    return Level.MANDATORY if is_production(environment, production) else rule.elsewhere
