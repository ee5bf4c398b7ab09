"""User pool settings that cannot work are refused before a resource is registered. Unusual ones give a warning."""

from typing import Any

import pytest

from identity.config import check
from identity.errors import ConfigError
from tests.support.program import Deploy, config_errors, config_of

DOMAIN = {"zoneName": "acme.app", "authDomain": "auth.acme.app", "customDomain": True}
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/mine/1"
IDENTITY = "arn:aws:ses:eu-west-1:123456789012:identity/acme.app"
GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:mine"
MAIL = {"from": "no-reply@acme.app", "identityArn": IDENTITY}
PASSKEYS = {"firstFactors": ["password", "passkey"]}
NAME = "acme-dev-userpool-customers"
MAILED_CODES = {"email": MAIL, "recovery": ["admin_only"]}


def mail(sender: str, identity: str | None = IDENTITY) -> dict[str, Any]:
    return {"email": {"from": sender} | ({"identityArn": identity} if identity else {})}


def relying_party(name: str) -> dict[str, Any]:
    return {**PASSKEYS, "passkeys": {"relyingPartyId": name}}


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    # The second factor (MFA)
    ({"mfa": {"mode": "on"}}, "mfa.mode"),
    ({"mfa": {"mode": "optional", "totp": False}}, "mfa.mode"),
    ({"mfa": {"totp": True}}, "mfa.totp"),
    ({"mfa": {"mode": "off", "email": {}}, "email": MAIL, "recovery": ["admin_only"]}, "mfa.email"),
    ({"mfa": {"mode": "on", "email": {}}, "recovery": ["admin_only"]}, "mfa.email"),
    ({"mfa": {"mode": "on", "email": {}}, "email": MAIL}, "mfa.email"),
    ({"mfa": {"mode": "on", "email": {}}, "email": MAIL, "recovery": ["verified_email"]}, "mfa.email"),
    ({"mfa": {"mode": "on", "email": {}}, "email": MAIL, "recovery": ["admin_only"], "tier": "lite"}, "mfa.email"),
    ({"mfa": {"mode": "on", "sms": {}}}, "mfa.sms"),
    (
        {"usernameAttributes": ["phone_number"], "autoVerifiedAttributes": [], "mfa": {"mode": "on", "totp": True}},
        "mfa.mode",
    ),
    # The first factor and passkeys
    ({"firstFactors": ["passkey"]}, "firstFactors"),
    ({"firstFactors": ["password", "smsOtp"]}, "firstFactors[1]"),
    (relying_party("https://auth.acme.app"), "passkeys.relyingPartyId"),
    (relying_party("192.0.2.1"), "passkeys.relyingPartyId"),
    (relying_party("app"), "passkeys.relyingPartyId"),
    (relying_party("login.acme.app"), "passkeys.relyingPartyId"),
    (relying_party("cme.app"), "passkeys.relyingPartyId"),
    (relying_party("sign-in.auth.acme.app"), "passkeys.relyingPartyId"),
    # Account recovery, and email addresses and phone numbers
    ({"recovery": ["admin_only", "verified_email"]}, "recovery"),
    ({"recovery": ["verified_email", "verified_phone_number", "admin_only"]}, "recovery"),
    ({"recovery": []}, "recovery"),
    ({"recovery": ["verified_email", "verified_email"]}, "recovery"),
    ({"verifyBeforeUpdate": ["phone_number"]}, "verifyBeforeUpdate[0]"),
    ({"autoVerifiedAttributes": ["phone_number"]}, "autoVerifiedAttributes[0]"),
    ({"usernameAttributes": ["email"], "aliasAttributes": ["preferred_username"]}, "aliasAttributes"),
    ({"standardAttributes": {"updated_at": {"maxLength": 9}}}, "standardAttributes.updated_at.maxLength"),
    # Message texts
    ({"verification": {"message": "Confirm your address."}}, "verification.message"),
    ({"verification": {"message": "Your code is {####}."}}, "verification.message"),
    ({"verification": {"by": "code", "message": "{##Confirm##}"}}, "verification.message"),
    ({"verification": {"smsMessage": "Your code"}}, "verification.smsMessage"),
    ({"verification": {"smsMessage": "{####}" + "x" * 135}}, "verification.smsMessage"),
    ({"verification": {"subject": "x" * 141}}, "verification.subject"),
    ({"verification": {"message": "{##Go##}" + "x" * 20_000}}, "verification.message"),
    ({"invitation": {"message": "Your password is {####}."}}, "invitation.message"),
    ({"invitation": {"smsMessage": "You are {username}."}}, "invitation.smsMessage"),
    ({"invitation": {"smsMessage": "{username} {####}" + "x" * 124}}, "invitation.smsMessage"),
    ({"invitation": {"subject": "x" * 141}}, "invitation.subject"),
    ({"invitation": {"message": "{username} {####}" + "x" * 20_000}}, "invitation.message"),
    ({"mfa": {"mode": "on", "totp": True, "sms": {"message": "Your code"}}, "sms": {}}, "mfa.sms.message"),
    ({"mfa": {"mode": "on", "totp": True, "sms": {"message": "{####}" + "x" * 135}}, "sms": {}}, "mfa.sms.message"),
    ({**MAILED_CODES, "mfa": {"mode": "on", "email": {"message": "Your code"}}}, "mfa.email.message"),
    ({**MAILED_CODES, "mfa": {"mode": "on", "email": {"message": "{####}" + "x" * 20_000}}}, "mfa.email.message"),
    ({**MAILED_CODES, "mfa": {"mode": "on", "email": {"subject": "x" * 141}}}, "mfa.email.subject"),
    ({"verification": {"smsMessage": "Your code is\n{####}"}}, "verification.smsMessage"),
    ({"verification": {"subject": "Hello\u200d"}}, "verification.subject"),
    ({"verification": {"message": "{##Go##}\x00"}}, "verification.message"),
    ({"invitation": {"subject": "Hello\u00a0"}}, "invitation.subject"),
    ({"invitation": {"message": "{username} {####}\u200d"}}, "invitation.message"),
    # Email
    (mail("Äcme <no-reply@acme.app>"), "email.from"),
    (mail("Acme, Inc. <no-reply@acme.app>"), "email.from"),
    ({"email": {**MAIL, "configurationSet": "sign in"}}, "email.configurationSet"),
    ({"email": {**MAIL, "identityArn": f"{IDENTITY[:29]}123456789012:domain/acme.app"}}, "email.identityArn"),
    # SMS
    ({"sms": {"externalId": "two words"}}, "sms.externalId"),
    ({"sms": {"roleArn": "arn:aws:iam::123456789012:user/texts"}}, "sms.roleArn"),
    (mail("no-reply@other.app"), "email.from"),
    (mail("no-reply@notacme.app"), "email.from"),
    (mail("other@acme.app", f"{IDENTITY[:-8]}no-reply@acme.app"), "email.from"),
    (mail("no-reply@other.app", None), "email.from"),
    (mail("acme.app"), "email.from"),
    # Lambda triggers
    ({"triggers": {"preSignUp": {}}}, "triggers.preSignUp"),
    ({"triggers": {"preSignUp": {"arn": ARN, "path": "examples"}}}, "triggers.preSignUp"),
    ({"triggers": {"preSignUp": {"arn": ARN, "version": "V2_0"}}}, "triggers.preSignUp.version"),
    ({"triggers": {"preSignUp": {"arn": ARN, "memory": 256}}}, "triggers.preSignUp.memory"),
    ({"triggers": {"preSignUp": {"arn": ARN, "environment": {}}}}, "triggers.preSignUp.environment"),
    ({"triggers": {"preSignUp": "arn:aws:iam::123456789012:role/f"}}, "triggers.preSignUp.arn"),
    ({"triggers": {"preSignUp": "arn:aws:lambda:eu-west-1:123456789012:layer:f"}}, "triggers.preSignUp.arn"),
    ({"triggers": {"preSignUp": 7}}, "triggers.preSignUp"),
    ({"triggers": {"preSignUp": {"path": "no-such-folder"}}}, "triggers.preSignUp.path"),
    ({"triggers": {"preSignUp": {"path": ".."}}}, "triggers.preSignUp.path"),
    ({"triggers": {"preSignUp": {"path": "/usr"}}}, "triggers.preSignUp.path"),
    ({"triggers": {"preSignUp": {"path": "a\0b"}}}, "triggers.preSignUp.path"),
    ({"triggers": {"preSignUp": {"path": "a" * 300}}}, "triggers.preSignUp.path"),
    ({"triggers": {"preSignUp": {"path": "examples/api", "handler": "a" * 300 + ".b"}}}, "triggers.preSignUp.handler"),
    ({"triggers": {"preSignUp": {"path": "examples/api"}}}, "triggers.preSignUp.handler"),
    ({"triggers": {"customEmailSender": ARN}}, "triggers.kmsKeyArn"),
    ({"triggers": {"defineAuthChallenge": ARN, "createAuthChallenge": ARN}}, "triggers.verifyAuthChallengeResponse"),
    # Threat protection
    ({"threatProtection": {"mode": "audit", "alwaysBlock": ["192.0.2.1"]}}, "threatProtection.alwaysBlock[0]"),
    ({"threatProtection": {"mode": "audit", "neverBlock": ["::/0", "999.0.0.0/8"]}}, "threatProtection.neverBlock[1]"),
    ({"threatProtection": {"mode": "audit", "alwaysBlock": ["2001:db8::/129"]}}, "threatProtection.alwaysBlock[0]"),
    # Logs and the web ACL
    ({"logs": {"notifications": "arn:aws:s3:::bucket"}}, "logs.notifications"),
    ({"logs": {"notifications": f"{GROUP}:*"}}, "logs.notifications"),
    ({"logs": {"signIns": "31d"}}, "logs.signIns"),
    ({"webAcl": {}}, "webAcl"),
    ({"webAcl": {"arn": ACL, "requestsPer5Minutes": 100}}, "webAcl.requestsPer5Minutes"),
    ({"webAcl": {"arn": ACL, "managedRules": ["common"]}}, "webAcl.managedRules"),
    ({"webAcl": {"requestsPer5Minutes": 9}}, "webAcl.requestsPer5Minutes"),
    ({"webAcl": ACL.replace("regional", "global")}, "webAcl.arn"),
    # The plan
    ({"tier": "lite", "passwordPolicy": {"passwordHistorySize": 3}}, "passwordPolicy.passwordHistorySize"),
    ({"tier": "lite", **PASSKEYS}, "firstFactors[1]"),
    ({"tier": "lite", **PASSKEYS, "passkeys": {"userVerification": "required"}}, "passkeys"),
    (
        {"tier": "lite", "triggers": {"preTokenGeneration": {"arn": ARN, "version": "V2_0"}}},
        "triggers.preTokenGeneration.version",
    ),
    (
        {"tier": "lite", "triggers": {"preTokenGeneration": {"arn": ARN, "version": "V3_0"}}},
        "triggers.preTokenGeneration.version",
    ),
    ({"tier": "lite", "threatProtection": {"mode": "audit"}}, "threatProtection"),
    ({"tier": "essentials", "threatProtection": {"mode": "audit"}}, "threatProtection"),
    ({"tier": "essentials", "logs": {"signIns": "90d"}}, "logs.signIns"),
]


