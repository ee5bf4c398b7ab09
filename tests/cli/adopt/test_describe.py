"""An existing pool is described so that the program manages it unchanged. Settings without a key are reported."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.adopt import commands, describe, kinds, looks, place, stack_settings, survey
from cli.adopt.compare import Effect
from cli.adopt.entries import with_placeholders
from cli.adopt.stack_settings import as_texts, rooted
from cli.adopt.things import Live
from identity import branding, config, facts, login
from identity.user_pool.attributes import DECLARABLE
from local import paths
from tests.support import live_pool

POOL = "eu-west-1_AbCdEfGhI"
ARN = f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{POOL}"
TEXTS = {"identity:product": "acme", "aws:region": "eu-west-1"}
MADE = {"CreationDate": datetime(2026, 1, 1, tzinfo=UTC), "LastModifiedDate": datetime(2026, 1, 2, tzinfo=UTC)}
# Members that AWS returns for a pool even if they were not set.
OF_A_POOL: dict[str, Any] = {
    "Policies": {
        "PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 7}
        | dict.fromkeys(("RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"), True),
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
    },
    "DeletionProtection": "INACTIVE",
    "LambdaConfig": {},
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
    "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
    "MfaConfiguration": "OFF",
    "EstimatedNumberOfUsers": 4,
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "UserPoolTags": {},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7},
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [
            {"Name": "verified_email", "Priority": 1},
            {"Name": "verified_phone_number", "Priority": 2},
        ]
    },
    "UserPoolTier": "ESSENTIALS",
    **MADE,
}
OF_A_CLIENT: dict[str, Any] = {
    "UserPoolId": POOL,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {},
    "AllowedOAuthFlowsUserPoolClient": False,
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 3,
    **MADE,
}
_URLS = {
    name: f"https://provider.example/{name}" for name in ("authorize_url", "token_url", "attributes_url", "jwks_uri")
}
ADDED: dict[str, dict[str, str]] = {
    "SAML": {"ActiveEncryptionCertificate": "MII", "MetadataFile": "<a/>"}
    | {"SSORedirectBindingURI": "https://a", "SLORedirectBindingURI": "https://b"},
    "OIDC": {**_URLS, "attributes_url_add_attributes": "false"},
    "Google": {**_URLS, "oidc_issuer": "https://accounts.google.com", "token_request_method": "POST"}
    | {"attributes_url_add_attributes": "true"},
    "Facebook": {**_URLS, "token_request_method": "GET", "attributes_url_add_attributes": "true"},
    "SignInWithApple": {**_URLS, "oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST"},
    "LoginWithAmazon": {**_URLS, "token_request_method": "POST", "attributes_url_add_attributes": "false"},
}
OF_A_DOMAIN = {
    "UserPoolId": POOL,
    "AWSAccountId": "123456789012",
    "S3Bucket": "aws-cognito-prod-dub-assets",
    "CloudFrontDistribution": "d1.cloudfront.net",
    "Version": "20260101000000",
    "Status": "ACTIVE",
    "CustomDomainConfig": {},
    "ManagedLoginVersion": 1,
}


class Answers:
    """A fake AWS account with one pool. `more` overrides the responses of operations."""

    place, region, emulated = "AWS", "eu-west-1", False

    def __init__(self, spec: live_pool.Spec, **more: Any) -> None:
        self.spec, self.more = spec, {**spec.get("answers", {}), **more}

    def ask(self, _service: str, operation: str, _region: str | None = None, **request: Any) -> dict[str, Any]:
        if operation in self.more:
            return dict(self.more[operation])
        made = getattr(self, f"_{operation}", None)
        return made(request) if made else {}

    def _describe_user_pool(self, _: Mapping[str, Any]) -> dict[str, Any]:
        wanted, domains = dict(self.spec["pool"]), self.spec.get("domains", [])
        kinds = {"CustomDomain" if "CustomDomainConfig" in domain else "Domain": domain["Domain"] for domain in domains}
        name, own = wanted.pop("PoolName"), [_attribute(item) for item in wanted.pop("Schema", [])]
        ids = {"Id": POOL, "Arn": ARN, "Name": name}
        standard = {"sub": "String", "email_verified": "Boolean", "identities": "String", **DECLARABLE}
        given = [attribute["Name"] for attribute in own]
        rest = [_standard(name, kind) for name, kind in standard.items() if name not in given]
        policies = {"Policies": {**OF_A_POOL["Policies"], **wanted.pop("Policies", {})}}
        return {"UserPool": {**OF_A_POOL, **wanted, **policies, **kinds, **ids, "SchemaAttributes": [*rest, *own]}}

    def _get_user_pool_mfa_config(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.spec.get("mfa", {"MfaConfiguration": "OFF"}))

    def _describe_user_pool_domain(self, request: Mapping[str, Any]) -> dict[str, Any]:
        (domain,) = [domain for domain in self.spec["domains"] if domain["Domain"] == request["Domain"]]
        return {"DomainDescription": {**OF_A_DOMAIN, **domain}}

    def _list_resource_servers(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"ResourceServers": [{"UserPoolId": POOL, **server} for server in self.spec.get("servers", [])]}

    def _list_user_pool_clients(self, _: Mapping[str, Any]) -> dict[str, Any]:
        clients = self.spec.get("clients", [])
        named = [{"ClientName": client["ClientName"], "ClientId": f"id{n}"} for n, client in enumerate(clients)]
        return {"UserPoolClients": named}

    def _describe_user_pool_client(self, request: Mapping[str, Any]) -> dict[str, Any]:
        client = dict(self.spec["clients"][int(request["ClientId"][2:])])
        secret = {"ClientSecret": "hush"} if client.pop("GenerateSecret", False) else {}
        return {"UserPoolClient": {**OF_A_CLIENT, **client, **secret, "ClientId": request["ClientId"]}}

    def _list_identity_providers(self, _: Mapping[str, Any]) -> dict[str, Any]:
        names = [provider["ProviderName"] for provider in self.spec.get("identityProviders", [])]
        return {"Providers": [{"ProviderName": name, **MADE} for name in names]}

    def _describe_identity_provider(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = request["ProviderName"]
        (provider,) = [one for one in self.spec["identityProviders"] if one["ProviderName"] == name]
        details = {**ADDED.get(provider["ProviderType"], {}), **provider["ProviderDetails"]}
        details.pop("private_key", None)  # Apple's private key, the only secret that AWS never returns
        own = {"UserPoolId": POOL, "IdpIdentifiers": [], "AttributeMapping": {}, **MADE}
        return {"IdentityProvider": {**own, **provider, "ProviderDetails": details}}

    def _describe_managed_login_branding_by_client(self, request: Mapping[str, Any]) -> dict[str, Any]:
        style = self.spec.get("styles", {}).get(int(request["ClientId"][2:]))
        return (
            {"ManagedLoginBranding": {**style, "ManagedLoginBrandingId": request["ClientId"], "UserPoolId": POOL}}
            if style
            else {}
        )

    def _list_groups(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"Groups": [{"UserPoolId": POOL, **MADE, **group} for group in self.spec.get("groups", [])]}


def _standard(name: str, kind: str) -> dict[str, Any]:
    length = {"MinLength": "10", "MaxLength": "10"} if name == "birthdate" else {"MinLength": "0", "MaxLength": "2048"}
    bounds = {
        "String": {"StringAttributeConstraints": length},
        "Number": {"NumberAttributeConstraints": {"MinValue": "0"}},
    }
    fixed = name == "sub"
    own = {"Name": name, "AttributeDataType": kind, "DeveloperOnlyAttribute": False, "Mutable": not fixed}
    return {**own, "Required": fixed, **bounds.get(kind, {})}


def _attribute(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an attribute as AWS does: custom names get their prefix, strings get default bounds."""
    name = schema["Name"]
    bounds = {"StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"}}
    bounds = bounds if schema["AttributeDataType"] == "String" else {}
    return {**bounds, **schema, "Name": name if name in DECLARABLE else f"custom:{name}"}


