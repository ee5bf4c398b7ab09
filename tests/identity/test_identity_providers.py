"""Identity providers: validation, requests to AWS, and secrets that never appear in outputs or messages."""

import re
from typing import Any

import pytest

from identity.config import check
from identity.errors import ConfigError, Problem
from identity.identity_provider.kinds import KINDS
from identity.identity_provider.settings import IdentityProvider
from local.aws_plugin.emulator import model
from tests.identity.test_guard import BASE, change, state_of
from tests.support.program import Deploy, config_errors, config_of

HUSH = "hush-hush-hush"
APP = {"clientId": "id-at-the-provider", "clientSecret": HUSH}
APPLE = {"type": "apple", "clientId": "app.acme", "teamId": "TEAM", "keyId": "KEY", "privateKey": HUSH}
OIDC = {"type": "oidc", **APP, "issuer": "https://login.example.com"}
URLS = {
    "authorizeUrl": "https://login.example.com/authorize",
    "tokenUrl": "https://login.example.com/token",
    "userInfoUrl": "https://login.example.com/me",
    "jwksUri": "https://login.example.com/keys",
}
SAML = {"type": "saml", "metadataUrl": "https://login.example.com/metadata"}
ALL: dict[str, dict[str, Any]] = {
    "google": {"type": "google", **APP},
    "facebook": {"type": "facebook", **APP},
    "amazon": {"type": "amazon", **APP},
    "apple": APPLE,
    "okta": OIDC,
    "corp": SAML,
}
CLIENT = {"callbackUrls": ["https://app.example/back"]}


def config(**providers: Any) -> dict[str, Any]:
    return {"product": "acme", "clients": {}, "identityProviders": providers}


@pytest.mark.parametrize("key", ALL)
def test_every_type_is_taken_with_what_it_needs(key: str) -> None:
    assert not config_errors(config(**{key: ALL[key]}))


@pytest.mark.parametrize(
    ("type_", "missing"), [(key, name) for key, kind in KINDS.items() for name in kind.needs], ids=str
)
def test_what_a_type_needs_is_asked_for_by_its_key(type_: str, missing: str) -> None:
    key = str(IdentityProvider.model_fields[missing].alias)
    given = next(item for item in ALL.values() if item["type"] == type_)
    (problem,) = config_errors(
        config(
            one={name: value for name, value in given.items() if name != key},
        )
    )
    assert (problem.path, problem.received) == (f"identity:identityProviders.one.{key}", "nothing")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"one": {"type": "github", **APP}}, "one.type"),
    ({"one": {**APP}}, "one.type"),
    ({"google": {"type": "google", **APP, "name": "Other"}}, "google.name"),
    ({"a": {"type": "google", **APP}, "b": {"type": "google", **APP}}, "b"),
    ({"a": {**OIDC, "name": "Same"}, "b": {**SAML, "name": "Same"}}, "b"),
    ({"ab": OIDC}, "ab"),
    ({"my_login": OIDC}, "my_login.name"),
    ({"okta": {**OIDC, "name": "_okta"}}, "okta.name"),
    ({"okta": {**OIDC, "name": "my okta"}}, "okta.name"),
    ({"okta": {**OIDC, "name": "x" * 33}}, "okta.name"),
    ({"okta": {**OIDC, "name": "Google"}}, "okta.name"),
    ({"okta": {**OIDC, "name": "COGNITO"}}, "okta.name"),
    ({"okta": {**OIDC, "issuer": "http://login.example.com"}}, "okta.issuer"),
    ({"okta": {"type": "oidc", **APP}}, "okta.issuer"),
    ({"okta": {**OIDC, "tokenUrl": "https://login.example.com/token"}}, "okta.authorizeUrl"),
    ({"okta": {**OIDC, "scopes": ["email"]}}, "okta.scopes"),
    ({"okta": {**OIDC, "scopes": []}}, "okta.scopes"),
    ({"okta": {**OIDC, "teamId": "x"}}, "okta.teamId"),
    ({"corp": {"type": "saml"}}, "corp.metadataUrl"),
    ({"corp": {**SAML, "metadata": "<xml/>"}}, "corp.metadataUrl"),
    ({"corp": {**SAML, "clientSecret": HUSH}}, "corp.clientSecret"),
    ({"okta": {**OIDC, "identifiers": [f"a{n}.example" for n in range(51)]}}, "okta.identifiers"),
    ({"okta": {**OIDC, "identifiers": ["x" * 41]}}, "okta.identifiers[0]"),
    (
        {"okta": {**OIDC, "identifiers": ["a.example"]}, "z": {**SAML, "name": "Corp", "identifiers": ["a.example"]}},
        "z.identifiers[0]",
    ),
    ({"okta": {**OIDC, "attributes": {"email": "email", "custom:tenant": "tid"}}}, "okta.attributes.custom:tenant"),
    ({"okta": {**OIDC, "attributes": {"email": "email", "emial": "email"}}}, "okta.attributes.emial"),
    ({"okta": {**OIDC, "attributes": {"name": "name"}}}, "okta.attributes"),
    ({"okta": {**OIDC, "clientSecret": 7}}, "okta.clientSecret"),
    ({"okta": HUSH}, "okta"),
]