@pytest.mark.parametrize(("pool", "key"), IMPOSSIBLE, ids=lambda item: item if isinstance(item, str) else "")
def test_what_can_never_work_is_refused_at_its_key(pool: dict[str, Any], key: str) -> None:
    problems = config_errors({"product": "acme", **DOMAIN, "userPool": pool})
    assert f"identity:userPool.{key}" in [problem.path for problem in problems]
    assert all(problem.allowed for problem in problems)


POSSIBLE: list[dict[str, Any]] = [
    {"mfa": {"mode": "optional", "totp": True}},
    {"mfa": {"mode": "on", "email": {}}, "email": MAIL, "recovery": ["admin_only"]},
    {"mfa": {"mode": "on", "sms": {}}, "sms": {}},
    {"mfa": {"mode": "on"}, "sms": {}},
    {"firstFactors": ["password", "smsOtp"], "sms": {}},
    PASSKEYS,
    relying_party("auth.acme.app"),
    relying_party("acme.app"),
    mail("Acme <no-reply@acme.app>"),
    mail("no-reply@mail.acme.app"),
    mail('"Acme, Inc." <no-reply@acme.app>'),
    mail("=?utf-8?b?w4RjbWU=?= <no-reply@acme.app>"),
    {"verification": {"subject": "Willkommen \N{PARTY POPPER}", "message": "<b>{##Los##}</b>\n"}},
    mail("NO-REPLY@acme.app", f"{IDENTITY[:-8]}no-reply@acme.app"),
    mail("no-reply@mail.acme.app", None),
    {"verification": {"by": "code", "message": "Your code is {####}."}},
    {"verification": {"message": "Please {##confirm##}."}},
    {"triggers": {"preSignUp": {"path": "examples/api", "handler": "app.handler"}}},
    {"triggers": {"preTokenGeneration": {"arn": ARN, "version": "V1_0"}}, "tier": "lite"},
    {"logs": {"signIns": "arn:aws:s3:::bucket", "notifications": GROUP}, "tier": "plus"},
    {"webAcl": ACL},
    {"tier": "lite", "passwordPolicy": {"passwordHistorySize": 0}, "firstFactors": ["password"]},
    {"tier": "essentials", **PASSKEYS},
]


