"""The guard and the pool: each change of a setting has the effect that its declaration names."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from identity.config import check
from identity.deployed import Deployed
from identity.errors import ConfigError
from identity.guard import refuse_losses
from identity.setting import Change, Model, declared, model_in
from identity.user_pool.settings import UserPool
from identity.zone import Zone
from tests.identity.test_guard import BASE, POOL_ID, state_of
from tests.support.program import REGION, ZONE_ID, Deploy, config_of

ARN = f"arn:aws:lambda:{REGION}:123456789012:function:sign-up"
ROLE = "arn:aws:iam::123456789012:role/texts"
IDENTITY = f"arn:aws:ses:{REGION}:123456789012:identity/focusmark.app"
GROUP = f"arn:aws:logs:{REGION}:123456789012:log-group:mine"
ACL = f"arn:aws:wafv2:{REGION}:123456789012:regional/webacl/mine/1"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/1"
OWN = f"arn:aws:{{}}:{REGION}:123456789012:{{}}"
MAIL = {"from": "no-reply@focusmark.app", "identityArn": IDENTITY}
ZONE = {"zoneName": "focusmark.app", "authDomain": "auth.focusmark.app", "customDomain": True}
THREATS: dict[str, Any] = {
    "mode": "enforced",
    "customAuth": "enforced",
    "leakedPasswords": "block",
    "takeover": {"low": "mfaIfConfigured", "medium": "mfa", "high": "block"},
    "alwaysBlock": ["192.0.2.0/24"],
    "neverBlock": ["198.51.100.0/24"],
}
STRONG = {
    "minimumLength": 12,
    "requireNumbers": True,
    "requireSymbols": True,
    "passwordHistorySize": 5,
    "temporaryPasswordValidityDays": 7,
}
DEVICES = {"challengeOnNewDevice": True, "onlyRememberedOnUserPrompt": True}
MFA: dict[str, Any] = {"mode": "on", "totp": True}
OUT = object()
STATES: dict[str, list[Deployed]] = {}
Row = tuple[str, Any, Any, dict[str, Any]]


def row(key: str, before: Any, after: Any, **beside: Any) -> Row:
    """Return a change of the value at a key, with other settings of `userPool` before and after it."""
    return key, before, after, beside


# Settings that become weaker, with explicit values.
WEAKENED: list[Row] = [
    row("tier", "plus", "essentials"),
    row("autoVerifiedAttributes", ["email"], []),
    row("selfSignUp", True, False),
    row("passwordPolicy.minimumLength", 12, 8),
    row("passwordPolicy.requireLowercase", True, False),
    row("passwordPolicy.requireUppercase", True, False),
    row("passwordPolicy.requireNumbers", True, False),
    row("passwordPolicy.requireSymbols", True, False),
    row("passwordPolicy.passwordHistorySize", 5, 4),
    row("passwordPolicy.passwordHistorySize", 5, OUT),
    row("firstFactors", ["password", "passkey", "emailOtp"], ["password", "passkey"], email=MAIL),
    row("passkeys.relyingPartyId", "focusmark.app", "auth.focusmark.app", firstFactors=["password", "passkey"]),
    row("passkeys.userVerification", "required", "preferred", firstFactors=["password", "passkey"]),
    row("mfa.mode", "on", "optional", mfa=MFA),
    row("mfa.totp", True, False, mfa={"mode": "on"}, sms={}),
    row("recovery", ["verified_email", "verified_phone_number"], ["verified_phone_number"]),
    row("verifyBeforeUpdate", ["email"], []),
    row("devices.challengeOnNewDevice", True, False, devices=DEVICES),
    row("devices.onlyRememberedOnUserPrompt", True, False, devices=DEVICES),
    row("verification.by", "link", "code"),
    row("verification.by", "code", "link"),
    row("email", {"from": "no-reply@mail.focusmark.app"}, OUT),
    row("email", MAIL, OUT),
    row("triggers.preTokenGeneration.version", "V3_0", "V2_0", triggers={"preTokenGeneration": {"arn": ARN}}),
    row("threatProtection.mode", "enforced", "audit", threatProtection=THREATS),
    row("threatProtection.customAuth", "enforced", "audit", threatProtection=THREATS),
    row("threatProtection.leakedPasswords", "block", "none", threatProtection=THREATS),
    row("threatProtection.leakedPasswords", "block", OUT, threatProtection=THREATS),
    row("threatProtection.takeover.low", "mfaIfConfigured", "none", threatProtection=THREATS),
    row("threatProtection.takeover.medium", "mfa", "mfaIfConfigured", threatProtection=THREATS),
    row("threatProtection.takeover.high", "block", "mfa", threatProtection=THREATS),
    row("threatProtection.takeover", THREATS["takeover"], OUT, threatProtection=THREATS),
    row("threatProtection.alwaysBlock", ["192.0.2.0/24"], ["192.0.2.0/25"], threatProtection=THREATS),
    row("threatProtection.neverBlock", ["198.51.100.0/24"], OUT, threatProtection=THREATS),
    row("logs", {"notifications": "90d"}, OUT),
    row("logs.notifications", "90d", "30d"),
    row("logs.notifications", GROUP, OUT, logs={"signIns": GROUP}),
    row("logs.signIns", "90d", OUT, logs={"notifications": "90d"}),
    row("webAcl", ACL, OUT),
    row("webAcl", {"requestsPer5Minutes": 100}, OUT),
    row("webAcl.requestsPer5Minutes", 100, 1000),
    row("webAcl.managedRules", ["common", "ipReputation"], ["common"]),
]
# Settings removed from the stack file, which the update resets: refused with and without `protect`.
UNSAID: list[Row] = [
    row("mfa", MFA, OUT),
    row("mfa.email", {}, OUT, mfa=MFA, email=MAIL, recovery=["admin_only"]),
    row("mfa.sms", {"message": "Your code: {####}"}, OUT, mfa=MFA, sms={}),
    row("verifyBeforeUpdate", ["email"], OUT),
    row("email.configurationSet", "one", OUT, email=MAIL),
    row("devices", DEVICES, OUT),
    row("passkeys", {"relyingPartyId": "focusmark.app"}, OUT, firstFactors=["password", "passkey"]),
    row("threatProtection", THREATS, OUT),
    row("triggers", {"preSignUp": ARN}, OUT),
    *(
        row(f"triggers.{name}", ARN, OUT, triggers={"customMessage" if name != "customMessage" else "preSignUp": ARN})
        for name in (
            *("preSignUp", "postConfirmation", "preAuthentication", "postAuthentication", "preTokenGeneration"),
            *("customMessage", "userMigration"),
        )
    ),
    *(
        row(f"triggers.{name}", ARN, OUT, triggers={"kmsKeyArn": KEY, "preSignUp": ARN})
        for name in ("customEmailSender", "customSmsSender")
    ),
]
HARMLESS: list[Row] = [
    row("name", "old", "new"),
    row("tier", "essentials", "plus"),
    row("autoVerifiedAttributes", ["email"], ["phone_number", "email"], sms={}),
    row("selfSignUp", False, True),
    row("passwordPolicy", {}, STRONG),
    row("passwordPolicy.temporaryPasswordValidityDays", 14, 7),
    row("firstFactors", ["password"], ["passkey", "password"]),
    row("passkeys.userVerification", "preferred", "required", firstFactors=["password", "passkey"]),
    row("mfa", OUT, {"mode": "optional", "totp": True}),
    row("mfa.email.subject", "Code", "Your code", mfa=MFA, email=MAIL, recovery=["admin_only"]),
    row("mfa.email.message", "{####}", "Code {####}", mfa=MFA, email=MAIL, recovery=["admin_only"]),
    row("mfa.sms.message", "{####}.", "Code {####}", mfa=MFA, sms={}),
    row("recovery", ["verified_email"], ["verified_phone_number", "verified_email"]),
    row("recovery", ["verified_email"], OUT),
    row("verifyBeforeUpdate", OUT, ["email"]),
    row("devices", OUT, DEVICES),
    row("verification.subject", "One", "Two"),
    row("verification.message", "{##one##}", "{##two##}"),
    row("verification.smsMessage", "{####}.", "Code {####}"),
    row("invitation.subject", "One", "Two"),
    row("invitation.message", "{username} {####}", "{username}: {####}"),
    row("invitation.smsMessage", "{username} {####}", "{username}: {####}"),
    row("email", OUT, MAIL),
    row("email.from", "one@focusmark.app", "two@focusmark.app", email=MAIL),
    row("email.replyTo", "one@focusmark.app", "two@focusmark.app", email=MAIL),
    row("email.configurationSet", "one", "two", email=MAIL),
    row("email.identityArn", IDENTITY, OUT, email=MAIL),
    row("sms", OUT, {}),
    row("sms.roleArn", ROLE, OUT, sms={"externalId": "one"}),
    row("sms.externalId", "one", "two", sms={"roleArn": ROLE}),
    row("sms.region", REGION, "us-east-1", sms={"roleArn": ROLE}),
    row("triggers.preSignUp", ARN, f"{ARN}-2"),
    row("triggers.preTokenGeneration.version", "V2_0", "V3_0", triggers={"preTokenGeneration": {"arn": ARN}}),
    row("triggers.kmsKeyArn", KEY, f"{KEY}2", triggers={"customEmailSender": ARN}),
    row("threatProtection", OUT, THREATS),
    row("threatProtection.takeover.low", "none", "block", threatProtection=THREATS),
    row("threatProtection.alwaysBlock", OUT, ["192.0.2.0/24"], threatProtection={"mode": "audit"}),
    row("logs.notifications", "30d", "90d"),
    row("webAcl.managedRules", ["common"], ["ipReputation", "common"]),
]
REPLACES: list[Row] = [
    row("usernameAttributes", ["email"], OUT, aliasAttributes=[]),
    row("aliasAttributes", ["email"], ["preferred_username"]),
    row("caseSensitive", False, True),
]
IMPOSSIBLE: list[Row] = [
    row("sms", {}, OUT),
    row("standardAttributes", {"email": {"required": True}}, {"email": {}}),
    row("standardAttributes", {"email": {"required": True}}, {"email": {"required": True, "maxLength": 9}}),
    row("customAttributes", {"a": {}}, OUT),
    row("customAttributes", {"a": {"maxLength": 9}}, {"a": {"maxLength": 10}}),
]


def settled(row: Row, value: Any) -> dict[str, Any]:
    """Return a config whose pool has this value at the key."""
    key, *_, beside = row
    pool: dict[str, Any] = json.loads(json.dumps(beside))
    *way, last = key.split(".")
    place = pool
    for step in way:
        if isinstance(place.get(step), str):
            place[step] = {"arn": place[step]}
        place = place.setdefault(step, {})
    place.pop(last, None)
    if value is not OUT:
        place[last] = value
    return {**BASE, **ZONE, "userPool": pool}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of warnings, because without a run of the program no engine receives them."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    return warnings


def guarded(deploy: Deploy, row: Row, **more: Any) -> None:
    """Run the guard with the state of the value before and the config of the value after."""
    before, after = settled(row, row[1]), settled(row, row[2])
    settings, problems = check(config_of({**after, **more}), "dev")
    assert [str(problem) for problem in problems if not problem.warning] == []
    refuse_losses(deployed(deploy, before), settings, REGION, Zone(ZONE_ID, "focusmark.app"))


def deployed(deploy: Deploy, config: dict[str, Any]) -> list[Deployed]:
    """Return the state after a run with this config. Cached, because a run is slow."""
    name = json.dumps(config)
    if name not in STATES:
        state = state_of(deploy(config, stack="dev"))
        STATES[name] = [
            Deployed(resource["type"], urn.rsplit("::", 1)[-1], resource["outputs"]) for urn, resource in state.items()
        ]
    return STATES[name]


def refusal(deploy: Deploy, row: Row, **more: Any) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        guarded(deploy, row, **more)
    return refused.value


def ids(rows: list[Row]) -> list[str]:
    return [f"{key}-{index}" for index, (key, *_) in enumerate(rows)]


def named(error: ConfigError) -> list[str]:
    return sorted({problem.fix.rpartition("allowLoss: [")[2].partition("]")[0] for problem in error.problems})


@pytest.mark.parametrize("row", WEAKENED, ids=ids(WEAKENED))
def test_what_gets_less_is_refused_under_protect_by_its_key_and_passes_by_its_name(deploy: Deploy, row: Row) -> None:
    error = refusal(deploy, row, protect=True)
    assert {problem.path for problem in error.problems} == {f"identity:userPool.{row[0]}"}
    assert named(error) == [f"{POOL_ID}/{row[0].partition('.')[0]}"]
    guarded(deploy, row, protect=True, allowLoss=named(error))


def test_a_sender_that_would_go_is_named(deploy: Deploy) -> None:
    told = [problem.allowed for problem in refusal(deploy, row("email", MAIL, OUT), protect=True).problems]
    assert "email from no-reply@focusmark.app, as the pool has it" in told


@pytest.mark.parametrize("row", WEAKENED, ids=ids(WEAKENED))
def test_what_gets_less_is_a_warning_without_protect(deploy: Deploy, told: list[str], row: Row) -> None:
    guarded(deploy, row)
    assert any(f"identity:userPool.{row[0]}" in warning for warning in told)


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize("row", UNSAID, ids=ids(UNSAID))
def test_what_the_stack_file_says_no_more_is_refused_and_passes_by_its_name(
    deploy: Deploy, row: Row, protect: bool
) -> None:
    error = refusal(deploy, row, protect=protect)
    assert all(problem.path.startswith(f"identity:userPool.{row[0]}") for problem in error.problems)
    assert "to keep it" in str(error)
    guarded(deploy, row, protect=protect, allowLoss=named(error))


@pytest.mark.parametrize("row", HARMLESS, ids=ids(HARMLESS))
def test_what_costs_nobody_anything_is_not_in_the_way(deploy: Deploy, told: list[str], row: Row) -> None:
    guarded(deploy, row, protect=True)
    assert not any("allowLoss" in warning for warning in told)


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize("row", REPLACES, ids=ids(REPLACES))
def test_what_would_make_another_pool_is_refused(deploy: Deploy, row: Row, protect: bool) -> None:
    error = refusal(deploy, row, protect=protect)
    assert f"identity:userPool.{row[0]}" in {problem.path for problem in error.problems}
    assert named(error) == [POOL_ID]


@pytest.mark.parametrize("row", IMPOSSIBLE, ids=ids(IMPOSSIBLE))
def test_what_aws_cannot_do_has_no_way_round(deploy: Deploy, row: Row) -> None:
    for allowed in ([], [POOL_ID], [f"{POOL_ID}/{row[0]}"]):
        error = refusal(deploy, row, allowLoss=allowed)
        assert error.problems[0].path.startswith(f"identity:userPool.{row[0]}")
        assert "allowLoss" not in error.problems[0].fix


CODE = {"path": "triggers/claims"}
OWN_FUNCTION = OWN.format("lambda", "function:customers-preSignUp")
OWN_GROUP = OWN.format("logs", "log-group:customers-log-notifications")
OWN_ACL = OWN.format("wafv2", "regional/webacl/customers-web-acl/1")
OWN_ROLE = "arn:aws:iam::123456789012:role/{}"
CREATED: list[tuple[str, Any, Any]] = [
    ("userPool.triggers.preSignUp.arn", {"preSignUp": CODE}, OWN_FUNCTION),
    ("userPool.triggers.preSignUp.arn", {"preSignUp": CODE}, f"{OWN_FUNCTION}:live"),
    ("userPool.sms.roleArn", {}, OWN_ROLE.format("customers-sms-role")),
    ("userPool.logs.notifications", {"notifications": "30d"}, OWN_GROUP),
    ("userPool.webAcl.arn", {"managedRules": ["common"]}, OWN_ACL),
    ("identityPool.authenticatedRoleArn", {"clients": ["app"]}, OWN_ROLE.format("identity-pool-authenticated")),
]


def at(path: str, value: Any) -> dict[str, Any]:
    """Return a config with the value at the path."""
    config: Any = value
    for step in reversed(path.split(".")):
        config = {step: config}
    return {**BASE, "clients": {"app": {"callbackUrls": ["https://app.example"]}}, **config}


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize(("path", "before", "arn"), CREATED)
def test_an_arn_of_what_the_stack_created_is_refused_because_the_update_would_delete_it(
    deploy: Deploy, path: str, before: Any, arn: str, protect: bool
) -> None:
    section = "identityPool" if path.startswith("identityPool") else ".".join(path.split(".")[:2])
    state, after = deployed(deploy, at(section, before)), at(path, arn)
    if section == "identityPool":
        after["identityPool"]["clients"] = ["app"]
    settings, problems = check(config_of({**after, "protect": protect}), "dev")
    assert [str(problem) for problem in problems if not problem.warning] == []
    with pytest.raises(ConfigError) as refused:
        refuse_losses(state, settings, REGION, None)
    (problem,) = [problem for problem in refused.value.problems if "with which this stack created" in problem.allowed]
    assert problem.path == f"identity:{path}"
    assert "restore them, without the ARN" in problem.fix


def test_a_function_that_the_stack_still_creates_may_be_named_by_arn_for_another_trigger(deploy: Deploy) -> None:
    first = {"preSignUp": CODE}
    settings, _ = check(config_of(at("userPool.triggers", {**first, "postConfirmation": OWN_FUNCTION})), "dev")
    refuse_losses(deployed(deploy, at("userPool.triggers", first)), settings, REGION, None)


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("triggers", {"preSignUp": CODE}, '"path": "<the folder of its code>"'),
        ("sms", {"externalId": "one"}, '{"externalId": "one"}'),
    ],
)
def test_the_value_to_restore_never_names_what_the_stack_created_by_its_arn(
    deploy: Deploy, key: str, value: Any, written: str
) -> None:
    settings, _ = check(config_of(at("userPool", {})), "dev")
    with pytest.raises(ConfigError) as refused:
        refuse_losses(deployed(deploy, at(f"userPool.{key}", value)), settings, REGION, None)
    assert written in str(refused.value)
    assert "arn:aws" not in str(refused.value)


def keys(model: type[Model], path: str = "") -> Iterator[tuple[str, Change]]:
    """Yield each key and the effect of its change. Objects that change as a whole, as triggers, have a single key."""
    for field in model.model_fields.values():
        inner, place = model_in(field), f"{path}{field.alias}"
        if inner and not (path == "triggers." or inner.__name__ == "StandardAttribute"):
            yield from keys(inner, f"{place}.")
        else:
            yield place, declared(field).change


ROWS = {
    Change.LESSENS: [*WEAKENED, *UNSAID],
    Change.MATTERS: WEAKENED,
    Change.HARMLESS: HARMLESS,
    Change.REPLACES: REPLACES,
    Change.IMPOSSIBLE: IMPOSSIBLE,
}
# Triggers of custom sign-in, which are set together, and the ARN that a plain string sets too.
ELSEWHERE = ("triggers.defineAuth", "triggers.createAuth", "triggers.verifyAuth", "webAcl.arn")


@pytest.mark.parametrize(("key", "change"), [item for item in keys(UserPool) if not item[0].startswith(ELSEWHERE)])
def test_each_key_has_a_row_of_its_class(key: str, change: Change) -> None:
    assert any(row[0] == key or key.startswith(f"{row[0]}.") or row[0].startswith(f"{key}.") for row in ROWS[change])


@pytest.mark.parametrize("mail", [MAIL, {"from": "no-reply@mail.focusmark.app"}])
def test_mail_goes_back_to_cognitos_own_where_the_key_is_taken_out_and_only_then(
    deploy: Deploy, mail: dict[str, str]
) -> None:
    """The provider keeps an omitted sender, so the program resets it explicitly."""
    by_ses, without = {**BASE, **ZONE, "userPool": {"email": mail}}, {**BASE, **ZONE}
    after = deploy(without, stack="dev", state=state_of(deploy(by_ses, stack="dev")))
    assert after.one("UserPool").inputs["emailConfiguration"] == {"emailSendingAccount": "COGNITO_DEFAULT"}
    elsewhere = state_of(deploy(without, stack="dev"))
    for resource in elsewhere.values():
        resource["outputs"]["emailConfiguration"] = {"emailSendingAccount": "DEVELOPER", "sourceArn": IDENTITY}
    assert "emailConfiguration" not in deploy(without, stack="dev", state=elsewhere).one("UserPool").inputs


def test_before_ses_knows_the_sender_it_is_said_that_the_pool_may_have_to_wait(
    deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    by_ses = {**BASE, **ZONE, "userPool": {"email": {"from": "no-reply@mail.focusmark.app"}}}
    with caplog.at_level(logging.WARNING):
        state = state_of(deploy(by_ses, stack="dev"))
        assert "aws sesv2 get-email-identity --email-identity mail.focusmark.app" in caplog.text
        caplog.clear()
        deploy(by_ses, stack="dev", state=state)
    assert "sesv2" not in caplog.text
