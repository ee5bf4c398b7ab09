"""Rules about attacks on a user pool: threat protection, web ACL, logs."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from identity import facts
from policy.rule import COGNITO_GUIDE, UNKNOWN, Finding, Resource, Rule

_rule: Final = partial(Rule, on=(facts.USER_POOL,))
_THREATS: Final = "identity:userPool -> threatProtection"
_URL: Final = f"{COGNITO_GUIDE}/cognito-user-pool-settings-threat-protection.html"


@_rule(
    fix="tier: plus; threatProtection: {mode: enforced}",
    elsewhere=EnforcementLevel.DISABLED,
    url=_URL,
    covers=(
        "prowler:cognito_user_pool_advanced_security_enabled",
        "securityhub:Cognito.1",
        "config:cognito-user-pool-advanced-security-enabled",
        "cdk-nag:AwsSolutions-COG3",
        "cdk-nag:AwsSolutions-COG8",
    ),
)
def pool_threat_protection(pool: Resource) -> Iterator[Finding]:
    """The pool's threat protection is enforced: userPoolAddOns.advancedSecurityMode is ENFORCED.

    Cognito then detects leaked passwords and risky sign-ins, and acts on them. Requires the Plus plan.
    """
    if pool.lacks("userPoolAddOns.advancedSecurityMode", "ENFORCED"):
        yield Finding("userPoolAddOns.advancedSecurityMode is not ENFORCED", f"{_THREATS} -> mode")


@_rule(
    fix="threatProtection: {mode: enforced, customAuth: enforced}",
    elsewhere=EnforcementLevel.DISABLED,
    url=_URL,
    covers=("securityhub:Cognito.4", "config:cognito-userpool-cust-auth-threat-full-check"),
)
def pool_custom_threat_protection(pool: Resource) -> Iterator[Finding]:
    """A pool with custom authentication enforces threat protection for it too.

    Standard threat protection does not cover sign-in with the defineAuthChallenge trigger.
    """
    mode = "userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode"
    custom = pool.get("lambdaConfig") is not UNKNOWN and pool.get("lambdaConfig.defineAuthChallenge") is not None
    if custom and pool.lacks(mode, "ENFORCED"):
        yield Finding(f"lambdaConfig has defineAuthChallenge, and {mode} is not ENFORCED", f"{_THREATS} -> customAuth")


@_rule(
    fix="threatProtection: {leakedPasswords: block, takeover: {low: block, medium: block, high: block}}",
    elsewhere=EnforcementLevel.DISABLED,
    beside=(facts.RISK_CONFIGURATION,),
    url=_URL,
    covers=(
        "prowler:cognito_user_pool_blocks_compromised_credentials_sign_in_attempts",
        "prowler:cognito_user_pool_blocks_potential_malicious_sign_in_attempts",
    ),
)
def pool_risk_response(pool: Resource, risks: Sequence[Resource]) -> Iterator[Finding]:
    """A risk configuration blocks sign-ins with leaked passwords, and risky sign-ins of every level.

    Detecting threats without acting on them does not protect users.
    """
    # A risk configuration with a clientId applies only to that client.
    if not any(
        _blocks(risk) and risk.get("clientId") is None and risk.is_about(pool, "userPoolId", "id") for risk in risks
    ):
        yield Finding("no RiskConfiguration of the pool blocks both", _THREATS)


def _blocks(risk: Resource) -> bool:
    leaked = "compromisedCredentialsRiskConfiguration"
    events = risk.get(f"{leaked}.eventFilters")
    actions = [
        f"accountTakeoverRiskConfiguration.actions.{level}Action.eventAction" for level in ("low", "medium", "high")
    ]
    return (
        (events is None or events is UNKNOWN or "SIGN_IN" in events)
        and not risk.lacks(f"{leaked}.actions.eventAction", "BLOCK")
        and not any(risk.lacks(action, "BLOCK") for action in actions)
    )


@_rule(
    fix="webAcl: the ACL's ARN, or {requestsPer5Minutes: ...}",
    elsewhere=EnforcementLevel.DISABLED,
    beside=(facts.WEB_ACL_ASSOCIATION,),
    url=f"{COGNITO_GUIDE}/user-pool-waf.html",
    covers=("prowler:cognito_user_pool_waf_acl_attached",),
)
def pool_waf(pool: Resource, associations: Sequence[Resource]) -> Iterator[Finding]:
    """The pool has a web ACL.

    Without AWS WAF only Cognito's quotas slow down attackers who try many names and passwords.
    """
    if not any(association.is_about(pool, "resourceArn", "arn") for association in associations):
        yield Finding("no WebAclAssociation of the stack names the pool", "identity:userPool -> webAcl")


@_rule(
    fix="logs: {notifications: 90d}; with tier: plus, signIns as well",
    severity=Severity.LOW,
    elsewhere=EnforcementLevel.DISABLED,
    beside=(facts.LOG_DELIVERY,),
    url=f"{COGNITO_GUIDE}/exporting-quotas-and-usage.html",
)
def pool_logs(pool: Resource, deliveries: Sequence[Resource]) -> Iterator[Finding]:
    """The pool exports its logs: it has a log delivery configuration.

    Otherwise nothing shows failed emails and text messages or, with the Plus plan, sign-in attempts.
    """
    if not any(delivery.is_about(pool, "userPoolId", "id") for delivery in deliveries):
        yield Finding("no LogDeliveryConfiguration of the stack names the pool", "identity:userPool -> logs")
