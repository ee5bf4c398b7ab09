"""Rules between settings of a user pool: errors for invalid ones, warnings for unusual ones."""

from collections.abc import Iterator, Mapping
from typing import Final

from identity.domain import ZONE_KEYS, Domain
from identity.errors import Problem, following, shown
from identity.types import refusal
from identity.user_pool import attributes
from identity.user_pool.attribute_names import VERIFIED_ATTRIBUTES
from identity.user_pool.mail import mail_problems
from identity.user_pool.messages import with_code, with_link
from identity.user_pool.settings import PATH, UserPool
from identity.user_pool.triggers import Triggers, trigger_problems
from identity.user_pool.web_acl import web_acl_problems

_POOL: Final = f"{PATH}."
_WHEREABOUTS: Final = ("authDomain", "customDomain", "domainPrefix", "product", "environment")


def pool_problems(
    pool: UserPool, auth_flows: Mapping[str, tuple[str, ...]], domain: Domain, region: str | None, has_pages: bool
) -> Iterator[Problem]:
    """The errors and warnings for a pool.

    Args:
        pool: the settings, with defaults filled in.
        auth_flows: the authentication flows of each client, by config path.
        domain: the sign-in domains.
        region: the stack's region, if set.
        has_pages: whether a client uses the sign-in pages.
    """
    yield from attributes.attribute_problems(PATH, pool.standard_attributes, pool.custom_attributes)
    yield from _user_names(pool)
    yield from following(_addresses(pool), _POOL, "autoVerifiedAttributes", "sms")
    yield from following(_factors(pool), _POOL, "firstFactors", "mfa", "email", "sms")
    yield from following(_second_factor(pool), _POOL, "mfa", "email", "sms", "recovery", "usernameAttributes")
    yield from following(_recovery(pool), _POOL, "recovery", "autoVerifiedAttributes", "sms")
    yield from following(_messages(pool), _POOL, "verification.by")
    if pool.passkeys and pool.passkeys.relying_party_id and domain.served:
        problems = _relying_party(pool.passkeys.relying_party_id, domain, region, has_pages)
        yield from following(problems, "identity:", *_WHEREABOUTS)
    if pool.email:
        zone = domain.zone
        name = zone.value if zone and zone.by == "zoneName" else None
        yield from following(mail_problems(pool.email, zone is not None, name), "identity:", *ZONE_KEYS)
    if pool.web_acl:
        yield from web_acl_problems(pool.web_acl)
    yield from following(_choice_of_sign_in(pool, auth_flows), _POOL, "firstFactors")
    yield from trigger_problems(f"{PATH}.triggers", pool.triggers or Triggers(), auth_flows)


