"""The rules of the policy pack without the engine: valid and invalid resources, levels, exemptions and messages."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi_policy
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel as Level

from identity import facts
from policy import enforcement, exemptions
from policy.enforcement import RULES
from policy.exemptions import Exemption
from policy.pack import Stack, policies, violation
from policy.rule import UNKNOWN, Resource, Rule
from tests.support.program import Deploy, config_errors

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "policies.md"
BY_ID = {rule.id: rule for rule in RULES}
CLIENT, POOL, DOMAIN, SERVER = facts.USER_POOL_CLIENT, facts.USER_POOL, facts.USER_POOL_DOMAIN, facts.RESOURCE_SERVER
CERTIFICATE, RECORD, EXPORTS = facts.CERTIFICATE, facts.RECORD, facts.CLOUD_FORMATION_STACK
LOGS, RISKS, WEB_ACL = facts.LOG_DELIVERY, facts.RISK_CONFIGURATION, facts.WEB_ACL_ASSOCIATION
GUESTS = facts.IDENTITY_POOL
TAGS = {
    "environment": "prod",
    "orchestration": "pulumi",
    "product": "focusmark",
    "service": "auth",
    "service-type": "aws-managed",
}
PASSWORDS = {
    "minimumLength": 14.0,
    "requireLowercase": True,
    "requireUppercase": True,
    "requireNumbers": True,
    "requireSymbols": True,
    "temporaryPasswordValidityDays": 7.0,
}
ARN = "arn:aws:acm:{}:123456789012:certificate/a"
BLOCK = {"eventAction": "BLOCK"}
BLOCKS = {
    "userPoolId": UNKNOWN,
    "compromisedCredentialsRiskConfiguration": {"actions": BLOCK},
    "accountTakeoverRiskConfiguration": {
        "actions": {"lowAction": BLOCK, "mediumAction": BLOCK, "highAction": BLOCK},
    },
}

GOOD: Mapping[str, Mapping[str, Any]] = {
    CLIENT: {
        "allowedOauthFlows": ["code"],
        "allowedOauthScopes": ["openid", "app.focusmark.api.task/task.read"],
        "callbackUrls": ["https://app.example/back?a=b", "https://other.example"],
        "logoutUrls": ["https://app.example"],
        "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "generateSecret": False,
        "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": True,
        "refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 10.0},
        "accessTokenValidity": 60.0,
        "idTokenValidity": 60.0,
        "refreshTokenValidity": 30.0,
        "tokenValidityUnits": {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"},
    },
    SERVER: {
        "identifier": "app.focusmark.api.task",
        "scopes": [{"scopeName": "task.read", "scopeDescription": "Read"}],
    },
    POOL: {
        "passwordPolicy": PASSWORDS,
        "deletionProtection": "ACTIVE",
        "mfaConfiguration": "ON",
        "softwareTokenMfaConfiguration": {"enabled": True},
        "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1.0}]},
        "autoVerifiedAttributes": ["email"],
        "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]},
        "emailConfiguration": {"emailSendingAccount": "DEVELOPER"},
        "userPoolAddOns": {"advancedSecurityMode": "ENFORCED"},
        "tags": TAGS,
    },
    GUESTS: {"allowUnauthenticatedIdentities": False, "tags": TAGS},
    LOGS: {"userPoolId": UNKNOWN},
    RISKS: BLOCKS,
    WEB_ACL: {"resourceArn": UNKNOWN},
    CERTIFICATE: {"domainName": "auth.focusmark.app", "tags": TAGS},
    DOMAIN: {"domain": "auth.focusmark.app", "certificateArn": UNKNOWN},
    RECORD: {"type": "A", "name": "auth.focusmark.app", "aliases": [{"name": UNKNOWN}]},
}
NAMES = {CLIENT: "access-client-cli", SERVER: "access-server-task", POOL: "customers"}
SOURCES: Mapping[str, Mapping[str, Sequence[str]]] = {
    LOGS: {"userPoolId": [POOL]},
    RISKS: {"userPoolId": [POOL]},
    WEB_ACL: {"resourceArn": [POOL]},
    DOMAIN: {"certificateArn": [CERTIFICATE]},
    RECORD: {"aliases": [DOMAIN]},
}


def resource(kind: str, changed: Mapping[str, Any] | None = None, **fields: Any) -> Resource:
    """Return a valid resource of a type with changed properties. Its URN is its type, since each type occurs once."""
    given: dict[str, Any] = {
        "urn": kind,
        "protect": True,
        "region": "us-east-1",
        "sources": SOURCES.get(kind, {}),
    }
    return Resource(kind, NAMES.get(kind, "name"), {**GOOD.get(kind, {}), **(changed or {})}, **(given | fields))


def stack(*changed: Resource, without: Sequence[str] = ()) -> list[Resource]:
    kinds = {one.type for one in changed}
    return [*changed, *(resource(kind) for kind in GOOD if kind not in kinds and kind not in without)]


def findings(rule_id: str, subject: Resource, beside: Sequence[Resource]) -> list[str]:
    rule = BY_ID[rule_id]
    return [f"{found.wrong} | {found.where}" for found in rule.findings(subject, beside)]


def client(**changed: Any) -> Resource:
    return resource(CLIENT, changed)


def pool(**changed: Any) -> Resource:
    return resource(POOL, changed)


def recovered(*ways: str) -> Resource:
    """Return a pool with these recovery methods. AWS may list them in any order, so they are reversed here."""
    mechanisms = [{"name": way, "priority": float(rank)} for rank, way in enumerate(ways, 1)]
    return pool(accountRecoverySetting={"recoveryMechanisms": mechanisms[::-1]})


def passwords(**changed: Any) -> Resource:
    return pool(passwordPolicy={**PASSWORDS, **changed})


def validity(kind: str, value: float, unit: str | None = None) -> Resource:
    good: Mapping[str, Any] = GOOD[CLIENT]["tokenValidityUnits"]
    units = {name: given for name, given in good.items() if name != f"{kind}Token"} | (
        {f"{kind}Token": unit} if unit else {}
    )
    return client(**{f"{kind}TokenValidity": value, "tokenValidityUnits": units})


# rule, invalid resource, part of the message
BAD: list[tuple[str, Resource, str]] = [
    ("client-no-implicit-flow", client(allowedOauthFlows=["code", "implicit"]), "allowedOauthFlows has implicit"),
    *(
        ("client-no-password-flow", client(explicitAuthFlows=[flow]), f"explicitAuthFlows has {flow}")
        for flow in ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH")
    ),
    (
        "client-refresh-rotation",
        client(explicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"], refreshTokenRotation=None),
        "refreshTokenRotation",
    ),
    ("client-refresh-rotation", client(explicitAuthFlows=None, refreshTokenRotation=None), "refreshTokenRotation"),
    (
        "client-refresh-rotation",
        client(explicitAuthFlows=["ALLOW_USER_SRP_AUTH"], refreshTokenRotation={"feature": "DISABLED"}),
        "refreshTokenRotation",
    ),
    ("client-token-lifetimes", validity("access", 61, "minutes"), "accessTokenValidity is 61 minutes"),
    ("client-token-lifetimes", validity("access", 2), "accessTokenValidity is 2 hours"),
    ("client-token-lifetimes", validity("id", 86400, "seconds"), "idTokenValidity is 86400 seconds"),
    ("client-token-lifetimes", validity("refresh", 31), "refreshTokenValidity is 31 days"),
    ("client-declared-scopes", client(allowedOauthScopes=["openid", "a/b"]), "allowedOauthScopes has a/b"),
    ("client-hides-users", client(preventUserExistenceErrors="LEGACY"), "preventUserExistenceErrors is LEGACY"),
    ("client-hides-users", client(preventUserExistenceErrors=None), "preventUserExistenceErrors is not set"),
    ("client-token-revocation", client(enableTokenRevocation=False), "enableTokenRevocation"),
    ("client-https-urls", client(callbackUrls=["http://app.example"]), "callbackUrls has http://app.example"),
    ("client-https-urls", client(logoutUrls=["HTTP://app.example"]), "logoutUrls has HTTP://app.example"),
    ("client-https-urls", client(callbackUrls=["http://localhost.evil.example"]), "localhost.evil.example"),
    ("client-https-urls", client(defaultRedirectUri="http://app.example"), "defaultRedirectUri"),
    ("client-exact-urls", client(callbackUrls=["https://*.app.example"]), "callbackUrls has a wildcard"),
    ("client-exact-urls", client(logoutUrls=["https://app.example/#a"]), "logoutUrls has a fragment"),
    *(
        ("client-no-secret-on-loopback", client(generateSecret=True, callbackUrls=[url]), f"callbackUrls has {url}")
        for url in (
            *("http://localhost:9000", "http://127.0.0.1/a", "http://[::1]:80", "https://localhost"),
            *("https://127.0.0.2/", "https://0.0.0.0", "https://localhost./", "https://[::ffff:127.0.0.1]/"),
            *("https://a.localhost", "https://2130706433", "https://0x7f.1/", "https://127.1"),
        )
    ),
    ("client-no-secret-in-apps", client(generateSecret=True, callbackUrls=["myapp://back"]), "has myapp://back"),
    ("pool-password-floor", passwords(minimumLength=7.0), "passwordPolicy.minimumLength is 7"),
    ("pool-password-floor", passwords(requireLowercase=False), "passwordPolicy.requireLowercase is false"),
    ("pool-password-floor", passwords(requireUppercase=None), "passwordPolicy.requireUppercase is not set"),
    ("pool-password-floor", pool(passwordPolicy=None), "passwordPolicy.minimumLength is not set"),
    ("pool-password-length", passwords(minimumLength=13.0), "passwordPolicy.minimumLength is 13"),
    ("pool-password-characters", passwords(requireNumbers=False), "passwordPolicy.requireNumbers is false"),
    ("pool-password-characters", passwords(requireSymbols=False), "passwordPolicy.requireSymbols is false"),
    ("pool-temporary-passwords", passwords(temporaryPasswordValidityDays=14.0), "temporaryPasswordValidityDays is 14"),
    ("pool-protected", pool(deletionProtection="INACTIVE"), "deletionProtection is INACTIVE"),
    ("pool-protected", resource(POOL, protect=False), "Pulumi's protect is off"),
    ("pool-mfa", pool(mfaConfiguration="OPTIONAL"), "mfaConfiguration is OPTIONAL"),
    ("pool-mfa", pool(softwareTokenMfaConfiguration=None), "no second factor is configured"),
    ("pool-mfa", pool(softwareTokenMfaConfiguration={"enabled": False}), "no second factor is configured"),
    ("pool-recovery", pool(accountRecoverySetting=None), "accountRecoverySetting is not set"),
    ("pool-recovery", recovered("verified_phone_number"), "prefers verified_phone_number"),
    ("pool-recovery", recovered("verified_phone_number", "verified_email"), "prefers verified_phone_number"),
    ("pool-verified-changes", pool(userAttributeUpdateSettings=None), "email changes before it is verified"),
    ("pool-verified-changes", pool(autoVerifiedAttributes=["email", "phone_number"]), "phone_number changes before"),
    ("pool-mail", pool(emailConfiguration=None), "emailSendingAccount is not set"),
    ("pool-mail", pool(emailConfiguration={"emailSendingAccount": "COGNITO_DEFAULT"}), "is COGNITO_DEFAULT"),
    ("identity-pool-no-guests", resource(GUESTS, {"allowUnauthenticatedIdentities": True}), "allowUnauthenticated"),
    *(
        ("client-own-rights", client(writeAttributes=["email", name]), f"writeAttributes has {name}")
        for name in ("custom:role", "custom:userGroup", "custom:is_admin", "custom:tenantId", "custom:PLAN")
    ),
    ("certificate-strong-key", resource(CERTIFICATE, {"keyAlgorithm": "RSA_1024"}), "keyAlgorithm is RSA_1024"),
    ("pool-threat-protection", pool(userPoolAddOns={"advancedSecurityMode": "AUDIT"}), "advancedSecurityMode"),
    ("pool-custom-threat-protection", pool(lambdaConfig={"defineAuthChallenge": "arn"}), "customAuthMode"),
    ("certificate-no-wildcard", resource(CERTIFICATE, {"domainName": "*.focusmark.app"}), "domainName has *."),
    (
        "certificate-no-wildcard",
        resource(CERTIFICATE, {"subjectAlternativeNames": ["*.focusmark.app"]}),
        "subjectAlternativeNames has *.",
    ),
    (
        "certificate-transparency",
        resource(CERTIFICATE, {"options": {"certificateTransparencyLoggingPreference": "DISABLED"}}),
        "certificateTransparencyLoggingPreference is DISABLED",
    ),
    ("certificate-no-gap", resource(CERTIFICATE, delete_before_replace=True), "deleteBeforeReplace"),
    ("certificate-region", resource(DOMAIN, {"certificateArn": ARN.format("eu-west-1")}), "in eu-west-1"),
    ("record-attached", resource(RECORD, {"aliases": None, "records": ["192.0.2.1"]}), "has values"),
    ("record-attached", resource(RECORD, {"type": "AAAA"}, sources={}), "outside of the stack"),
    ("tags", pool(tags={**TAGS, "product": " "}), "tags lacks product"),
    ("tags", resource(CERTIFICATE, {"tags": None}), "tags lacks environment, orchestration"),
    ("tags", resource(EXPORTS, {"tags": {}}), "tags lacks"),
]
# Valid resources besides the default ones.
FINE: list[tuple[str, Resource]] = [
    ("client-refresh-rotation", client(generateSecret=True, refreshTokenRotation=None, explicitAuthFlows=None)),
    ("client-refresh-rotation", client(allowedOauthFlows=["implicit"], refreshTokenRotation=None)),
    ("client-refresh-rotation", client(allowedOauthFlows=["client_credentials"], explicitAuthFlows=None)),
    ("client-token-lifetimes", client(accessTokenValidity=None, idTokenValidity=0.0, refreshTokenValidity=None)),
    ("client-token-lifetimes", validity("access", 3600, "seconds")),
    ("client-https-urls", client(callbackUrls=["http://localhost:1", "http://127.0.0.1", "http://[::1]/", "app://a"])),
    ("client-https-urls", client(callbackUrls=["http://[broken", "no url at all"][1:])),
    ("client-no-secret-on-loopback", client(callbackUrls=["http://localhost:9000"])),
    ("client-no-secret-in-apps", client(callbackUrls=["myapp://back"])),
    ("client-no-secret-in-apps", client(generateSecret=True)),
    ("pool-custom-threat-protection", pool(lambdaConfig={"preSignUp": "arn"})),
    ("pool-mfa", pool(softwareTokenMfaConfiguration=None, smsConfiguration={"snsCallerArn": UNKNOWN})),
    ("pool-mfa", pool(softwareTokenMfaConfiguration=None, emailMfaConfiguration={"subject": "Your code"})),
    ("pool-recovery", recovered("verified_email", "verified_phone_number")),
    ("pool-recovery", recovered("admin_only")),
    ("pool-verified-changes", pool(userAttributeUpdateSettings=None, autoVerifiedAttributes=None)),
    ("client-own-rights", client(writeAttributes=["email", "name", "custom:colour"])),
    ("client-own-rights", client(writeAttributes=None)),
    ("certificate-strong-key", resource(CERTIFICATE, {"keyAlgorithm": "EC_prime256v1"})),
    ("certificate-region", resource(DOMAIN, {"certificateArn": ARN.format("us-east-1")})),
    ("certificate-region", resource(DOMAIN, {"certificateArn": None})),
    ("record-attached", resource(RECORD, {"type": "CNAME", "aliases": None, "records": ["a.example"]}, sources={})),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_good_stack_passes(rule: Rule) -> None:
    whole = stack()
    assert [found for one in whole for found in rule.findings(one, whole)] == []


@pytest.mark.parametrize(("rule_id", "bad", "names"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_resource_fails_with_its_property_named(rule_id: str, bad: Resource, names: str) -> None:
    found = findings(rule_id, bad, stack(bad))
    assert len(found) >= 1
    assert names in found[0]


@pytest.mark.parametrize(("rule_id", "fine"), FINE, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_allowed_passes(rule_id: str, fine: Resource) -> None:
    assert findings(rule_id, fine, stack(fine)) == []


@pytest.mark.parametrize(
    ("rule_id", "missing"), [("pool-logs", LOGS), ("pool-risk-response", RISKS), ("pool-waf", WEB_ACL)]
)
def test_what_must_stand_beside_the_pool_is_missed(rule_id: str, missing: str) -> None:
    assert findings(rule_id, pool(), stack(without=[missing]))
    assert findings(rule_id, pool(), stack(resource(missing, sources={})))


@pytest.mark.parametrize(
    "change",
    [
        {"compromisedCredentialsRiskConfiguration": {"actions": {"eventAction": "NO_ACTION"}}},
        {"compromisedCredentialsRiskConfiguration": {"actions": BLOCK, "eventFilters": ["SIGN_UP"]}},
        {"accountTakeoverRiskConfiguration": {"actions": {"lowAction": BLOCK, "highAction": BLOCK}}},
        {"clientId": "1h57kf5cpq17m0eml12EXAMPLE"},
    ],
)
def test_a_risk_configuration_that_lets_through_is_none(change: dict[str, Any]) -> None:
    assert findings("pool-risk-response", pool(), stack(resource(RISKS, change)))


@pytest.mark.parametrize(
    ("kind", "prop", "output", "rule_id"),
    [(WEB_ACL, "resourceArn", "arn", "pool-waf"), (LOGS, "userPoolId", "id", "pool-logs")],
)
def test_what_names_the_pool_outright_counts(kind: str, prop: str, output: str, rule_id: str) -> None:
    known = pool(**{output: "the pool"})
    for named, missed in (("the pool", False), ("another", True)):
        beside = resource(kind, {prop: named}, sources={})
        assert bool(findings(rule_id, known, stack(known, beside))) is missed


def test_a_certificate_elsewhere_is_seen_before_its_arn_is_known() -> None:
    validation = Resource("aws:acm/certificateValidation:CertificateValidation", "v", {}, urn="v")
    by_way = Resource(validation.type, "v", {}, urn="v", sources={"certificateArn": [CERTIFICATE]})
    domain = resource(DOMAIN, sources={"certificateArn": ["v"]})
    elsewhere = resource(CERTIFICATE, region="eu-west-1")

    assert findings("certificate-region", domain, stack(domain, by_way, elsewhere)) != []
    assert findings("certificate-region", domain, stack(domain, by_way)) == []


@pytest.mark.parametrize("kind", [*GOOD, EXPORTS])
def test_unknown_values_fail_no_rule_and_raise_nothing(kind: str) -> None:
    good = GOOD.get(kind, {})
    whole_values = dict.fromkeys({*good, "tags", "options", "lambdaConfig", "defaultRedirectUri"}, UNKNOWN)
    items = {key: [UNKNOWN] for key, value in good.items() if isinstance(value, list)}
    members = {key: dict.fromkeys(value, UNKNOWN) for key, value in good.items() if isinstance(value, dict)}
    for unknown in (whole_values, items, members):
        whole = stack(resource(kind, {"tags": TAGS, **unknown}))
        assert {rule.id: found for rule in RULES if (found := rule.findings(whole[0], whole))} == {}


def test_every_rule_has_a_bad_example_and_its_own_id() -> None:
    beside_the_pool = {"pool-logs", "pool-risk-response", "pool-waf"}
    assert len(BY_ID) == len(RULES)
    assert {rule_id for rule_id, _, _ in BAD} | beside_the_pool == set(BY_ID)


def test_a_rule_names_what_the_program_has() -> None:
    assert BY_ID["tags"].demands == f"A resource that can have tags has {', '.join(facts.TAGS)}."
    assert facts.CUSTOM_DOMAIN_REGION in BY_ID["certificate-region"].demands


# Rules that only warn: a violation harms no user and may be intended.
WARNS = {"client-own-rights"}


@pytest.mark.parametrize(
    ("environment", "production"),
    [
        *((name, None) for name in ("prod", "production", "live", "prod-eu", "staging", "Dev", "developers", "")),
        ("prod", "none"),
        *((name, "true") for name in ("local", "dev", "test", "prod")),
    ],
)
def test_every_rule_is_mandatory_in_production(environment: str, production: str | None) -> None:
    assert {rule.id: enforcement.level(rule, environment, production) for rule in RULES} == {
        rule.id: Level.ADVISORY if rule.id in WARNS else Level.MANDATORY for rule in RULES
    }


@pytest.mark.parametrize(
    ("environment", "production"),
    [*((name, None) for name in ("local", "dev", "test")), ("dev", "none"), ("prod", "false"), ("live", "false")],
)
def test_elsewhere_each_rule_has_its_own_level(environment: str, production: str | None) -> None:
    assert {rule.id: enforcement.level(rule, environment, production) for rule in RULES} == {
        rule.id: rule.elsewhere for rule in RULES
    }


@pytest.mark.parametrize(
    ("rule_id", "environment", "level"),
    [
        ("tags", "local", Level.MANDATORY),
        ("client-refresh-rotation", "dev", Level.ADVISORY),
        ("pool-mfa", "local", Level.DISABLED),
    ],
)
def test_levels_go_by_environment(rule_id: str, environment: str, level: Level) -> None:
    assert enforcement.level(BY_ID[rule_id], environment) is level


@pytest.mark.parametrize("name", ["cli", "access-client-cli", "*"])
def test_an_exemption_is_for_a_key_a_logical_name_or_all(name: str) -> None:
    assert Exemption("tags", name, "Old.").is_for(BY_ID["tags"], client())
    assert not Exemption("client-exact-urls", name, "Old.").is_for(BY_ID["tags"], client())


def test_exemptions_are_read_with_their_reasons() -> None:
    read = exemptions.read(json.dumps({"tags": {"customers": " It is old. ", "cli": "It is older."}}), RULES)
    assert read == ((Exemption("tags", "customers", "It is old."), Exemption("tags", "cli", "It is older.")), ())
    assert exemptions.read(None, RULES) == ((), ())


def test_the_scopes_that_a_client_names_as_external_need_no_other_word() -> None:
    clients = {"app": {"externalScopes": ["a/b"]}, "other": {"externalScopes": []}, "third": {"scopes": ["a/b"]}}
    (exemption,) = exemptions.by_settings(json.dumps(clients))
    rule = BY_ID["client-declared-scopes"]
    named, unnamed = (
        replace(client(allowedOauthScopes=["a/b"]), name=f"access-client-{key}") for key in ("app", "third")
    )
    assert rule.findings(named, (named,))
    assert exemption.is_for(rule, named)
    assert not exemption.is_for(rule, unnamed)
    for text in (None, "[]", "no JSON", '{"app": 1}'):
        assert exemptions.by_settings(text) == ()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("none", "is a string; an object is expected"),
        ("", "is a string; an object is expected"),
        ("[1]", "is a list; an object is expected"),
        ("3", "is a number; an object is expected"),
        ({"tag": {"a": "b"}}, "-> tag: there is no such rule; the nearest is tags"),
        ({"zzzzzz": {"a": "b"}}, "-> zzzzzz: there is no such rule; docs/policies.md lists them"),
        ({"tags": "because"}, "-> tags is a string; an object is expected"),
        ({"tags": None}, "-> tags is empty; an object is expected"),
        ({"tags": {"customers": ""}}, "-> tags -> customers: a reason is expected"),
        ({"tags": {"customers": None}}, "-> tags -> customers: a reason is expected"),
        ({"tags": {"customers": ["a"]}}, "-> tags -> customers: a reason is expected"),
        ({"tags": {"customers": "<why>"}}, "-> tags -> customers: a reason is expected"),
        ({"tags": {" ": "It is old."}}, "a reason is expected"),
    ],
)
def test_an_exemption_that_says_too_little_is_refused(given: object, names: str) -> None:
    read, errors = exemptions.read(given if isinstance(given, str) else json.dumps(given), RULES)
    assert read == ()
    assert len(errors) == 1
    assert names in errors[0]


def test_an_exemption_without_a_violation_is_unused() -> None:
    bad = pool(tags=None)
    needed = Exemption("tags", "customers", "Old.")
    unneeded = [Exemption("tags", "name", "Old."), Exemption("tags", "nobody", "Old."), Exemption("pool-mfa", "*", "-")]
    assert exemptions.unused([needed, *unneeded], RULES, stack(bad)) == unneeded


def test_a_refusal_says_what_where_how_to_fix_it_and_how_to_mean_it() -> None:
    bad = client(callbackUrls=["http://app.example"])
    rule = BY_ID["client-https-urls"]
    assert violation(rule, bad, rule.findings(bad, ()), Stack("dev", "dev")).splitlines() == [
        "  cli: callbackUrls has http://app.example.",
        "  Where: identity:clients -> cli -> callbackUrls, in Pulumi.dev.yaml",
        f"  Fix:   {rule.fix}",
        "  Or, to accept it, add to Pulumi.dev.yaml under config:",
        "    identity:exemptions:",
        "      client-https-urls:",
        "        cli: <why>",
    ]


def test_the_engine_is_told_all_that_a_rule_says() -> None:
    told = {policy.name: policy for policy in policies(Stack("live", "live"))}
    assert set(told) == {*BY_ID, "exemptions-valid", "exemptions-used"}
    for rule in RULES:
        policy = told[rule.id]
        kind = pulumi_policy.StackValidationPolicy if rule.beside else pulumi_policy.ResourceValidationPolicy
        assert isinstance(policy, kind)
        assert policy.description == f"{rule.demands} {rule.why}"
        assert policy.remediation_steps == rule.fix
        assert policy.severity is rule.severity
        assert policy.enforcement_level is rule.production
        assert policy.tags == list(rule.covers)
        assert policy.url
        assert policy.url.startswith("https://")
    assert told["pool-mfa"].framework.reference == "Cognito.5"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("config", "environment", "given"),
    [
        ({}, "dev", None),
        ({"identity:environment": "none", "identity:exemptions": "{}"}, "dev", "{}"),
        ({"identity:environment": "live"}, "live", None),
        ({"identity:departures": '{"tags": 1}', "identity:exemptions": "{}"}, "dev", '{"tags": 1}'),
    ],
)
def test_the_stack_is_what_the_language_host_says_it_is(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str], environment: str, given: str | None
) -> None:
    monkeypatch.setenv("PULUMI_STACK", "dev")
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
    stack = Stack.current()
    assert (stack.name, stack.environment, stack.given) == ("dev", environment, given)


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
DEMANDED: dict[str, Any] = {
    "tier": "plus",
    "passwordPolicy": {
        **{"minimumLength": 14, "requireNumbers": True, "requireSymbols": True, "temporaryPasswordValidityDays": 7},
    },
    "mfa": {"mode": "on", "totp": True},
    "recovery": ["verified_email"],
    "verifyBeforeUpdate": ["email"],
    "email": {"from": "no-reply@focusmark.app"},
    "triggers": dict.fromkeys(["defineAuthChallenge", "createAuthChallenge", "verifyAuthChallengeResponse"], FUNCTION),
    "threatProtection": {
        **{"mode": "enforced", "customAuth": "enforced", "leakedPasswords": "block"},
        "takeover": {"low": "block", "medium": "block", "high": "block"},
    },
    "logs": {"notifications": "90d", "signIns": "365d"},
}


@pytest.mark.parametrize(
    "acl", [{"requestsPer5Minutes": 1000}, "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/1"]
)
def test_no_rule_demands_what_no_key_can_say(deploy: Deploy, acl: Any) -> None:
    run = deploy(
        {
            **{"product": "focusmark", "aws:region": "us-east-1", "protect": True, "zoneName": "focusmark.app"},
            **{"customDomain": True, "cloudFormationExports": True, "userPool": {**DEMANDED, "webAcl": acl}},
            "clients": {"app": {"callbackUrls": ["https://focusmark.app"], "rotateRefreshTokens": True}},
            "identityPool": {"clients": ["app"], "authenticatedRoleArn": "arn:aws:iam::123456789012:role/people"},
        },
        stack="prod",
    )
    stack = [
        Resource(
            item.type,
            item.name,
            item.inputs,
            item.name,
            item.protect,
            region="us-east-1",
            sources=dict.fromkeys(item.inputs, (*item.waits_for,)),
        )
        for item in run.resources.values()
    ]
    found = [
        f"{rule.id}: {finding.wrong}"
        for rule in RULES
        for resource in stack
        if resource.type in rule.on
        for finding in rule.findings(resource, stack)
    ]
    assert found == []
    assert {kind for rule in RULES for kind in rule.on} <= {resource.type for resource in stack}


def test_no_fix_points_at_a_key_that_the_config_refuses() -> None:
    """The program's own tags cannot be set by identity:tags."""
    (found,) = BY_ID["tags"].findings(pool(tags=None), ())
    assert not found.where.startswith("identity:")
    problems = config_errors({"product": "acme", "tags": TAGS})
    assert {problem.path for problem in problems} == {f"identity:tags.{key}" for key in TAGS}