@pytest.mark.parametrize("pool", POSSIBLE)
def test_what_can_work_is_taken(pool: dict[str, Any]) -> None:
    assert [str(problem) for problem in config_errors({"product": "acme", **DOMAIN, "userPool": pool})] == []


SELDOM_MEANT: list[tuple[dict[str, Any], str]] = [
    ({"autoVerifiedAttributes": []}, "autoVerifiedAttributes"),
    ({"aliasAttributes": ["preferred_username", "phone_number"]}, "aliasAttributes[1]"),
    ({"aliasAttributes": ["email"], "autoVerifiedAttributes": []}, "aliasAttributes[0]"),
    ({"firstFactors": ["password", "emailOtp"]}, "firstFactors[1]"),
    (
        {"firstFactors": ["password", "emailOtp"], "email": MAIL, "mfa": {"mode": "on", "totp": True}},
        "firstFactors",
    ),
    ({"recovery": ["verified_email", "verified_phone_number"]}, "recovery[1]"),
    (relying_party("acme.app"), "passkeys.relyingPartyId"),
    ({"passkeys": {"userVerification": "required"}}, "passkeys"),  # AWS keeps this after the first factor is removed
]


@pytest.mark.parametrize(("pool", "key"), SELDOM_MEANT)
def test_what_is_seldom_meant_is_a_warning(pool: dict[str, Any], key: str) -> None:
    _, problems = check(config_of({"product": "acme", **DOMAIN, "userPool": pool}), "dev")
    assert [problem.path for problem in problems if not problem.warning] == []
    assert f"identity:userPool.{key}" in [problem.path for problem in problems]