@pytest.mark.parametrize(("providers", "path"), REFUSED)
def test_what_can_never_work_is_told_once_with_its_path(providers: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in config_errors(config(**providers))] == [f"identity:identityProviders.{path}"]


@pytest.mark.parametrize(
    "provider",
    [
        {**OIDC, **URLS},
        {"type": "oidc", **APP, **URLS},
        {"type": "oidc", "clientId": "public", "issuer": "http://127.0.0.1:8080"},
        {"type": "saml", "metadata": "<xml/>", "signOut": True, "encryptedResponses": True},
        {**OIDC, "name": "A:b/c"},
        {**OIDC, "identifiers": ["acme.com"], "attributes": {"email": "mail", "phone_number": "tel"}},
    ],
)
def test_what_aws_takes_is_taken(provider: dict[str, Any]) -> None:
    assert not config_errors(config(okta=provider))


def test_a_mapped_attribute_has_to_be_declared_and_mutable() -> None:
    attributes = {"tenant": {}, "fixed": {"mutable": False}}
    provider = {**OIDC, "attributes": {"email": "email", "custom:tenant": "tid", "custom:fixed": "f"}}
    given = {**config(okta=provider), "userPool": {"customAttributes": attributes}}
    assert [problem.path for problem in config_errors(given)] == [
        "identity:identityProviders.okta.attributes.custom:fixed"
    ]


def test_an_attribute_that_the_pool_requires_is_filled_in_or_nobody_could_sign_in() -> None:
    required = {"email": {"required": True}, "birthdate": {"required": True}}
    (problem,) = config_errors({**config(okta=OIDC), "userPool": {"standardAttributes": required}})
    assert "birthdate" in problem.fix


def test_names_and_identifiers_are_bounded_as_in_awss_model() -> None:
    cognito = model("cognito-idp")
    name, words, word, kind = (
        cognito.shape_for(item)
        for item in ("ProviderNameTypeV2", "IdpIdentifiersListType", "IdpIdentifierType", "IdentityProviderTypeType")
    )
    assert name.metadata.items() >= {"min": 1, "max": 32, "pattern": NAME}.items()
    assert (words.metadata["max"], word.metadata["max"]) == (50, 40)
    assert {item.aws for item in KINDS.values()} == set(kind.metadata["enum"])


NAME = r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+"


@pytest.mark.parametrize(
    ("key", "details"),
    [
        ("google", {"authorize_scopes": "openid email profile"}),
        ("facebook", {"authorize_scopes": "public_profile,email"}),
        ("amazon", {"authorize_scopes": "profile"}),
        ("apple", {"authorize_scopes": "email name", "team_id": "TEAM", "key_id": "KEY", "private_key": HUSH}),
        ("okta", {"oidc_issuer": OIDC["issuer"], "attributes_request_method": "GET"}),
        ("corp", {"MetadataURL": SAML["metadataUrl"]}),
    ],
)
def test_aws_gets_its_own_names_and_texts(deploy: Deploy, key: str, details: dict[str, str]) -> None:
    made = deploy(config(**{key: ALL[key]})).one("IdentityProvider")
    kind = KINDS[ALL[key]["type"]]
    assert made.inputs["providerType"] == kind.aws
    assert made.inputs["providerName"] == (key if kind.named else kind.aws)
    assert made.inputs["providerDetails"].items() >= details.items()
    assert made.inputs["attributeMapping"] == kind.attributes


def test_apples_key_is_sent_without_the_frame_of_its_file(deploy: Deploy) -> None:
    framed = "-----BEGIN PRIVATE KEY-----\nMIGT\nAgEA\n-----END PRIVATE KEY-----\n"
    made = deploy(config(apple={**APPLE, "privateKey": framed})).one("IdentityProvider")
    assert made.inputs["providerDetails"]["private_key"] == "MIGTAgEA"


