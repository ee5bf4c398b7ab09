"""Hypothesis strategies for valid user pools of stack files, with all keys."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from identity.user_pool import attributes, factors, logs, messages, settings, threat_protection, web_acl
from identity.user_pool.attribute_names import ALIAS_ATTRIBUTES, STANDARD_ATTRIBUTES, VERIFIED_ATTRIBUTES
from identity.user_pool.password_policy import PASSWORD_HISTORY, PASSWORD_LENGTH, TEMPORARY_PASSWORD_DAYS
from identity.user_pool.trigger_events import VERSIONS
from identity.user_pool.triggers import SENDERS, Triggers

ACCOUNT = "eu-west-1:123456789012"
IDENTITY = f"arn:aws:ses:{ACCOUNT}:identity/acme.app"
ARNS = st.from_regex(r"[a-z]{1,9}", fullmatch=True).map(lambda name: f"arn:aws:lambda:{ACCOUNT}:function:{name}")
# As AWS requires: no control characters, and no spaces except in ASCII.
WORDS = st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["C", "Z"]), max_size=40)
TEXTS = WORDS.map(lambda text: f"text {text.replace('{', '(')}")
CODES = TEXTS.map("{}: {{####}}".format)
INVITATIONS = TEXTS.map("{}: {{username}} {{####}}".format)
NUMBERS = st.integers(1, 2047)
RANGES = st.lists(st.integers(0, 255).map("192.0.{}.0/24".format), min_size=1, max_size=3, unique=True).map(sorted)
ACTIONS = st.sampled_from(list(threat_protection.ACTIONS))
CUSTOM_NAMES = st.from_regex(r"[a-z][A-Za-z0-9_.:-]{0,19}", fullmatch=True).filter(
    lambda name: name.lower() not in STANDARD_ATTRIBUTES and not name.startswith(("custom:", "dev:custom:"))
)


def some(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for objects with at least one of these keys."""
    return st.fixed_dictionaries({}, optional=keys).filter(bool)


@cache  # hypothesis needs more time to validate a new strategy than to draw from it
def subset(of: tuple[str, ...], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(of), min_size=least, unique=True).map(sorted)


PASSWORDS = some(
    {
        "minimumLength": st.integers(*PASSWORD_LENGTH),
        "requireLowercase": st.booleans(),
        "requireUppercase": st.booleans(),
        "requireNumbers": st.booleans(),
        "requireSymbols": st.booleans(),
        "temporaryPasswordValidityDays": st.integers(*TEMPORARY_PASSWORD_DAYS),
        "passwordHistorySize": st.integers(*PASSWORD_HISTORY),
    }
)
INVITATION = some(
    {"subject": TEXTS, "message": INVITATIONS, "smsMessage": INVITATIONS.map(lambda text: f"{text[-90:]}")}
)
MAIL = st.fixed_dictionaries(
    {"from": st.sampled_from(["no-reply@acme.app", "Us <us@mail.acme.app>"]), "identityArn": st.just(IDENTITY)},
    optional={"replyTo": st.just("help@other.example"), "configurationSet": st.just("sign-in")},
)
TEXTED: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"roleArn": st.just("arn:aws:iam::123456789012:role/texts")},
    optional={"externalId": st.just("ours"), "region": st.just("us-east-1")},
)
PASSKEYS = some({"relyingPartyId": st.just("acme.app"), "userVerification": st.sampled_from(["preferred", "required"])})
DEVICES = some({"challengeOnNewDevice": st.booleans(), "onlyRememberedOnUserPrompt": st.booleans()})
THREATS = st.fixed_dictionaries(
    {"mode": st.sampled_from(list(threat_protection.MODES))},
    optional={
        "customAuth": st.sampled_from(list(threat_protection.MODES)),
        "leakedPasswords": st.sampled_from(["block", "none"]),
        "takeover": some(dict.fromkeys(threat_protection.Takeover.model_fields, ACTIONS)),
        "alwaysBlock": RANGES,
        "neverBlock": RANGES,
    },
)
GROUP = f"arn:aws:logs:{ACCOUNT}:log-group:mine"
LOGS = some(
    {
        "notifications": st.sampled_from([GROUP, *logs.RETENTIONS]),
        "signIns": st.sampled_from(
            [GROUP, "arn:aws:s3:::mine", f"arn:aws:firehose:{ACCOUNT}:deliverystream/mine", *logs.RETENTIONS]
        ),
    }
)
ACL = st.just({"arn": f"arn:aws:wafv2:{ACCOUNT}:regional/webacl/mine/1"}) | some(
    {"requestsPer5Minutes": st.integers(10, 2_000_000_000), "managedRules": subset(tuple(web_acl.RULES), least=1)}
)


def _verifications(by: str) -> st.SearchStrategy[dict[str, Any]]:
    message = CODES if by == "code" else TEXTS.map("{}: {{##here##}}".format)
    texts = {"subject": TEXTS, "message": message, "smsMessage": CODES}
    return st.fixed_dictionaries({"by": st.just(by)}, optional=texts)