def test_a_sender_outside_of_the_zone_is_refused_once_the_zone_is_known(deploy: Deploy) -> None:
    """The name of a zone set by id or export is known only after the lookup in AWS."""
    config = {"product": "focusmark", "zoneExport": "focusmark-route53-dotAppZone"}
    assert deploy({**config, "userPool": mail("no-reply@focusmark.app", None)}).of_type("EmailIdentity")
    with pytest.raises(ConfigError, match=r"userPool\.email\.from"):
        deploy({**config, "userPool": mail("no-reply@other.app", None)})


@pytest.mark.parametrize(
    ("sender", "meant"),
    [
        ("Acme, Inc. <no-reply@acme.app>", '"Acme, Inc." <no-reply@acme.app>'),
        ("Äcme <no-reply@acme.app>", "=?utf-8?b?w4RjbWU=?= <no-reply@acme.app>"),
    ],
)
def test_a_senders_name_that_mail_does_not_take_is_answered_with_one_that_it_does(sender: str, meant: str) -> None:
    (problem,) = config_errors({"product": "acme", **DOMAIN, "userPool": mail(sender)})
    assert problem.fix == f"write '{meant}'"
    assert config_errors({"product": "acme", **DOMAIN, "userPool": mail(meant)}) == []


@pytest.mark.parametrize(("name", "asked"), [("our people", "our-people"), ("Größe", "Gr--e"), (None, NAME)])
def test_the_external_id_that_follows_from_the_name_is_one_that_sts_takes(name: str | None, asked: str) -> None:
    pool = {"sms": {}, **({"name": name} if name else {})}
    settings, _ = check(config_of({"product": "acme", "userPool": pool}), "dev")
    assert settings.user_pool.sms
    assert settings.user_pool.sms.external_id == asked


def test_a_sender_without_identity_and_zone_is_refused_with_both_ways_out() -> None:
    (problem,) = config_errors({"product": "acme", "userPool": mail("no-reply@acme.app", None)})
    assert problem.path == "identity:userPool.email.from"
    assert "identityArn" in problem.fix
    assert "identity:zoneName" in problem.fix


@pytest.mark.parametrize(
    ("name", "warned"), [("acme-dev.auth.eu-west-1.amazoncognito.com", False), ("dev-auth.acme.app", True)]
)
def test_on_the_prefix_a_passkey_of_the_auth_domain_is_for_pages_of_ones_own(name: str, warned: bool) -> None:
    config = {"product": "acme", "aws:region": "eu-west-1", "userPool": relying_party(name)}
    _, problems = check(config_of(config), "dev")
    assert [problem.path for problem in problems if problem.warning and "passkeys" in problem.path] == (
        ["identity:userPool.passkeys.relyingPartyId"] if warned else []
    )
    assert not [problem for problem in problems if not problem.warning]