def test_a_client_waits_for_the_providers_that_it_names(deploy: Deploy) -> None:
    client = {**CLIENT, "identityProviders": ["COGNITO", "okta", "external:Elsewhere"]}
    run = deploy({**config(okta={**OIDC, "name": "Okta"}), "clients": {"app": client}})
    made = run.one("UserPoolClient")
    assert made.inputs["supportedIdentityProviders"] == ["COGNITO", "Okta", "Elsewhere"]
    assert "access-provider-Okta" in made.waits_for


def test_a_client_that_names_no_such_provider_is_refused_with_those_that_there_are() -> None:
    given = {**config(okta=OIDC), "clients": {"app": {**CLIENT, "identityProviders": ["okat"]}}}
    (problem,) = config_errors(given)
    assert problem.path == "identity:clients.app.identityProviders[0]"
    assert problem.allowed.startswith("COGNITO, okta, or external:")
    assert problem.fix == 'did you mean "okta"?'


# --- secrets ----------------------------------------------------------------------------------------------------------

LEAKS: list[dict[str, Any]] = [
    {"google": {"type": "google", "clientId": "x", "clientSecret": [HUSH]}},
    {"google": {"type": "google", "clientId": "x", "clientSekret": HUSH}},
    {"google": {"type": "google", "clientId": "x", "clientSecret": {"value": HUSH}}},
    {"google": HUSH},
    {"google": [HUSH]},
    {"apple": {**APPLE, "privateKey": [HUSH]}},
    {"corp": {**SAML, "clientSecret": HUSH}},
    {"corp": {**SAML, "privateKey": HUSH}},
    {"okta": {**OIDC, "name": "x"}},
]


@pytest.mark.parametrize("providers", LEAKS)
def test_a_refusal_shows_no_secret(providers: dict[str, Any]) -> None:
    problems = config_errors(config(**providers))
    assert problems
    assert HUSH not in str(ConfigError("dev", problems))


@pytest.mark.parametrize("text", [HUSH, f'["{HUSH}"]', f'{{"google": "{HUSH}"'])
def test_a_whole_key_that_is_no_object_shows_no_secret(text: str) -> None:
    found = check({"identity:product": "acme", "identity:identityProviders": text}, "dev")[1]
    assert HUSH not in str(ConfigError("dev", found))


def test_secrets_may_be_encrypted_in_the_stack_file_and_what_is_not_is_warned_of(
    deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    deploy(config(okta=OIDC), secrets=["identity:identityProviders"])
    assert "okta" not in caplog.text
    deploy(config(okta=OIDC))
    assert "--secret --path identity:identityProviders.okta.clientSecret" in caplog.text
    assert HUSH not in caplog.text


def test_details_are_secret_on_their_way_and_in_what_aws_answers(deploy: Deploy) -> None:
    for key in ("google", "apple"):
        made = deploy(config(**{key: ALL[key]})).one("IdentityProvider")
        assert made.secret_inputs == made.secret_outputs == {"providerDetails"}


def test_what_aws_adds_is_ignored_and_what_is_said_is_not(deploy: Deploy) -> None:
    made = deploy(config(okta={**OIDC, **URLS})).one("IdentityProvider")
    assert "providerDetails.attributes_url_add_attributes" in made.ignore_changes
    assert not {f"providerDetails.{name}" for name in made.inputs["providerDetails"]} & made.ignore_changes


@pytest.mark.parametrize(("key", "ignored"), [(HUSH, True), ("rotated", False)])
def test_apples_key_which_aws_never_shows_is_compared_with_the_last_one(
    deploy: Deploy, key: str, ignored: bool
) -> None:
    given = {**BASE, **config(apple=APPLE)}
    fingerprint = check(config_of(given), "dev")[0].identity_providers["apple"].key_fingerprint
    registry = {
        "type": "identity:index:AccessRegistry",
        "outputs": {"privateKeys": {"SignInWithApple": fingerprint}},
    }
    run = deploy({**given, **config(apple={**APPLE, "privateKey": key})}, stack="dev", state={"urn::access": registry})
    assert ("providerDetails.private_key" in run.one("IdentityProvider").ignore_changes) is ignored


def test_what_is_secret_of_a_live_provider_is_not_read(deploy: Deploy) -> None:
    for key, given in ALL.items():
        inputs = deploy(config(**{key: given})).one("IdentityProvider").inputs
        read = IdentityProvider.read(inputs)
        assert HUSH not in str(read.written())
        assert read.type == given["type"]
        assert read.client_id == given.get("clientId")


# --- losses of an update ----------------------------------------------------------------------------------------------

POOL = "us-west-2_Pool1"
LOST: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"okta": OIDC}, {}, "okta", f"{POOL}/okta"),
    ({"google": ALL["google"]}, {}, "google", f"{POOL}/Google"),
    ({"okta": OIDC}, {"okta": {**OIDC, "name": "Okta2"}}, "okta.name", f"{POOL}/okta"),
    ({"okta": OIDC}, {"other": OIDC}, "other.name", f"{POOL}/okta"),
    ({"okta": OIDC}, {"okta": {**SAML, "name": "okta"}}, "okta.type", f"{POOL}/okta"),
]


