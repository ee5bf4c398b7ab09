"""Threat protection: responses to leaked passwords and risky sign-ins
(https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html).
"""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Any, Final, Self

import pulumi
from pydantic import AfterValidator, Field

from identity import types
from identity.provider_names import arguments
from identity.setting import Change, Model, Plan, setting, words
from identity.types import Maybe, Once
from identity.user_pool.beside import Beside

MODES: Final = {"audit": "AUDIT", "enforced": "ENFORCED"}
ACTIONS: Final = {"none": "NO_ACTION", "mfaIfConfigured": "MFA_IF_CONFIGURED", "mfa": "MFA_REQUIRED", "block": "BLOCK"}
LEAKED: Final = {"none": "NO_ACTION", "block": "BLOCK"}
LEVELS: Final = ("low", "medium", "high")
UNWATCHED: Final = "Leaked passwords and risky sign-ins would no longer be detected."
_RANGE: Final = "an IP range, such as 192.0.2.0/24"
_CIDR: Final = types.matching(re.compile(r"[0-9a-fA-F:.]{2,45}/[0-9]{1,3}"), _RANGE)
Mode = Annotated[str, types.one_of(*MODES), types.NotBlank]
Action = Annotated[str, types.one_of(*ACTIONS), types.NotBlank]
Leaked = Annotated[str, types.one_of(*LEAKED), types.NotBlank]


def _range(value: str) -> str:
    try:
        ip_network(value, strict=False)
    except ValueError:
        types.refuse(_RANGE)
    return value


Cidr = Annotated[str, _CIDR, AfterValidator(_range), types.NotBlank]
Cidrs = Annotated[list[Cidr], Field(max_length=200), Once]


def _takeover(says: str) -> Any:
    return setting(
        None,
        says,
        change=Change.LESSENS,
        loss=UNWATCHED,
        order=tuple(ACTIONS),
        always=True,
        plan=Plan.PLUS,
        example="mfaIfConfigured",
    )


class Takeover(Model):
    """What happens at a sign-in that looks like a stolen account: block, mfa, mfaIfConfigured or none."""

    low: Maybe[Action] = _takeover("Response to low risk.")
    medium: Maybe[Action] = _takeover("Response to medium risk.")
    high: Maybe[Action] = _takeover("Response to high risk.")


class ThreatProtection(Model):
    """What Cognito does about stolen passwords and odd sign-ins."""

    mode: Mode = setting(
        ...,
        "audit only logs, enforced also acts.",
        "userPoolAddOns.advancedSecurityMode",
        Change.LESSENS,
        loss=UNWATCHED,
        order=tuple(MODES),
        plan=Plan.PLUS,
        codec=words(MODES),
        nothing="OFF",
        example="audit",
    )
    custom_auth: Maybe[Mode] = setting(
        None,
        "The mode for custom authentication.",
        "userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode",
        Change.LESSENS,
        loss=UNWATCHED,
        order=tuple(MODES),
        plan=Plan.PLUS,
        codec=words(MODES),
        nothing="OFF",
        example="audit",
    )
    leaked_passwords: Maybe[Leaked] = setting(
        None,
        "The response to leaked passwords: block or none.",
        change=Change.LESSENS,
        loss="Leaked passwords would be accepted.",
        order=tuple(LEAKED),
        always=True,
        plan=Plan.PLUS,
        example="block",
    )
    takeover: Maybe[Takeover] = setting(
        None,
        "The response to risky sign-ins, by risk level.",
        change=Change.LESSENS,
        loss=UNWATCHED,
        always=True,
        plan=Plan.PLUS,
        example={"high": "block"},
    )
    always_block: Maybe[Cidrs] = setting(
        None,
        "IP ranges that are always blocked, at most 200.",
        change=Change.LESSENS,
        loss="Users at these addresses could sign in.",
        always=True,
        plan=Plan.PLUS,
        example=["192.0.2.0/24"],
    )
    never_block: Maybe[Cidrs] = setting(
        None,
        "IP ranges that are never blocked, at most 200.",
        change=Change.LESSENS,
        loss="Users at these addresses could be blocked.",
        always=True,
        plan=Plan.PLUS,
        example=["198.51.100.0/24"],
    )

    def risk(self) -> dict[str, Any]:
        """The inputs of the risk configuration; nothing where none of its keys is given."""
        made: dict[str, Any] = {}
        if self.leaked_passwords:
            action = {"eventAction": LEAKED[self.leaked_passwords]}
            made["compromisedCredentialsRiskConfiguration"] = {"actions": action}
        levels = {level: getattr(self.takeover, level) for level in LEVELS} if self.takeover else {}
        actions = {
            f"{level}Action": {"eventAction": ACTIONS[action], "notify": False}
            for level, action in levels.items()
            if action
        }
        if actions:
            made["accountTakeoverRiskConfiguration"] = {"actions": actions}
        ranges = {"blockedIpRangeLists": self.always_block, "skippedIpRangeLists": self.never_block}
        if any(ranges.values()):
            made["riskExceptionConfiguration"] = {key: sorted(item) for key, item in ranges.items() if item}
        return made

    def with_risk(self, outputs: Mapping[str, Any]) -> Self:
        """What was read of a live pool, with what its risk configuration has."""
        leaked = (outputs.get("compromisedCredentialsRiskConfiguration") or {}).get("actions") or {}
        actions = (outputs.get("accountTakeoverRiskConfiguration") or {}).get("actions") or {}
        ranges = outputs.get("riskExceptionConfiguration") or {}
        back = {aws: ours for ours, aws in ACTIONS.items()}
        levels: dict[str, Any] = {
            level: back.get(str((actions.get(f"{level}Action") or {}).get("eventAction"))) for level in LEVELS
        }
        return self.model_copy(
            update={
                "leaked_passwords": back.get(str(leaked.get("eventAction"))),
                "takeover": Takeover.model_construct(**levels) if any(levels.values()) else None,
                "always_block": ranges.get("blockedIpRangeLists") or None,
                "never_block": ranges.get("skippedIpRangeLists") or None,
            }
        )


def configure_risk(beside: Beside, pool_id: pulumi.Input[str], threats: ThreatProtection) -> None:
    """The risk configuration of the pool, where any of its keys is given."""
    import pulumi_aws as aws  # here: the tools read the settings without the provider

    if risk := threats.risk():
        aws.cognito.RiskConfiguration(
            f"{beside.name}-risk", user_pool_id=pool_id, **arguments(risk), opts=beside.options()
        )