def running(spec: live_pool.Spec, **more: Any) -> Live:
    answers: Any = Answers(spec, **more)
    return kinds.read(answers, POOL)


def found(
    there: Live, described: stack_settings.Described | None = None, state: Sequence[Mapping[str, Any]] = ()
) -> tuple[survey.Survey, list[str]]:
    """Return the differences between the pool and what the program makes of its description, and invalid keys."""
    described = described or describe.describe(there, TEXTS, "prod", {})
    said = {f"identity:{key}": value for key, value in described.keys.items()}
    said = stack_settings.with_secrets(said, described.secrets)
    with looks.in_place(described.files, keep=False):
        settings, problems = config.check({**TEXTS, **stack_settings.as_texts(said, "")}, "prod")
        mistakes = [problem.path for problem in problems if not problem.warning]
        return survey.survey(there, settings, described.things, state), mistakes


SPECS = live_pool.POOLS


@cache
def adopted(name: str) -> tuple[Live, stack_settings.Described]:
    """Return a pool whose functions permit calls from it, and its description. Cached for all tests."""
    policy = json.dumps({"Statement": [{"Sid": "one", "Condition": {"ArnLike": {"AWS:SourceArn": ARN}}}]})
    there = running(SPECS[name], get_policy={"Policy": policy})
    return there, describe.describe(there, TEXTS, "prod", {})