@pytest.mark.parametrize(("before", "after", "path", "named"), LOST)
@pytest.mark.parametrize("protect", [True, False])
def test_a_provider_goes_by_its_name_alone(
    deploy: Deploy, protect: bool, before: dict[str, Any], after: dict[str, Any], path: str, named: str
) -> None:
    old = {"identityProviders": before, "clients": {}, "protect": protect}
    with pytest.raises(ConfigError) as refused:
        change(deploy, old, {"identityProviders": after})
    problems = {problem.path: problem for problem in refused.value.problems}
    assert f"identity:allowLoss: [{named}]" in problems[f"identity:identityProviders.{path}"].fix
    if not protect:
        names = sorted(set(re.findall(r"identity:allowLoss: \[([^]]+)\]", str(refused.value))))
        assert change(deploy, old, {"identityProviders": after, "allowLoss": names}).of_type("UserPool")


@pytest.mark.parametrize(
    "after",
    [
        {"renamed": {**OIDC, "name": "okta"}},
        {"okta": {**OIDC, "clientSecret": "rotated"}},
        {"okta": OIDC, "google": ALL["google"]},
        {"okta": {**OIDC, "identifiers": ["acme.com"]}},
    ],
)
def test_another_key_a_rotated_secret_and_what_is_added_lose_nothing(deploy: Deploy, after: dict[str, Any]) -> None:
    run = change(
        deploy, {"identityProviders": {"okta": OIDC}, "clients": {}, "protect": True}, {"identityProviders": after}
    )
    assert "access-provider-okta" in run.resources


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clientId", "other"),
        ("issuer", "https://other.example.com"),
        ("attributes", {"email": "email"}),
        ("identifiers", []),
        ("scopes", ["openid"]),
    ],
)
def test_under_protect_what_people_rely_on_is_refused(deploy: Deploy, field: str, value: Any) -> None:
    old = {"identityProviders": {"okta": {**OIDC, "identifiers": ["acme.com"]}}, "clients": {}, "protect": True}
    new = {"okta": {**OIDC, "identifiers": ["acme.com"], field: value}}
    with pytest.raises(ConfigError) as refused:
        change(deploy, old, {"identityProviders": new})
    (problem,) = refused.value.problems
    assert problem.path.startswith(f"identity:identityProviders.okta.{field}")
    assert f"[{POOL}/okta/{field}]" in problem.fix
    assert HUSH not in str(refused.value)


def test_what_aws_adds_to_a_provider_is_no_loss(deploy: Deploy) -> None:
    given = {**BASE, "identityProviders": ALL, "clients": {}, "protect": True}
    state = state_of(deploy(given, stack="dev"))
    for resource in state.values():
        if "providerDetails" in resource["outputs"]:
            kind = next(item for item in KINDS.values() if item.aws == resource["outputs"]["providerType"])
            added = dict.fromkeys(kind.added, "https://added.example")
            resource["outputs"]["providerDetails"] = added | resource["outputs"]["providerDetails"]
    assert deploy(given, stack="dev", state=state).of_type("IdentityProvider")


def test_the_loss_of_a_provider_in_a_client_is_told_by_its_key(deploy: Deploy) -> None:
    providers = {"identityProviders": {"okta": {**OIDC, "name": "Okta"}}}
    before = {**providers, "clients": {"app": {**CLIENT, "identityProviders": ["COGNITO", "okta"]}}, "protect": True}
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, {"clients": {"app": {**CLIENT, "identityProviders": ["COGNITO"]}}})
    (problem,) = refused.value.problems
    assert problem.path == "identity:clients.app.identityProviders"
    assert problem.allowed.startswith("okta as well")


def told_of(problems: list[Problem]) -> list[str]:
    return [problem.path for problem in problems]


def test_mistakes_in_the_providers_hide_nothing_of_the_clients() -> None:
    given = {**config(okta={**OIDC, "issuer": "x"}), "clients": {"app": {**CLIENT, "identityProviders": ["okta"]}}}
    assert told_of(config_errors(given)) == ["identity:identityProviders.okta.issuer"]
    assert check(config_of(given), "dev")[0].clients["app"].identity_providers == ["okta"]
