"""What watches over sign-ins: threat protection, logs, and a web ACL."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field

from identity import types
from identity.setting import Change, Model, Plan, setting, words
from identity.types import Maybe, Once

MODES: Final = {"audit": "AUDIT", "enforced": "ENFORCED"}
ACTIONS: Final = {"none": "NO_ACTION", "mfaIfConfigured": "MFA_IF_CONFIGURED", "mfa": "MFA_REQUIRED", "block": "BLOCK"}
RULES: Final = {
    "common": "AWSManagedRulesCommonRuleSet",
    "knownBadInputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "ipReputation": "AWSManagedRulesAmazonIpReputationList",
}
LEVELS: Final = ("low", "medium", "high")
_CIDR = re.compile(r"[0-9a-fA-F:.]{2,45}/[0-9]{1,3}")
_LOG_GROUP = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:.+")
_BUCKET_OR_STREAM = re.compile(r"arn:aws[a-z-]*:(?:s3:::.+|firehose:.+:deliverystream/.+)")
_RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_UNWATCHED = "Stolen passwords and odd sign-ins would not be noticed any more."
Mode = Annotated[str, types.one_of(*MODES), types.NotBlank]
Action = Annotated[str, types.one_of(*ACTIONS), types.NotBlank]
Leaked = Annotated[str, types.one_of("none", "block"), types.NotBlank]
Cidr = Annotated[str, types.matching(_CIDR, "a range of addresses, such as 192.0.2.0/24"), types.NotBlank]
Cidrs = Annotated[list[Cidr], Field(max_length=200), Once]


def _takeover(says: str) -> Any:
    return setting(
        None,
        says,
        change=Change.LESSENS,
        loss=_UNWATCHED,
        order=tuple(ACTIONS),
        plan=Plan.PLUS,
        example="mfaIfConfigured",
    )


class Takeover(Model):
    """What happens at a sign-in that looks like a stolen account: block, mfa, mfaIfConfigured or none."""

    low: Maybe[Action] = _takeover("At a low risk.")
    medium: Maybe[Action] = _takeover("At a medium risk.")
    high: Maybe[Action] = _takeover("At a high risk.")


class ThreatProtection(Model):
    """Threat protection
    (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html).
    """

    mode: Mode = setting(
        ...,
        "audit counts, enforced acts.",
        "userPoolAddOns.advancedSecurityMode",
        Change.LESSENS,
        loss=_UNWATCHED,
        order=tuple(MODES),
        plan=Plan.PLUS,
        codec=words(MODES),
        nothing=("OFF",),
        example="audit",
    )
    custom_auth: Maybe[Mode] = setting(
        None,
        "The same for custom sign-in.",
        "userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode",
        Change.LESSENS,
        loss=_UNWATCHED,
        order=tuple(MODES),
        plan=Plan.PLUS,
        codec=words(MODES),
        nothing=("OFF",),
    )
    leaked_passwords: Maybe[Leaked] = setting(
        None,
        "What happens at a password that is known to be stolen: block or none.",
        change=Change.LESSENS,
        loss="Passwords that are known to be stolen would be taken.",
        order=("none", "block"),
        plan=Plan.PLUS,
        example="block",
    )
    takeover: Maybe[Takeover] = setting(
        None, "What happens at an odd sign-in, by its risk.", change=Change.LESSENS, loss=_UNWATCHED, plan=Plan.PLUS
    )
    always_block: Maybe[Cidrs] = setting(
        None, "Addresses that are always refused.", change=Change.LESSENS, loss=_UNWATCHED, plan=Plan.PLUS
    )
    never_block: Maybe[Cidrs] = setting(
        None,
        "Addresses that are never refused.",
        change=Change.LESSENS,
        loss="People at these addresses could be refused.",
        plan=Plan.PLUS,
    )

    def risk(self) -> dict[str, Any]:
        """The inputs of the risk configuration; nothing where none of its keys is given."""
        made: dict[str, Any] = {}
        if self.leaked_passwords:
            action = "BLOCK" if self.leaked_passwords == "block" else "NO_ACTION"
            made["compromisedCredentialsRiskConfiguration"] = {"actions": {"eventAction": action}}
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
            made["riskExceptionConfiguration"] = {key: sorted(it) for key, it in ranges.items() if it}
        return made

    @classmethod
    def with_risk(cls, found: Self, outputs: Mapping[str, Any]) -> Self:
        """What was read of the pool, with what its risk configuration has."""
        leaked = (outputs.get("compromisedCredentialsRiskConfiguration") or {}).get("actions") or {}
        actions = (outputs.get("accountTakeoverRiskConfiguration") or {}).get("actions") or {}
        ranges = outputs.get("riskExceptionConfiguration") or {}
        back = {aws: ours for ours, aws in ACTIONS.items()}
        levels: dict[str, Any] = {
            level: back.get(str((actions.get(f"{level}Action") or {}).get("eventAction"))) for level in LEVELS
        }
        return found.model_copy(
            update={
                "leaked_passwords": back.get(str(leaked.get("eventAction"))),
                "takeover": Takeover.model_construct(**levels) if any(levels.values()) else None,
                "always_block": ranges.get("blockedIpRangeLists") or None,
                "never_block": ranges.get("skippedIpRangeLists") or None,
            }
        )


def _retention_or(value: str, pattern: re.Pattern[str], what: str) -> str:
    days = re.fullmatch(r"([0-9]+)d", value)
    if pattern.fullmatch(value) or (days and int(days[1]) in _RETENTION):
        return value
    return types.refuse(f"{what}, or how long a log group made here keeps them: 7d, 30d, 90d, 365d, ...")


def _notifications(value: str) -> str:
    return _retention_or(value, _LOG_GROUP, "the ARN of a log group")


def _sign_ins(value: str) -> str:
    either = re.compile(f"(?:{_LOG_GROUP.pattern})|(?:{_BUCKET_OR_STREAM.pattern})")
    return _retention_or(value, either, "the ARN of a log group, a bucket or a delivery stream")


class Logs(Model):
    """What Cognito writes down of the pool
    (https://docs.aws.amazon.com/cognito/latest/developerguide/exporting-quotas-and-usage.html).
    """

    notifications: Maybe[Annotated[str, AfterValidator(_notifications), types.NotBlank]] = setting(
        None,
        "Mails and texts that could not be sent: the ARN of a log group, or a retention such as 90d for one made here.",
        change=Change.LESSENS,
        loss="Nobody would see any more that mails and texts fail.",
        example="90d",
    )
    sign_ins: Maybe[Annotated[str, AfterValidator(_sign_ins), types.NotBlank]] = setting(
        None,
        "Sign-ins and their risk: the ARN of a log group, a bucket or a delivery stream, or a retention.",
        change=Change.LESSENS,
        loss="Sign-ins and their risk would not be written down any more.",
        plan=Plan.PLUS,
        example="365d",
    )


class WebAcl(Model):
    """A web ACL in front of the pool (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html).

    A plain ARN is the short form of `arn`.
    """

    arn: Maybe[types.WebAclArn] = setting(None, "A web ACL that exists.")
    requests_per5_minutes: Maybe[Annotated[int, types.whole(10, 2_000_000_000)]] = setting(
        None,
        "How many requests an address may make in five minutes, 10-2,000,000,000.",
        alias="requestsPer5Minutes",
        change=Change.HARMLESS,
        example=1000,
    )
    managed_rules: Maybe[Annotated[list[Annotated[str, types.one_of(*RULES), types.NotBlank]], Once]] = setting(
        None,
        "AWS's own rules, of common, knownBadInputs and ipReputation.",
        change=Change.LESSENS,
        loss="Requests that these rules refuse would reach the pool.",
        example=["common", "ipReputation"],
    )


def _by_arn(value: Any) -> Any:
    return {"arn": value} if isinstance(value, str) else value


class Protection(Model):
    """The keys of `userPool` that say what watches over sign-ins."""

    threat_protection: Maybe[ThreatProtection] = setting(
        None, "Threat protection. Not given - off.", change=Change.LESSENS, loss=_UNWATCHED, plan=Plan.PLUS
    )
    logs: Maybe[Logs] = setting(
        None,
        "What is written down of the pool. Not given - nothing.",
        change=Change.LESSENS,
        loss="What happens in the pool would not be written down any more.",
    )
    web_acl: Maybe[Annotated[WebAcl, BeforeValidator(_by_arn)]] = setting(
        None,
        "A web ACL. Not given - none.",
        change=Change.LESSENS,
        loss="Requests that the web ACL refuses would reach the pool.",
    )
