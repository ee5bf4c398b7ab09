"""Rules for user pools: passwords, MFA, email and account recovery."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from pulumi_policy import EnforcementLevel, Severity

from identity import facts
from policy.rule import COGNITO_GUIDE, UNKNOWN, Finding, Resource, Rule

_rule: Final = partial(Rule, on=(facts.USER_POOL,))
_PASSWORDS: Final = f"{COGNITO_GUIDE}/managing-users-passwords.html"
_FACTORS: Final = ("softwareTokenMfaConfiguration.enabled", "emailMfaConfiguration", "smsConfiguration")


def _at(setting: str) -> str:
    return f"identity:userPool -> {setting}"


def _password(pool: Resource, setting: str) -> Finding:
    path = f"passwordPolicy.{setting}"
    return Finding(f"{path} is {pool.shown(path)}", _at(f"passwordPolicy -> {setting}"))


def _too_short(pool: Resource, least: int) -> Iterator[Finding]:
    length = pool.get("passwordPolicy.minimumLength")
    if length is not UNKNOWN and (length or 0) < least:
        yield _password(pool, "minimumLength")


def _without(pool: Resource, *settings: str) -> Iterator[Finding]:
    for setting in settings:
        if pool.lacks(f"passwordPolicy.{setting}", True):
            yield _password(pool, setting)


@_rule(
    fix="minimumLength: 8, or more; requireLowercase: true; requireUppercase: true",
    elsewhere=EnforcementLevel.ADVISORY,
    url=_PASSWORDS,
    covers=(
        "prowler:cognito_user_pool_password_policy_lowercase",
        "prowler:cognito_user_pool_password_policy_uppercase",
    ),
)
def pool_password_floor(pool: Resource) -> Iterator[Finding]:
    """Passwords have at least 8 characters, with lower and upper case.

    This is the minimum of the old system.
    """
    yield from _too_short(pool, 8)
    yield from _without(pool, "requireLowercase", "requireUppercase")


@_rule(
    fix="minimumLength: 14, or more",
    elsewhere=EnforcementLevel.DISABLED,
    url=_PASSWORDS,
    covers=("prowler:cognito_user_pool_password_policy_minimum_length_14",),
)
def pool_password_length(pool: Resource) -> Iterator[Finding]:
    """New passwords have at least 14 characters.

    Length protects best against guessing. Existing passwords keep working.
    """
    yield from _too_short(pool, 14)


@_rule(
    fix="requireNumbers: true; requireSymbols: true",
    severity=Severity.LOW,
    elsewhere=EnforcementLevel.DISABLED,
    url=_PASSWORDS,
    covers=(
        "prowler:cognito_user_pool_password_policy_number",
        "prowler:cognito_user_pool_password_policy_symbol",
        "securityhub:Cognito.3",
        "config:cognito-user-pool-password-policy-check",
        "cdk-nag:AwsSolutions-COG1",
    ),
)
def pool_password_characters(pool: Resource) -> Iterator[Finding]:
    """New passwords have digits and symbols.

    Security audits require it. Existing passwords keep working.
    """
    yield from _without(pool, "requireNumbers", "requireSymbols")


@_rule(
    fix="temporaryPasswordValidityDays: 7, or fewer",
    severity=Severity.LOW,
    elsewhere=EnforcementLevel.DISABLED,
    url=_PASSWORDS,
    covers=("prowler:cognito_user_pool_temporary_password_expiration",),
)
def pool_temporary_passwords(pool: Resource) -> Iterator[Finding]:
    """A temporary password is valid for at most 7 days.

    It is sent by email, and works for anyone who reads it first.
    """
    days = pool.get("passwordPolicy.temporaryPasswordValidityDays")
    if isinstance(days, int | float) and days > 7:
        yield _password(pool, "temporaryPasswordValidityDays")


@_rule(
    fix="protect: true",
    severity=Severity.CRITICAL,
    elsewhere=EnforcementLevel.DISABLED,
    url=f"{COGNITO_GUIDE}/user-pool-settings-deletion-protection.html",
    covers=(
        "prowler:cognito_user_pool_deletion_protection_enabled",
        "securityhub:Cognito.6",
        "config:cognito-user-pool-deletion-protection-enabled",
    ),
)
def pool_protected(pool: Resource) -> Iterator[Finding]:
    """The pool cannot be deleted by mistake: deletionProtection is ACTIVE, and Pulumi protects it.

    Deleting the pool deletes all users, and there is no backup.
    """
    if pool.lacks("deletionProtection", "ACTIVE"):
        yield Finding(f"deletionProtection is {pool.shown('deletionProtection')}", "identity:protect")
    if not pool.protect:
        yield Finding("Pulumi's protect is off", "identity:protect")


@_rule(
    fix="mfa: {mode: on, totp: true}; in a pool with users, first mode: optional, until they have enrolled",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.DISABLED,
    url=f"{COGNITO_GUIDE}/user-pool-settings-mfa.html",
    covers=(
        "prowler:cognito_user_pool_mfa_enabled",
        "securityhub:Cognito.5",
        "config:cognito-user-pool-mfa-enabled",
        "cfn-guard:COGNITO_USER_POOL_MFA_CONFIGURATION_RULE",
        "kics:cognito_userpool_without_mfa",
        "cdk-nag:AwsSolutions-COG2",
    ),
)
def pool_mfa(pool: Resource) -> Iterator[Finding]:
    """The pool requires MFA: mfaConfiguration is ON, and a second factor is configured.

    A leaked password alone should not give access to an account.
    """
    if pool.lacks("mfaConfiguration", "ON"):
        yield Finding(f"mfaConfiguration is {pool.shown('mfaConfiguration')}", _at("mfa -> mode"))
    elif not any(pool.get(factor) for factor in _FACTORS):
        yield Finding("no second factor is configured: neither TOTP, e-mail nor SMS", _at("mfa"))


@_rule(
    fix="recovery: [verified_email]",
    elsewhere=EnforcementLevel.DISABLED,
    url=f"{COGNITO_GUIDE}/managing-users-passwords.html",
    covers=("prowler:cognito_user_pool_account_recovery_sms_not_preferred",),
)
def pool_recovery(pool: Resource) -> Iterator[Finding]:
    """Accounts are recovered by email or by an administrator, not preferably by text message.

    Phone numbers can be taken over (SIM swap); without this setting Cognito prefers them to email.
    """
    setting = "accountRecoverySetting.recoveryMechanisms"
    if pool.get(setting) is UNKNOWN:
        return
    ways = [way for way in pool.items(setting) if way is not UNKNOWN and way.get("priority") is not UNKNOWN]
    if not pool.items(setting):
        yield Finding("accountRecoverySetting is not set", _at("recovery"))
    elif ways and min(ways, key=lambda way: way.get("priority", 1)).get("name") == "verified_phone_number":
        yield Finding("accountRecoverySetting prefers verified_phone_number", _at("recovery"))


@_rule(
    fix="verifyBeforeUpdate: the same as autoVerifiedAttributes",
    elsewhere=EnforcementLevel.DISABLED,
    url=f"{COGNITO_GUIDE}/user-pool-settings-email-phone-verification.html",
)
def pool_verified_changes(pool: Resource) -> Iterator[Finding]:
    """A new email address or phone number takes effect only after verification.

    Otherwise a typo locks the user out, and a stolen session can take over the account.
    """
    setting = "userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates"
    kept = pool.items(setting)
    for attribute in pool.texts("autoVerifiedAttributes"):
        if pool.get(setting) is not UNKNOWN and UNKNOWN not in kept and attribute not in kept:
            yield Finding(f"{attribute} changes before it is verified", _at("verifyBeforeUpdate"))


@_rule(
    fix="email: {from: ...}; the account needs production access to SES",
    elsewhere=EnforcementLevel.DISABLED,
    url=f"{COGNITO_GUIDE}/user-pool-email.html",
)
def pool_mail(pool: Resource) -> Iterator[Finding]:
    """The pool sends email with SES, from the product's own domain.

    Cognito's own email is limited to 50 a day, from an unknown address; after that nobody can sign up.
    """
    if pool.lacks("emailConfiguration.emailSendingAccount", "DEVELOPER"):
        sender = pool.shown("emailConfiguration.emailSendingAccount")
        yield Finding(f"emailConfiguration.emailSendingAccount is {sender}", _at("email"))


@Rule(
    fix="unauthenticated: false",
    severity=Severity.HIGH,
    elsewhere=EnforcementLevel.ADVISORY,
    on=(facts.IDENTITY_POOL,),
    url=f"{COGNITO_GUIDE}/identity-pools.html",
    covers=(
        "prowler:cognito_identity_pool_guest_access_disabled",
        "securityhub:Cognito.2",
        "config:cognito-identity-pool-unauth-access-check",
        "config:cognito-identity-pool-unauthenticated-logins",
        "cfn-guard:COGNITO_ALLOW_UNAUTHENTICATED_IDENTITIES_RULE",
        "checkov:CKV_AWS_366",
        "cdk-nag:AwsSolutions-COG7",
    ),
)
def identity_pool_no_guests(pool: Resource) -> Iterator[Finding]:
    """An identity pool gives AWS credentials only to signed-in users, not to guests.

    Otherwise anybody on the internet gets credentials of this AWS account.
    """
    if pool.get("allowUnauthenticatedIdentities") is True:
        yield Finding("allowUnauthenticatedIdentities is true", "identity:identityPool -> unauthenticated")