def test_the_pack_starts_as_the_language_host_starts_it() -> None:
    config = {"identity:production": "true", "identity:exemptions": "{}"}
    told = {"PULUMI_STACK": "dev", "PULUMI_CONFIG": json.dumps(config)}
    command = [sys.executable, "-u", str(ROOT / "policy")]
    with subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True) as pack:
        try:
            assert pack.stdout
            channel = grpc.insecure_channel(f"127.0.0.1:{pack.stdout.readline().strip()}")
            info = analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(Empty())
        finally:
            pack.terminate()
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels["pool-mfa"] == analyzer_pb2.MANDATORY
    assert levels["client-own-rights"] == analyzer_pb2.ADVISORY


def test_the_pack_takes_nothing_private_of_the_sdk() -> None:
    for path in (ROOT / "policy").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi"):
                assert not [name.name for name in node.names if name.name.startswith("_")], path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sdk":
                assert not node.attr.startswith("_"), path


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading of the docs, without the header."""
    section = DOCS.read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in table[2:]]


def test_the_docs_list_every_rule_with_its_levels_as_the_code_has_them() -> None:
    assert rows("Rules") == [[rule.id, rule.demands, rule.why, rule.severity.value, _levels(rule)] for rule in RULES]


def _levels(rule: Rule) -> str:
    holds = {
        (Level.MANDATORY, Level.MANDATORY): "everywhere",
        (Level.MANDATORY, Level.ADVISORY): "production; warns elsewhere",
        (Level.MANDATORY, Level.DISABLED): "production",
        (Level.ADVISORY, Level.ADVISORY): "warns everywhere",
    }
    return holds[enforcement.level(rule, "prod"), enforcement.level(rule, "dev")]


def test_each_scanners_rule_is_in_the_docs_once_and_covered_as_the_code_says() -> None:
    table = rows("Security scanners")
    scanned = [scanner_rule for scanner_rule, _, _ in table]
    covered = {scanner_rule: by for scanner_rule, by, _ in table if by != "-"}
    assert len(scanned) == len(set(scanned))
    assert covered == {scanner_rule: rule.id for rule in RULES for scanner_rule in rule.covers}
    assert all(reason for _, _, reason in table)