VERIFICATIONS = st.one_of([_verifications(by) for by in messages.BY])
NAMES = st.from_regex(r"[A-Za-z0-9 _+=,.@-]{1,40}", fullmatch=True).filter(str.strip)
STANDARD = st.dictionaries(
    st.sampled_from([name for name, kind in attributes.DECLARABLE.items() if kind == "String"]),
    st.fixed_dictionaries({}, optional={"required": st.booleans(), "mutable": st.booleans()}),
    max_size=3,
)
ALIASES = [str(field.alias) for field in Triggers.model_fields.values()]
PLAIN = subset(
    tuple(name for name in ALIASES if name != "kmsKeyArn" and not name.endswith(("Challenge", "ChallengeResponse"))),
    least=1,
)


@st.composite
def triggers(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {alias: {"arn": draw(ARNS)} for alias in draw(PLAIN)}
    if draw(st.booleans()):
        custom = ("defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse")
        made |= {alias: {"arn": draw(ARNS)} for alias in custom}
    if "preTokenGeneration" in made and draw(st.booleans()):
        made["preTokenGeneration"]["version"] = draw(st.sampled_from(VERSIONS[1:]))
    if made.keys() & set(SENDERS):
        made["kmsKeyArn"] = f"arn:aws:kms:{ACCOUNT}:key/1"
    return made


MAILED: st.SearchStrategy[dict[str, Any]] = st.just({}) | some({"subject": TEXTS, "message": CODES})


@st.composite
def second_factors(draw: st.DrawFn, mailed: bool, texted: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"mode": draw(st.sampled_from(["optional", "on"])), "totp": draw(st.booleans())}
    if mailed and draw(st.booleans()):
        made["email"] = draw(MAILED)
    if texted and draw(st.booleans()):
        made["sms"] = {"message": draw(CODES)}
    if not (made["totp"] or "email" in made or texted):
        made["totp"] = True
    return made


BOUNDS = st.tuples(NUMBERS, NUMBERS)
CUSTOM_LISTS = st.lists(CUSTOM_NAMES, max_size=4, unique=True)


@st.composite
def custom_attributes(draw: st.DrawFn) -> dict[str, Any]:
    low, high = sorted(draw(BOUNDS))
    kinds: list[dict[str, Any]] = [
        {},
        {"minLength": low, "maxLength": high},
        {"bounded": False},
        {"type": "Number"},
        {"type": "Number", "minValue": -low, "maxValue": high},
        {"type": "Boolean", "mutable": False},
        {"type": "DateTime", "developerOnly": True},
    ]
    return {name: kinds[draw(st.integers(0, len(kinds) - 1))] for name in draw(CUSTOM_LISTS)}


RECOVERY = st.sampled_from([["admin_only"], ["verified_phone_number", "verified_email"]])


@st.composite
def user_pools(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an object for `userPool`, for a pool in eu-west-1."""

    def sometimes(values: st.SearchStrategy[Any]) -> Any:
        return draw(values) if draw(st.booleans()) else None

    email, sms = sometimes(MAIL), sometimes(TEXTED)
    verified = draw(subset(tuple(VERIFIED_ATTRIBUTES) if sms is not None else ("email",)))
    first = sometimes(subset(tuple(name for name in factors.FIRST_FACTORS if name != "smsOtp" or sms is not None)))
    first = None if first is None else sorted({*first, "password"})
    mfa = sometimes(second_factors(email is not None, sms is not None))
    # MFA by email needs another recovery method than email alone.
    recovery = draw(RECOVERY) if mfa and "email" in mfa else sometimes(subset(tuple(factors.RECOVERY[:2]), 1))
    by_address = draw(st.booleans())
    named = {"usernameAttributes": ["email"]} if by_address else {}
    aliases = subset(tuple(name for name in ALIAS_ATTRIBUTES if name in ("preferred_username", *verified)))
    made: dict[str, Any] = {
        "name": sometimes(NAMES),
        "tier": sometimes(st.just("plus")),
        **(named if by_address else {"aliasAttributes": draw(aliases)}),
        "caseSensitive": draw(st.booleans()),
        "autoVerifiedAttributes": verified,
        "selfSignUp": sometimes(st.booleans()),
        "standardAttributes": sometimes(STANDARD),
        "customAttributes": draw(custom_attributes()),
        "passwordPolicy": sometimes(PASSWORDS),
        "firstFactors": first,
        "passkeys": sometimes(PASSKEYS) if first and "passkey" in first else None,
        "mfa": mfa,
        "recovery": recovery,
        "verifyBeforeUpdate": sometimes(subset(tuple(verified))) if verified else None,
        "devices": sometimes(DEVICES),
        "verification": sometimes(VERIFICATIONS),
        "invitation": sometimes(INVITATION),
        "email": email,
        "sms": sms,
        "triggers": sometimes(triggers()),
        "threatProtection": sometimes(THREATS),
        "logs": sometimes(LOGS),
        "webAcl": sometimes(ACL),
    }
    return {key: value for key, value in made.items() if value is not None}


KEYS = tuple(str(field.alias) for field in settings.UserPool.model_fields.values())