@pytest.mark.parametrize("name", SPECS)
def test_the_description_of_a_pool_says_all_of_it_and_is_sound(name: str) -> None:
    surveyed, mistakes = found(*adopted(name))
    assert not mistakes
    assert list(map(str, surveyed.stopping([]))) == []
    assert [unmanaged for unmanaged, _ in surveyed.unmanaged] == SPECS[name].get("unmanaged", [])


@pytest.mark.parametrize("name", SPECS)
def test_what_was_brought_in_is_managed_afterwards(name: str) -> None:
    there, described = adopted(name)
    made = described.things
    state: list[dict[str, Any]] = [
        {
            "type": thing.type,
            "urn": f"urn:pulumi:prod::identity::{thing.type}::{logical}",
            "id": thing.own_id,
            "outputs": {},
        }
        for logical, thing in made.items()
    ]
    for resource in state:
        if resource["type"] == facts.PERMISSION:
            function, number = made[resource["urn"].rpartition("::")[2]].import_id.rsplit("/", 1)
            resource |= {"id": number, "outputs": {"function": function}}
    assert survey.managed_by(state, there) == made


@pytest.mark.parametrize("name", SPECS)
def test_no_secret_of_a_pool_is_in_its_description(name: str) -> None:
    _, described = adopted(name)
    text = json.dumps([described.keys, described.whole])
    assert "no-real-secret" not in text
    assert "hush" not in text


@pytest.mark.parametrize("name", SPECS)
def test_the_description_has_no_key_that_could_be_left_out(name: str) -> None:
    _, described = adopted(name)
    whole = config.check({**TEXTS, **as_texts(rooted(described.keys))}, "prod")[0]
    for key in set(described.keys["userPool"]):
        less = {name: value for name, value in described.keys["userPool"].items() if name != key}
        settings = config.check({**TEXTS, **as_texts(rooted({**described.keys, "userPool": less}))}, "prod")[0]
        assert settings.user_pool != whole.user_pool, key


def changed(spec: live_pool.Spec, **members: Any) -> live_pool.Spec:
    return {**spec, "pool": {**spec["pool"], **members}}


def invented(kind: str, name: str) -> live_pool.Spec:
    """Return a pool whose first resource of this kind has a member that does not exist in AWS."""
    spec = SPECS[name]
    first, *others = spec[kind]
    return {**spec, kind: [{**first, "Invented": {"Member": ["x"]}}, *others]}


