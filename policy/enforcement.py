"""How strict each rule is, in production and elsewhere. This is the one place that says so."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from policy import certificate, clients, pool, urls
from policy.rule import Rule


class Level(Enum):
    """What a breach does: stop the update, warn, or nothing."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


RULES: Final[tuple[Rule, ...]] = clients.RULES + urls.RULES + pool.RULES + certificate.RULES
# The environments that hold no customers. Any other name is production: a new one must not switch rules off.
NOT_PRODUCTION: Final = ("local", "dev", "test")

_EVERYWHERE: Final = Level.MANDATORY
_PRODUCTION: Final = Level.DISABLED
_PRODUCTION_ELSE_WARN: Final = Level.ADVISORY

# rule -> its level outside of production, where every rule is mandatory.
LEVELS: Final[Mapping[str, Level]] = {
    "client-no-implicit-flow": _EVERYWHERE,
    "client-no-password-flow": _PRODUCTION_ELSE_WARN,
    "client-refresh-rotation": _PRODUCTION_ELSE_WARN,
    "client-token-lifetimes": _PRODUCTION_ELSE_WARN,
    "client-declared-scopes": _EVERYWHERE,
    "client-hides-users": _EVERYWHERE,
    "client-token-revocation": _EVERYWHERE,
    "client-https-urls": _EVERYWHERE,
    "client-exact-urls": _EVERYWHERE,
    "client-no-secret-on-loopback": _PRODUCTION_ELSE_WARN,
    "client-no-secret-in-apps": _PRODUCTION_ELSE_WARN,
    "pool-password-floor": _PRODUCTION_ELSE_WARN,
    "pool-password-length": _PRODUCTION,
    "pool-password-characters": _PRODUCTION,
    "pool-temporary-passwords": _PRODUCTION,
    "pool-protected": _PRODUCTION,
    "pool-mfa": _PRODUCTION,
    "pool-threat-protection": _PRODUCTION,
    "pool-custom-threat-protection": _PRODUCTION,
    "pool-risk-response": _PRODUCTION,
    "pool-waf": _PRODUCTION,
    "pool-logs": _PRODUCTION,
    "certificate-no-wildcard": _EVERYWHERE,
    "certificate-transparency": _EVERYWHERE,
    "certificate-no-gap": _EVERYWHERE,
    "certificate-region": _EVERYWHERE,
    "record-attached": _EVERYWHERE,
    "tags": _EVERYWHERE,
}


def is_production(environment: str, given: str | None = None) -> bool:
    """Whether the rules of production are mandatory.

    Args:
        environment: identity:environment, or the stack's name where that is not given.
        given: identity:production as the engine has it. What is neither true nor false says nothing.
    """
    return given == "true" if given in ("true", "false") else environment not in NOT_PRODUCTION


def level(rule_id: str, environment: str, production: str | None = None) -> Level:
    """How strict a rule is in an environment, unless identity:production says what that is."""
    return Level.MANDATORY if is_production(environment, production) else LEVELS[rule_id]
