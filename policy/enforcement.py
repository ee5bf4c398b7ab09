"""How strict each rule is, on which stack. This is the one place that says so."""

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
OTHERS: Final = "*"

_EVERYWHERE: Final = {OTHERS: Level.MANDATORY}
_PROD: Final = {"prod": Level.MANDATORY, OTHERS: Level.DISABLED}
_PROD_ELSE_WARN: Final = {"prod": Level.MANDATORY, OTHERS: Level.ADVISORY}

# rule -> environment -> level. An environment is identity:environment, or the stack's name where that is not given.
LEVELS: Final[Mapping[str, Mapping[str, Level]]] = {
    "client-no-implicit-flow": _EVERYWHERE,
    "client-no-password-flow": _PROD_ELSE_WARN,
    "client-refresh-rotation": _PROD_ELSE_WARN,
    "client-token-lifetimes": _PROD_ELSE_WARN,
    "client-declared-scopes": _EVERYWHERE,
    "client-hides-users": _EVERYWHERE,
    "client-token-revocation": _EVERYWHERE,
    "client-https-urls": _EVERYWHERE,
    "client-exact-urls": _EVERYWHERE,
    "client-no-secret-on-loopback": _PROD_ELSE_WARN,
    "client-no-secret-in-apps": _PROD_ELSE_WARN,
    "pool-password-floor": _PROD_ELSE_WARN,
    "pool-password-length": _PROD,
    "pool-password-characters": _PROD,
    "pool-temporary-passwords": _PROD,
    "pool-protected": _PROD,
    "pool-mfa": _PROD,
    "pool-threat-protection": _PROD,
    "pool-custom-threat-protection": _PROD,
    "pool-risk-response": _PROD,
    "pool-waf": _PROD,
    "pool-logs": _PROD,
    "certificate-no-wildcard": _EVERYWHERE,
    "certificate-transparency": _EVERYWHERE,
    "certificate-no-gap": _EVERYWHERE,
    "certificate-region": _EVERYWHERE,
    "record-attached": _EVERYWHERE,
    "tags": _EVERYWHERE,
}


def level(rule_id: str, environment: str) -> Level:
    """How strict a rule is in an environment."""
    by_environment = LEVELS[rule_id]
    return by_environment.get(environment, by_environment[OTHERS])