NOTES, BANK = SPECS["notes"], SPECS["bank"]
NOTIFYING = {
    "CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}},
    "AccountTakeoverRiskConfiguration": {"NotifyConfiguration": {"SourceArn": "arn:aws:ses:x"}},
}
CANNOT_BE_SAID: list[tuple[live_pool.Spec, str, Effect]] = [
    (changed(NOTES, KeyConfiguration={"KeyType": "CUSTOMER"}), "keyConfiguration.keyType", Effect.UNKNOWN),
    (changed(NOTES, IssuerConfiguration={"Type": "CUSTOM"}), "issuerConfiguration.type", Effect.UNKNOWN),
    (changed(NOTES, Invented={"Member": ["x"]}), "invented.member", Effect.UNKNOWN),
    (
        changed(NOTES, LambdaConfig={"InboundFederation": {"LambdaArn": "arn:x"}}),
        "lambdaConfig.inboundFederation.lambdaArn",
        Effect.UNKNOWN,
    ),
    (
        {**NOTES, "mfa": {"MfaConfiguration": "OFF", "WebAuthnConfiguration": {"FactorConfiguration": "MULTI_FACTOR"}}},
        "webAuthnConfiguration.factorConfiguration",
        Effect.UNKNOWN,
    ),
    (
        {**NOTES, "clients": [{**NOTES["clients"][0], "AnalyticsConfiguration": {"ApplicationId": "x"}}]},
        "notes-client-dev/analyticsConfiguration.applicationId",
        Effect.TAKEN_OUT,
    ),
    (
        {**BANK, "answers": {**BANK["answers"], "describe_risk_configuration": {"RiskConfiguration": NOTIFYING}}},
        "bank/accountTakeoverRiskConfiguration.notifyConfiguration.sourceArn",
        Effect.TAKEN_OUT,
    ),
    (invented("identityProviders", "ferries"), "Harbour/invented.member", Effect.UNKNOWN),
    (invented("domains", "notes"), "notes-dev-sign-in/invented.member", Effect.UNKNOWN),
    (
        {**NOTES, "domains": [{"Domain": "in.a.example", "CustomDomainConfig": {"SecurityPolicy": "TLS_V1_2_2021"}}]},
        "in.a.example/securityPolicy",
        Effect.UNKNOWN,
    ),
    (invented("clients", "notes"), "notes-client-dev/invented.member", Effect.UNKNOWN),
    (invented("clients", "clinic"), "Ward_app/invented.member", Effect.UNKNOWN),
    (invented("servers", "archive"), "film-api/invented.member", Effect.UNKNOWN),
    (invented("groups", "ferries"), "captains/invented.member", Effect.UNKNOWN),
    ({**NOTES, "mfa": {"MfaConfiguration": "OFF", "Invented": {"Member": "x"}}}, "invented.member", Effect.UNKNOWN),
]


@pytest.mark.parametrize(("spec", "name", "effect"), CANNOT_BE_SAID, ids=[name for _, name, _ in CANNOT_BE_SAID])
def test_what_cannot_be_said_is_named_with_what_an_update_does_to_it_and_stops_unless_it_is_left(
    spec: live_pool.Spec, name: str, effect: Effect
) -> None:
    surveyed, _ = found(running(spec))
    assert [(problem.name, problem.effect) for problem in surveyed.stopping([])] == [(name, effect)]
    assert surveyed.stopping([name]) == []


_LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:f"
_KMS = "arn:aws:kms:eu-west-1:123456789012:alias/codes"
_CUSTOM_SENDER = {"CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": _LAMBDA}, "KMSKeyID": _KMS}
_FIRST_FORM = {
    "PreTokenGeneration": _LAMBDA,
    "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": _LAMBDA},
}
_IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/us@acme.example"
_NUMBER = {"AttributeDataType": "Number", "Mutable": True, "NumberAttributeConstraints": {"MinValue": "0"}}
_PAGES = {"AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"]}
_MAILED = {"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {}}
_TWO_WAYS = {
    "RecoveryMechanisms": [{"Name": "verified_phone_number", "Priority": 1}, {"Name": "verified_email", "Priority": 2}]
}
_MAIL = {"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": _IDENTITY}}
_OWN_PAGES = {"MfaConfiguration": "OFF", "WebAuthnConfiguration": {"RelyingPartyId": "shop.example"}}
_FACEBOOK = {
    "ProviderName": "Facebook",
    "ProviderType": "Facebook",
    "ProviderDetails": {
        "client_id": "1",
        "client_secret": "no-real-secret",
        "authorize_scopes": "public_profile, email",
    },
    "AttributeMapping": {"username": "id"},
}
_OLD_TLS = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1", "SecurityPolicy": "TLS_V1"}
_SIGNS = {
    "Identifier": "https://b.example",
    "Name": "b",
    "Scopes": [{"ScopeName": "pay:v1.read", "ScopeDescription": "See"}],
}
_COMPROMISED = {"EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"], "Actions": {"EventAction": "BLOCK"}}
_ALL_EVENTS = {"RiskConfiguration": {"CompromisedCredentialsRiskConfiguration": _COMPROMISED}}
_BY_NAME = {name: value for name, value in NOTES["pool"].items() if name != "UsernameAttributes"}
_OF_API = {"AllowedOAuthScopes": ["email", "https://b.example/pay"], "CallbackURLs": ["https://a.example/"]}
SELDOM: dict[str, live_pool.Spec] = {
    "no-external-id": changed(NOTES, SmsConfiguration={"SnsCallerArn": "arn:aws:iam::123456789012:role/texts"}),
    "the-first-form-of-tokens": changed(NOTES, LambdaConfig=_FIRST_FORM),
    "a-key-by-its-alias": changed(NOTES, LambdaConfig=_CUSTOM_SENDER),
    "a-key-without-a-sender": changed(NOTES, LambdaConfig={"KMSKeyID": _KMS}),
    "mail-without-a-name": changed(
        NOTES, EmailConfiguration={"EmailSendingAccount": "DEVELOPER", "SourceArn": _IDENTITY}
    ),
    "a-time-that-is-asked-for": changed(NOTES, Schema=[{**_NUMBER, "Name": "updated_at", "Required": True}]),
    "no-provider": {**NOTES, "clients": [{"ClientName": "c", **_PAGES, "CallbackURLs": ["https://a.example/"]}]},
    "an-alias-that-is-verified-later": changed({**NOTES, "pool": _BY_NAME}, AliasAttributes=["email", "phone_number"]),
    "an-api-beside-addresses": {**NOTES, "clients": [{"ClientName": "c", **_PAGES, **_OF_API}]},
    "scopes-as-the-console-writes-them": {**NOTES, "identityProviders": [_FACEBOOK]},
    "the-oldest-tls": {**NOTES, "domains": [{"Domain": "sign-in.a.example", "CustomDomainConfig": _OLD_TLS}]},
    "a-scope-of-many-signs": {**NOTES, "servers": [_SIGNS]},
    "all-that-is-looked-at": {**BANK, "answers": {**BANK["answers"], "describe_risk_configuration": _ALL_EVENTS}},
    "passkeys-of-own-pages": {**NOTES, "clients": [], "mfa": _OWN_PAGES},
}


