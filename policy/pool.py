"""What a user pool must be: its passwords, and what guards it in production."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from policy.rule import POOL, UNKNOWN, Finding, Level, Resource, Rule, rule, stack_rule

_LOGS: Final = "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration"
_RISKS: Final = "aws:cognito/riskConfiguration:RiskConfiguration"
_WEB_ACL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"
_PASSWORDS: Final = "identity:userPool -> passwordPolicy"
_NO_KEY: Final = "identity/user_pool.py; no key of the stack file sets it"


def _below(pool: Resource, setting: str, least: int) -> bool:
    value = pool.get(f"passwordPolicy.{setting}")
    return value is not UNKNOWN and (value or 0) < least


def _password(pool: Resource, setting: str, fix: str) -> Finding:
    value: Any = pool.get(f"passwordPolicy.{setting}")
    shown = f"{value:g}" if isinstance(value, float) else str(value).lower() if value is not None else "not given"
    return Finding(f"passwordPolicy.{setting} is {shown}", f"{_PASSWORDS} -> {setting}", fix)


@rule(
    "pool-password-floor",
    demands="A password has at least 8 characters, with lower and upper case.",
    why="It is what customers were promised so far; less is a slip.",
    elsewhere=Level.ADVISORY,
    on=(POOL,),
    covers=(
        "prowler:cognito_user_pool_password_policy_lowercase",
        "prowler:cognito_user_pool_password_policy_uppercase",
    ),
)
def password_floor(pool: Resource) -> Iterator[Finding]:
    if _below(pool, "minimumLength", 8):
        yield _password(pool, "minimumLength", "minimumLength: 8, or more")
    for setting in ("requireLowercase", "requireUppercase"):
        if pool.lacks(f"passwordPolicy.{setting}", True):
            yield _password(pool, setting, f"{setting}: true")


@rule(
    "pool-password-length",
    demands="A new password has at least 14 characters.",
    why="Length is what makes guessing hopeless. Passwords that people already have go on working.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("prowler:cognito_user_pool_password_policy_minimum_length_14",),
)
def password_length(pool: Resource) -> Iterator[Finding]:
    if _below(pool, "minimumLength", 14):
        yield _password(pool, "minimumLength", "minimumLength: 14, or more")


@rule(
    "pool-password-characters",
    demands="A new password has digits and symbols besides lower and upper case.",
    why="Audits of AWS accounts ask for it. Passwords that people already have go on working.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=(
        "prowler:cognito_user_pool_password_policy_number",
        "prowler:cognito_user_pool_password_policy_symbol",
        "securityhub:Cognito.3",
    ),
)
def password_characters(pool: Resource) -> Iterator[Finding]:
    for setting in ("requireNumbers", "requireSymbols"):
        if pool.lacks(f"passwordPolicy.{setting}", True):
            yield _password(pool, setting, f"{setting}: true")


@rule(
    "pool-temporary-passwords",
    demands="A temporary password lives at most 7 days.",
    why="It travels by mail, and works for whoever reads it first.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("prowler:cognito_user_pool_temporary_password_expiration",),
)
def temporary_passwords(pool: Resource) -> Iterator[Finding]:
    days = pool.get("passwordPolicy.temporaryPasswordValidityDays")
    if isinstance(days, int | float) and days > 7:
        yield _password(pool, "temporaryPasswordValidityDays", "temporaryPasswordValidityDays: 7, or fewer")


@rule(
    "pool-protected",
    demands="The pool cannot be deleted by mistake: deletionProtection is ACTIVE, and Pulumi protects it.",
    why="With the pool every customer is gone, and no backup brings one back.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("prowler:cognito_user_pool_deletion_protection_enabled", "securityhub:Cognito.6"),
)
def protected(pool: Resource) -> Iterator[Finding]:
    if pool.lacks("deletionProtection", "ACTIVE"):
        yield Finding(
            f"deletionProtection is {pool.get('deletionProtection') or 'not given'}",
            "identity:protect",
            "protect: true",
        )
    if not pool.protect:
        yield Finding("Pulumi's protect is off", "identity:protect", "protect: true")


@rule(
    "pool-mfa",
    demands="The pool asks for a second factor: mfaConfiguration is ON.",
    why="A password alone is one leak away from someone else's account.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=(
        "prowler:cognito_user_pool_mfa_enabled",
        "securityhub:Cognito.5",
        "cfn-guard:COGNITO_USER_POOL_MFA_CONFIGURATION_RULE",
    ),
)
def mfa(pool: Resource) -> Iterator[Finding]:
    if pool.lacks("mfaConfiguration", "ON"):
        yield Finding(
            f"mfaConfiguration is {pool.get('mfaConfiguration') or 'not given'}",
            _NO_KEY,
            "mfa_configuration=ON, with a second factor that people have",
        )


@rule(
    "pool-threat-protection",
    demands="The pool's threat protection is enforced: userPoolAddOns.advancedSecurityMode is ENFORCED.",
    why="Cognito then knows leaked passwords and odd sign-ins, and acts on them. It needs the Plus tier.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("prowler:cognito_user_pool_advanced_security_enabled", "securityhub:Cognito.1"),
)
def threat_protection(pool: Resource) -> Iterator[Finding]:
    if pool.lacks("userPoolAddOns.advancedSecurityMode", "ENFORCED"):
        yield Finding(
            "userPoolAddOns.advancedSecurityMode is not ENFORCED", _NO_KEY, "user_pool_tier=PLUS, and ENFORCED"
        )


@rule(
    "pool-custom-threat-protection",
    demands="A pool with a sign-in of its own making has threat protection enforced for that, too.",
    why="Sign-in by the defineAuthChallenge trigger is outside the standard threat protection.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("securityhub:Cognito.4",),
)
def custom_threat_protection(pool: Resource) -> Iterator[Finding]:
    mode = "userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode"
    custom = pool.get("lambdaConfig") is not UNKNOWN and pool.get("lambdaConfig.defineAuthChallenge") is not None
    if custom and pool.lacks(mode, "ENFORCED"):
        yield Finding(
            f"lambdaConfig has defineAuthChallenge, and {mode} is not ENFORCED", _NO_KEY, "custom_auth_mode=ENFORCED"
        )


@stack_rule(
    "pool-risk-response",
    demands="A risk configuration blocks sign-ins with leaked passwords, and risky sign-ins of every level.",
    why="Threat protection that finds and does not act helps nobody.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=(
        "prowler:cognito_user_pool_blocks_compromised_credentials_sign_in_attempts",
        "prowler:cognito_user_pool_blocks_potential_malicious_sign_in_attempts",
    ),
)
def risk_response(pool: Resource, stack: Sequence[Resource]) -> Iterator[Finding]:
    risks = [resource for resource in stack if resource.type == _RISKS]
    if not any(_blocks(risk) and _is_about(risk, pool, "userPoolId", "id") for risk in risks):
        yield Finding(
            "no RiskConfiguration of the stack blocks both",
            _NO_KEY,
            "a RiskConfiguration of the pool, each action BLOCK",
        )


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


@stack_rule(
    "pool-waf",
    demands="A web ACL stands before the pool.",
    why="Without AWS WAF nothing but Cognito's own quotas slows down those who try names and passwords in bulk.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
    covers=("prowler:cognito_user_pool_waf_acl_attached",),
)
def waf(pool: Resource, stack: Sequence[Resource]) -> Iterator[Finding]:
    if not any(_is_about(resource, pool, "resourceArn", "arn") for resource in stack if resource.type == _WEB_ACL):
        yield Finding("no WebAclAssociation of the stack names the pool", _NO_KEY, "a web ACL and its association")


@stack_rule(
    "pool-logs",
    demands="The pool sends its logs away: a log delivery configuration names it.",
    why="Undelivered mails and texts, and with the Plus tier who tried to sign in, are otherwise nowhere to be read.",
    elsewhere=Level.DISABLED,
    on=(POOL,),
)
def logs(pool: Resource, stack: Sequence[Resource]) -> Iterator[Finding]:
    if not any(_is_about(resource, pool, "userPoolId", "id") for resource in stack if resource.type == _LOGS):
        yield Finding(
            "no LogDeliveryConfiguration of the stack names the pool", _NO_KEY, "a LogDeliveryConfiguration of the pool"
        )


def _is_about(resource: Resource, pool: Resource, prop: str, output: str) -> bool:
    named = resource.get(prop)
    return pool.urn in resource.sources.get(prop, ()) or (isinstance(named, str) and named == pool.get(output))


RULES: Final[tuple[Rule, ...]] = (
    password_floor,
    password_length,
    password_characters,
    temporary_passwords,
    protected,
    mfa,
    threat_protection,
    custom_threat_protection,
    risk_response,
    waf,
    logs,
)
