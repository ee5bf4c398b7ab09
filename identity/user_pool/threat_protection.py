"""Threat protection: responses to leaked passwords and risky sign-ins
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html).
"""

from functools import partial
from ipaddress import ip_network
from typing import Annotated, Any, Final

import pulumi
import pulumi_aws as aws
from pydantic import AfterValidator, Field

from identity import types
from identity.provider_names import arguments
from identity.setting import Codec, Model, Plan, setting, words
from identity.user_pool.beside import Beside

MODES: Final = {"audit": "AUDIT", "enforced": "ENFORCED"}
ACTIONS: Final = {"none": "NO_ACTION", "mfaIfConfigured": "MFA_IF_CONFIGURED", "mfa": "MFA_REQUIRED", "block": "BLOCK"}
LEAKED: Final = {"none": "NO_ACTION", "block": "BLOCK"}
UNWATCHED: Final = "Leaked passwords and risky sign-ins would no longer be detected."
_OF_POOL: Final = "userPoolAddOns"
_TAKEOVER: Final = "accountTakeoverRiskConfiguration"
_RANGE: Final = "an IP range, such as 192.0.2.0/24"
_CIDR: Final = types.matching("[0-9a-fA-F:.]{2,45}/[0-9]{1,3}", _RANGE)
Mode = Annotated[types.Text, types.one_of(*MODES)]
Action = Annotated[types.Text, types.one_of(*ACTIONS)]
Leaked = Annotated[types.Text, types.one_of(*LEAKED)]


def _range(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        types.refuse(_RANGE)
    return value


Cidr = Annotated[types.Text, _CIDR, AfterValidator(_range)]
Cidrs = Annotated[list[Cidr], Field(max_length=200), types.Once]


_watched = partial(setting, loss=UNWATCHED, plan=Plan.PLUS)
_mode = partial(_watched, order=tuple(MODES), codec=words(MODES), nothing="OFF", example="audit")
_takeover = partial(_watched, always=True, order=tuple(ACTIONS), codec=words(ACTIONS), example="mfaIfConfigured")
_ranges = partial(
    _watched, always=True, codec=Codec(lambda given: sorted(given) or None, lambda found: sorted(found) or None)
)


class Takeover(Model):
    """The response to a sign-in that may be an account takeover: block, mfa, mfaIfConfigured or none."""

    low: types.Maybe[Action] = _takeover("Response to low risk.", f"{_TAKEOVER}.actions.lowAction.eventAction")
    medium: types.Maybe[Action] = _takeover("Response to medium risk.", f"{_TAKEOVER}.actions.mediumAction.eventAction")
    high: types.Maybe[Action] = _takeover("Response to high risk.", f"{_TAKEOVER}.actions.highAction.eventAction")


class ThreatProtection(Model):
    """Threat protection: responses to leaked passwords and risky sign-ins."""

    # The modes are properties of the pool; the other settings are in the risk configuration.
    mode: Mode = _mode("audit only logs, enforced also acts.", f"{_OF_POOL}.advancedSecurityMode", default=...)
    custom_auth: types.Maybe[Mode] = _mode(
        "The mode for custom authentication.", f"{_OF_POOL}.advancedSecurityAdditionalFlows.customAuthMode"
    )
    leaked_passwords: types.Maybe[Leaked] = _watched(
        "The response to leaked passwords: block or none.",
        "compromisedCredentialsRiskConfiguration.actions.eventAction",
        loss="Leaked passwords would be accepted.",
        order=tuple(LEAKED),
        always=True,
        codec=words(LEAKED),
        example="block",
    )
    takeover: types.Maybe[Takeover] = _watched(
        "The response to risky sign-ins, by risk level.", always=True, example={"high": "block"}
    )
    always_block: types.Maybe[Cidrs] = _ranges(
        "IP ranges that are always blocked, at most 200.",
        "riskExceptionConfiguration.blockedIpRangeLists",
        loss="Users at these addresses could sign in.",
        example=["192.0.2.0/24"],
    )
    never_block: types.Maybe[Cidrs] = _ranges(
        "IP ranges that are never blocked, at most 200.",
        "riskExceptionConfiguration.skippedIpRangeLists",
        loss="Users at these addresses could be blocked.",
        example=["198.51.100.0/24"],
    )

    def inputs(self) -> dict[str, Any]:
        """The inputs of the pool resource."""
        return {_OF_POOL: super().inputs()[_OF_POOL]}

    def risk(self) -> dict[str, Any]:
        """The inputs of the risk configuration; empty if none of its keys is set."""
        made = {block: inner for block, inner in super().inputs().items() if block != _OF_POOL}
        for action in made.get(_TAKEOVER, {}).get("actions", {}).values():
            action["notify"] = False
        return made


def configure_risk(beside: Beside, pool_id: pulumi.Input[str], threats: ThreatProtection) -> None:
    """Create the risk configuration of the pool, if one of its keys is set."""
    if risk := threats.risk():
        aws.cognito.RiskConfiguration(
            f"{beside.name}-risk", user_pool_id=pool_id, **arguments(risk), opts=beside.options()
        )