@pytest.mark.parametrize("spec", SELDOM.values(), ids=SELDOM)
def test_what_aws_takes_and_few_mean_can_be_said(spec: live_pool.Spec) -> None:
    surveyed, mistakes = found(running(spec))
    assert (mistakes, list(map(str, surveyed.differences))) == ([], [])


def test_codes_by_mail_in_cognitos_own_words_are_told_for_there_is_no_key_for_these() -> None:
    spec = {**changed(NOTES, **_MAIL), "mfa": _MAILED}
    surveyed, mistakes = found(running(changed(spec, AccountRecoverySetting=_TWO_WAYS)))
    assert not mistakes
    assert [problem.name for problem in surveyed.stopping([])] == [
        "emailMfaConfiguration.message",
        "emailMfaConfiguration.subject",
    ]


def test_an_old_pool_keeps_the_days_of_its_invitations_which_it_has_by_their_older_name() -> None:
    days = {"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 30}
    spec = changed(NOTES, AdminCreateUserConfig=days, Policies={"PasswordPolicy": {"MinimumLength": 6}})
    described = describe.describe(running(spec), TEXTS, "prod", {})
    assert described.keys["userPool"]["passwordPolicy"]["temporaryPasswordValidityDays"] == 30


def test_a_bound_that_is_no_whole_number_is_told_and_ends_nothing() -> None:
    bounds = {"NumberAttributeConstraints": {"MinValue": "0.5"}}
    _, mistakes = found(running(changed(NOTES, Schema=[{**_NUMBER, "Name": "size", **bounds}])))
    assert mistakes == ["identity:userPool.customAttributes.size.minValue"]


def test_a_pool_without_a_domain_gets_none() -> None:
    described = describe.describe(running(SPECS["empty"]), TEXTS, "prod", {})
    assert described.keys["signInDomain"] is False
    assert "signInDomain" not in describe.describe(running(NOTES), TEXTS, "prod", {}).keys


def test_what_nobody_speaks_of_stays_and_is_told_once_it_is_not_as_the_last_update_left_it() -> None:
    spec = {**NOTES, "pool": {name: value for name, value in NOTES["pool"].items() if name != "AdminCreateUserConfig"}}
    by_hand = running(changed(spec, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}))
    pool = describe.describe(running(spec), TEXTS, "prod", {}).keys["userPool"]
    described = describe.describe(by_hand, TEXTS, "prod", {})
    of_file = replace(described, keys={**described.keys, "userPool": pool})
    assert not found(by_hand, of_file)[0].stopping([])
    for left, stopping in ((by_hand, []), (running(spec), ["adminCreateUserConfig.allowAdminCreateUserOnly"])):
        state = [{"type": facts.USER_POOL, "id": POOL, "outputs": left.pool.outputs}]
        assert [problem.name for problem in found(by_hand, of_file, state)[0].stopping([])] == stopping