def _choice_of_sign_in(pool: UserPool, auth_flows: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for client, flows in auth_flows.items():
        if "ALLOW_USER_AUTH" in flows and not pool.first_factors:
            allowed = "a flow that the pool supports: this one requires userPool.firstFactors"
            place = f"{client}.authFlows[{flows.index('ALLOW_USER_AUTH')}]"
            yield Problem(place, allowed, '"ALLOW_USER_AUTH"', "remove it, or set userPool.firstFactors")


def _user_names(pool: UserPool) -> Iterator[Problem]:
    if pool.username_attributes and pool.alias_attributes:
        allowed = f"not together with usernameAttributes: the user name is one of {shown(pool.username_attributes)}"
        yield Problem(f"{PATH}.aliasAttributes", allowed, shown(pool.alias_attributes), "remove one of the two")


def _addresses(pool: UserPool) -> Iterator[Problem]:
    verified = pool.auto_verified_attributes
    if "phone_number" in verified and pool.sms is None:
        place = f"{PATH}.autoVerifiedAttributes[{verified.index('phone_number')}]"
        allowed = "only email: Cognito verifies phone numbers by text message"
        yield Problem(place, allowed, '"phone_number"', "remove it, or set userPool.sms ({} creates a role)")
    for index, alias in enumerate(pool.alias_attributes):
        if alias in VERIFIED_ATTRIBUTES and alias not in verified:
            allowed = f"a verified alias: nobody can sign in with {alias} before it is verified"
            fix = f"add {alias} to {PATH}.autoVerifiedAttributes, or remove it here"
            yield Problem(f"{PATH}.aliasAttributes[{index}]", allowed, shown(alias), fix, warning=True)
    if not verified:
        allowed = "[email]: without a verified attribute nobody can confirm a sign-up or recover an account"
        yield Problem(f"{PATH}.autoVerifiedAttributes", allowed, "[]", warning=True)


def _factors(pool: UserPool) -> Iterator[Problem]:
    factors, path = pool.first_factors or [], f"{PATH}.firstFactors"
    if factors and "password" not in factors:
        yield Problem(path, "password among them: AWS requires it", shown(factors), "add password")
    if "smsOtp" in factors and pool.sms is None:
        yield Problem(f"{path}[{factors.index('smsOtp')}]", "smsOtp with userPool.sms", '"smsOtp"', "set userPool.sms")
    if "emailOtp" in factors and pool.email is None:
        allowed = "emailOtp with userPool.email: Cognito's own email is limited to 50 a day"
        yield Problem(f"{path}[{factors.index('emailOtp')}]", allowed, '"emailOtp"', "set userPool.email", warning=True)
    if pool.passkeys and "passkey" not in factors:
        allowed = "passkeys only if firstFactors has passkey"
        fix = "add passkey to firstFactors"
        yield Problem(f"{PATH}.passkeys", allowed, "firstFactors without passkey", fix, warning=True)
    codes = [factor for factor in factors if factor in ("emailOtp", "smsOtp")]
    if codes and pool.mfa and pool.mfa.mode == "on":
        allowed = "password and passkey if mfa.mode is on: Cognito then does not offer codes as a first factor"
        yield Problem(path, allowed, ", ".join(codes), "set mfa.mode: optional, or remove them", warning=True)


def _relying_party(name: str, domain: Domain, region: str | None, has_pages: bool) -> Iterator[Problem]:
    """Passkeys only work on the page's host or a parent domain (https://www.w3.org/TR/webauthn-2/#rp-id)."""
    path, served = f"{PATH}.passkeys.relyingPartyId", domain.served_on(region)
    if name not in (domain.auth_domain, served) and not domain.auth_domain.endswith(f".{name}"):
        allowed = (
            f"the auth domain, {domain.auth_domain}, or a parent of it: browsers accept no other domain for passkeys"
        )
        yield Problem(path, allowed, shown(name), warning=not has_pages)
    elif name != served:
        allowed = (
            f"{served or 'the domain of the sign-in pages'}: passkeys for another domain only work on your own pages"
        )
        fix = "remove it" if domain.custom else "remove it, or set identity:customDomain: true"
        yield Problem(path, allowed, shown(name), fix, warning=True)


def _second_factor(pool: UserPool) -> Iterator[Problem]:
    mfa, path = pool.mfa, f"{PATH}.mfa"
    if mfa is None:
        return
    texted = mfa.sms is not None or pool.sms is not None
    if mfa.mode != "off" and not (mfa.totp or mfa.email or texted):
        fix = "add `totp: true`, or set mode: off"
        yield Problem(f"{path}.mode", "off, or a factor: totp, email or sms", shown(mfa.mode), fix)
    off = {"totp": mfa.totp, "email": mfa.email} if mfa.mode == "off" else {}
    for factor in (factor for factor, given in off.items() if given):
        allowed = "no factor if mode is off"
        yield Problem(f"{path}.{factor}", allowed, "mode off", f"set {path}.mode: optional, or remove it")
    if mfa.email and pool.email is None:
        yield Problem(
            f"{path}.email", "email as a factor requires userPool.email (SES)", "no email", "set userPool.email"
        )
    if mfa.email and set(pool.recovery or ["verified_email"]) <= {"verified_email"}:
        allowed = "email as a factor requires another way of userPool.recovery than email, or admin_only"
        fix = "set recovery: [verified_phone_number, verified_email], or [admin_only]"
        yield Problem(f"{path}.email", allowed, shown(pool.recovery or ["verified_email"]), fix)
    if mfa.sms and mfa.mode != "off" and pool.sms is None:
        yield Problem(f"{path}.sms", "text messages as a factor require userPool.sms", "no sms", "set userPool.sms")
    if mfa.mode != "off" and "phone_number" in pool.username_attributes and pool.sms is None:
        allowed = "off, or userPool.sms: users whose user name is a phone number get codes there"
        yield Problem(f"{path}.mode", allowed, shown(mfa.mode), "set userPool.sms")


def _recovery(pool: UserPool) -> Iterator[Problem]:
    ways = pool.recovery or []
    if "admin_only" in ways and len(ways) > 1:
        yield Problem(f"{PATH}.recovery", "admin_only alone", shown(ways), "remove admin_only, or the other")
    if "verified_phone_number" in ways and pool.sms is None:
        place = f"{PATH}.recovery[{ways.index('verified_phone_number')}]"
        allowed = "a way to send codes: for phone numbers it requires userPool.sms"
        yield Problem(place, allowed, '"verified_phone_number"', "set userPool.sms", warning=True)
    for index, attribute in enumerate(pool.verify_before_update or []):
        if attribute not in pool.auto_verified_attributes:
            allowed = "an attribute of autoVerifiedAttributes"
            fix = f"add it to {PATH}.autoVerifiedAttributes"
            yield Problem(f"{PATH}.verifyBeforeUpdate[{index}]", allowed, shown(attribute), fix)


def _messages(pool: UserPool) -> Iterator[Problem]:
    message, check = pool.verification.message, with_link if pool.verification.by == "link" else with_code
    if message is not None and (refused := refusal(check, message)):
        yield Problem(f"{PATH}.verification.message", refused[0], shown(message))