def test_what_aws_has_by_itself_is_nothing_to_say() -> None:
    own = {
        "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
        "IssuerConfiguration": {"Type": "ORIGINAL"},
        "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
        "EstimatedNumberOfUsers": 7,
        "Status": "Enabled",
    }
    assert found(running(changed(NOTES, **own)))[0].differences == ()


def test_a_second_secret_and_what_nobody_manages_are_told() -> None:
    spec = SPECS["archive"]
    surveyed, _ = found(
        running(
            spec,
            list_user_pool_client_secrets={"ClientSecrets": [{}, {}]},
            list_terms={"Terms": [{"TermsName": "privacy"}]},
            describe_risk_configuration={"RiskConfiguration": {"CompromisedCredentialsRiskConfiguration": {}}},
        )
    )
    assert [problem.name for problem in surveyed.stopping([])] == ["film-archive-machine/clientSecrets"]
    assert [name for name, _ in surveyed.unmanaged] == [
        "risk-configuration:notes-dev"[:18] + ":film-archive",
        "terms:privacy",
    ]


def test_a_function_that_lets_the_pool_call_it_in_another_way_is_given_no_permission() -> None:
    policy = {"Statement": [{"Sid": "by-hand", "Condition": {"ArnLike": {"AWS:SourceArn": ARN}}}]}
    for answer, written in (({"Policy": json.dumps(policy)}, None), ({}, False)):
        described = describe.describe(running(SPECS["library"], get_policy=answer), TEXTS, "prod", {})
        trigger = described.keys["userPool"]["triggers"]["postConfirmation"]
        assert trigger.get("permission") is written
        ids = [thing.import_id for name, thing in described.things.items() if name.endswith("-permission")]
        assert [one.endswith(":library-welcome/by-hand") for one in ids] == [True] * (written is None)


def test_the_looks_of_the_pages_are_files_that_the_key_names_and_stay_only_where_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(looks, "ROOT", tmp_path)
    _, described = adopted("museum")
    look = described.keys["login"]["perClient"]["tickets"]
    assert described.files.keys() == {look["settings"], look["assets"][0]["file"]}
    for keep in (False, True):
        with looks.in_place(described.files, keep=keep):
            assert json.loads((tmp_path / look["settings"]).read_text())["components"]["form"]["borderRadius"] == 4
        assert [path.is_file() for path in tmp_path.rglob("*.*")] == [True, True] * keep
    assert (tmp_path / look["assets"][0]["file"]).read_bytes() == b"<svg/>"


def adopting(monkeypatch: pytest.MonkeyPatch, root: Path, answers: Answers) -> None:
    """Let `adopt` find this pool in the account, with an empty state and files in a temporary checkout."""
    monkeypatch.setattr(commands, "Account", lambda *_: answers)
    monkeypatch.setattr(place.Place, "export", lambda _: {})
    monkeypatch.setattr(paths, "CHECKOUT", root)
    for module in (looks, branding, login):
        monkeypatch.setattr(module, "ROOT", root)


_CSS = {"UICustomization": {"ClientId": "ALL", "CSS": ".label-customizable {font-weight: 400;}", "CSSVersion": "1"}}


@pytest.mark.parametrize(
    ("name", "more", "file"), [("museum", {}, "tickets.json"), ("notes", {"get_ui_customization": _CSS}, "pages.css")]
)
@pytest.mark.parametrize("write", [False, True])
def test_a_new_stack_of_a_pool_with_looks_of_its_own_is_told_and_written_with_their_files(
    name: str, more: dict[str, Any], file: str, write: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adopting(monkeypatch, tmp_path, Answers(SPECS[name], **more))
    ran = CliRunner().invoke(commands.adopt, ["--stack", "prod", "--pool", POOL, *(["--write"] if write else [])])
    assert ran.exception is None, ran.output
    assert f"login/prod/{file}" in ran.output
    assert (tmp_path / "login" / "prod" / file).is_file() is (tmp_path / "Pulumi.prod.yaml").is_file() is write


def test_a_file_that_names_looks_that_are_not_there_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    adopting(monkeypatch, tmp_path, Answers(NOTES, get_ui_customization=_CSS))
    said = {**TEXTS, "identity:login": {"version": 1, "css": "login/gone.css"}}
    (tmp_path / "Pulumi.prod.yaml").write_text(json.dumps({"config": said}))
    ran = CliRunner().invoke(commands.adopt, ["--stack", "prod", "--pool", POOL])
    assert "identity:login.css" in str(ran.exception)


# --- the stack file ---------------------------------------------------------------------------------------------------

FILE = """\
# Kept by the owners.
config:
  aws:region: eu-west-1
  identity:product: acme  # ours

  # As it was promised.
  identity:userPool:
    passwordPolicy:
      minimumLength: 6
  other:key: [1,   2]
  # the end
encryptionsalt: v1:abc
"""


def test_the_lines_of_a_file_that_stay_as_they_are_keep_their_comments(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(FILE)
    said = stack_settings.read(file)
    described = describe.describe(running(NOTES), stack_settings.as_texts(said, file.name), "prod", {})
    merged, disagreements = stack_settings.merge(said, described, "prod", None)
    assert disagreements == []
    stack_settings.write(file, merged)
    text = file.read_text()
    for line in (
        "# Kept by the owners.",
        "product: acme  # ours",
        "  # As it was promised.",
        "[1,   2]",
        "  # the end",
    ):
        assert line in text
    assert text.endswith("encryptionsalt: v1:abc\n")
    assert stack_settings.read(file) == merged
    before = file.read_bytes()
    stack_settings.write(file, merged)
    assert file.read_bytes() == before


@pytest.mark.parametrize(("take", "length"), [("live", 6), ("file", 20), (None, 20)])
def test_where_the_file_says_otherwise_it_is_told_and_the_one_that_is_taken_counts(
    take: str | None, length: int
) -> None:
    said = {"identity:product": "acme", "identity:userPool": {"passwordPolicy": {"minimumLength": 20}}}
    described = describe.describe(running(NOTES), stack_settings.as_texts(said, "x"), "prod", {})
    merged, disagreements = stack_settings.merge(said, described, "prod", take)
    assert [disagreement.path for disagreement in disagreements] == ["identity:userPool.passwordPolicy.minimumLength"]
    assert merged["identity:userPool"]["passwordPolicy"]["minimumLength"] == length
    assert merged["identity:userPool"]["passwordPolicy"]["requireNumbers"] is True


def test_other_words_for_the_same_are_no_difference_and_stay() -> None:
    spec = SPECS["ferries"]
    said = {
        "identity:product": "acme",
        "identity:clients": {"crew": {"name": "ferries-crew", "tokenValidity": {"access": "2h"}, "flow": "code"}},
        "identity:identityProviders": {"port": {"type": "oidc", "name": "Harbour", "clientSecret": {"secure": "x"}}},
    }
    described = describe.describe(running(spec), stack_settings.as_texts(said, "x"), "prod", {})
    merged, disagreements = stack_settings.merge(said, described, "prod", None)
    assert [str(disagreement) for disagreement in disagreements] == []
    assert merged["identity:clients"]["crew"]["identityProviders"] == ["COGNITO", "port"]
    assert merged["identity:identityProviders"]["port"]["clientSecret"] == {"secure": "x"}


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://auth.acme.app", "https://{authDomain}"),
        ("https://shop.acme.app/acme", "https://shop.{product}.app/acme"),
        ("https://acme.example/prod", "https://acme.example/prod"),
        ("myapp://back", "myapp://back"),
    ],
)
def test_urls_in_the_products_own_zone_get_their_placeholders_back(url: str, short: str) -> None:
    values = {"authDomain": "auth.acme.app", "product": "acme", "environment": "prod"}
    assert with_placeholders(url, values) == short


def test_what_is_printed_of_a_file_has_no_secret_that_stands_there_in_clear() -> None:
    said = {
        "aws:secretKey": "s3cret-a",
        "identity:product": "acme",
        "identity:identityProviders": {"Google": {"clientId": "id", "clientSecret": "s3cret-b"}},
    }
    shown = stack_settings.to_print(said)
    assert "s3cret" not in str(shown)
    assert shown["identity:identityProviders"]["Google"]["clientId"] == "id"
    encrypted = {"identity:identityProviders": {"Google": {"clientSecret": {"secure": "v1:x"}}}}
    assert stack_settings.to_print(encrypted) == encrypted
