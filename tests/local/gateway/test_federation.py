"""Sign-in by HTTP with each type of provider, played by a stand-in, and linked accounts."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from ministack.core.lambda_runtime import execution_credentials

from identity.identity_provider.kinds import KINDS
from local import keys
from local.gateway import emulated, tokens
from tests.support import http, signing
from tests.support.pages import Browser
from tests.support.sign_up_pool import CALLBACK, Pool, make_pool
from triggers.link_accounts import main as link_accounts

APP = {"client_id": "our-app", "client_secret": "hush", "authorize_scopes": "openid email"}
DETAILS: dict[str, dict[str, str]] = {
    "Google": APP,
    "Facebook": APP,
    "LoginWithAmazon": APP,
    "SignInWithApple": {"client_id": "a", "team_id": "T", "key_id": "K", "private_key": "P"},
    "OIDC": {**APP, "oidc_issuer": "https://login.example.com"},
    "SAML": {"MetadataURL": "https://login.example.com/metadata"},
}
ADA, LIN, EVE = range(3)  # the accounts on the stand-in's page


def named(kind: str) -> str:
    return f"Our{kind}" if kind in ("OIDC", "SAML") else kind


@pytest.fixture(scope="module")
def pool(shared_emulator: str) -> Pool:
    """Return a pool with a provider of each type and the program's default mappings. OIDC also has an identifier."""
    made = make_pool(shared_emulator, UsernameConfiguration={"CaseSensitive": False})
    for kind in KINDS.values():
        made.admin.create_identity_provider(
            UserPoolId=made.id,
            ProviderName=named(kind.aws),
            ProviderType=kind.aws,
            ProviderDetails=DETAILS[kind.aws],
            AttributeMapping=dict(kind.attributes),
            IdpIdentifiers=["acme.example"] if kind.aws == "OIDC" else [],
        )
    names = ["COGNITO", *map(named, DETAILS)]
    scopes = {"AllowedOAuthScopes": ["openid", "email", "profile"]}
    return made.another_client(SupportedIdentityProviders=names, **scopes)


def at_provider(pool: Pool, **asked: str) -> Browser:
    """Follow the app's request to the stand-in's page."""
    browser = Browser(pool.url).open(f"/oauth2/authorize?{pool.authorize_query(**asked)}")
    assert browser.page.status_code == 302, browser.page.text
    return browser.open(browser.page.headers["Location"])


def chosen(browser: Browser, account: int) -> dict[str, str]:
    """Choose an account on the stand-in's page and return the parameters of the redirect to the app."""
    browser.send(account)
    if urlsplit(browser.page.headers["Location"]).path == "/oauth2/idpresponse":
        browser.open(browser.page.headers["Location"])
    return browser.answer


def signed_in(pool: Pool, account: int, **asked: str) -> dict[str, Any]:
    """Sign in with an account and return the claims of the id token."""
    answered = chosen(at_provider(pool, **asked), account)
    assert answered["state"] == "s"
    return dict(tokens.claims(exchanged(pool, answered["code"]).json()["id_token"]))


def exchanged(pool: Pool, code: str, **more: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": pool.client_id}
    return pool.post("/oauth2/token", {**form, **more})


@pytest.mark.parametrize("kind", DETAILS)
def test_every_type_is_clicked_through_to_tokens_with_its_mapped_attributes(pool: Pool, kind: str) -> None:
    browser = Browser(pool.url).open(f"/oauth2/authorize?{pool.authorize_query(scope='openid email profile')}")
    browser.follow(f"Sign in with {named(kind)}")
    browser.open(browser.page.headers["Location"])
    assert browser.title == f"Sign in with {named(kind)}"
    answered = chosen(browser, LIN)
    claims = tokens.claims(exchanged(pool, answered["code"]).json()["id_token"])
    assert claims["cognito:username"] == f"{named(kind)}_1002"
    known = {"email": "lin@example.com", "name": "Lin Newcomer", "given_name": "Lin", "family_name": "Newcomer"}
    mapped = next(item.attributes for item in KINDS.values() if item.aws == kind)
    for name, value in known.items():
        assert claims.get(name) == (value if name in mapped else None)
    assert pool.attributes(f"{named(kind)}_1002").get("username") is None


@pytest.mark.parametrize("kind", DETAILS)
def test_a_provider_is_told_as_it_was_given_before_and_after_a_sign_in(pool: Pool, kind: str) -> None:
    at_provider(pool, identity_provider=named(kind))
    found = pool.admin.describe_identity_provider(UserPoolId=pool.id, ProviderName=named(kind))["IdentityProvider"]
    mapping = next(item.attributes for item in KINDS.values() if item.aws == kind)
    assert found["ProviderType"] == kind
    assert found["ProviderDetails"] == DETAILS[kind]
    assert found["AttributeMapping"] == mapping
    listed_types = {
        provider["ProviderName"]: provider["ProviderType"]
        for provider in pool.admin.list_identity_providers(UserPoolId=pool.id)["Providers"]
    }
    assert listed_types[named(kind)] == kind


def test_an_update_changes_what_it_names_and_keeps_the_rest(pool: Pool) -> None:
    change = {"UserPoolId": pool.id, "ProviderName": "Facebook"}
    pool.admin.update_identity_provider(**change, ProviderDetails={**APP, "client_secret": "rotated"})
    found = pool.admin.describe_identity_provider(**change)["IdentityProvider"]
    assert found["ProviderDetails"]["client_secret"] == "rotated"
    assert (found["ProviderType"], found["AttributeMapping"]["name"]) == ("Facebook", "name")
    assert signed_in(pool, ADA, identity_provider="Facebook")["email"] == "ada@example.com"


def test_a_word_stands_for_its_provider(pool: Pool) -> None:
    assert signed_in(pool, ADA, idp_identifier="acme.example")["cognito:username"] == "OurOIDC_1001"


def test_a_code_of_a_provider_is_for_the_app_that_asked_for_it_alone(pool: Pool) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    proof = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = chosen(at_provider(pool, identity_provider="Google", **proof), ADA)["code"]
    for wrong in ({}, {"code_verifier": "w" * 43}):
        assert exchanged(pool, code, **wrong).json() == {"error": "invalid_grant"}
    assert exchanged(pool, code, code_verifier=verifier).status_code == 200
    confidential = pool.another_client(GenerateSecret=True, SupportedIdentityProviders=["Google"])
    code = chosen(at_provider(confidential, identity_provider="Google"), ADA)["code"]
    assert exchanged(confidential, code).json() == {"error": "invalid_client"}
    assert exchanged(confidential, code, client_secret=confidential.client["ClientSecret"]).status_code == 200


def test_who_came_by_a_provider_has_the_tokens_renewed(pool: Pool) -> None:
    first = exchanged(pool, chosen(at_provider(pool, identity_provider="Google"), ADA)["code"]).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": pool.client_id}
    again = pool.post("/oauth2/token", form).json()
    assert tokens.claims(again["access_token"])["sub"] == tokens.claims(first["access_token"])["sub"]


@pytest.mark.parametrize("asked", [{"identity_provider": "Elsewhere"}, {"idp_identifier": "no.example"}])
def test_a_provider_that_there_is_not_is_refused(pool: Pool, asked: dict[str, str]) -> None:
    answer = Browser(pool.url).open(f"/oauth2/authorize?{pool.authorize_query(**asked)}").page
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_provider_that_the_client_does_not_name_is_refused(pool: Pool) -> None:
    client = pool.another_client(SupportedIdentityProviders=["COGNITO", "Google"])
    query = client.authorize_query(identity_provider="Facebook")
    answer = Browser(pool.url).open(f"/oauth2/authorize?{query}").page
    assert "Facebook is not enabled" in answer.json()["error_description"]


# --- the stand-in as an OpenID Connect server -------------------------------------------------------------------------


def issuer(pool: Pool, name: str = "Google") -> str:
    return f"{pool.url}/_provider/{pool.id}/{name}"


def test_what_the_stand_in_signs_is_verified_by_what_it_publishes(pool: Pool) -> None:
    found = http.get(f"{issuer(pool)}/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer(pool)
    published = KeySet.import_key_set(http.get(found["jwks_uri"]).json())
    browser = at_provider(pool, identity_provider="Google").send(LIN)
    redirect_uri = parse_qs(urlsplit(str(browser.page.url)).query)["redirect_uri"][0]
    form = {**browser.answer, "grant_type": "authorization_code", "redirect_uri": redirect_uri, **APP}
    wrong: list[dict[str, str]] = [{"client_secret": "guess"}, {"client_id": "other"}]
    for change in wrong:
        assert http.post(found["token_endpoint"], data={**form, **change}).status_code == 401
    answer = http.post(found["token_endpoint"], data=form).json()
    claims = jwt.decode(answer["id_token"], published, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (issuer(pool), "our-app", "1002")
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert http.get(found["userinfo_endpoint"], headers=bearer).json()["email"] == "lin@example.com"
    elsewhere = http.get(f"{issuer(pool, 'OurOIDC')}/userinfo", headers=bearer)
    assert elsewhere.status_code == 401
    assert http.post(found["token_endpoint"], data=form).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("changed", [{"client_id": "x"}, {"redirect_uri": "https://evil.example/"}])
def test_the_stand_in_sends_nobody_elsewhere(pool: Pool, changed: dict[str, str]) -> None:
    page = at_provider(pool, identity_provider="Google").page.url
    asked = {name: values[0] for name, values in parse_qs(urlsplit(str(page)).query).items()}
    answer = http.get(f"{issuer(pool)}/authorize", params={**asked, **changed})
    assert answer.status_code == 400


def test_no_other_page_chooses_an_account(pool: Pool) -> None:
    browser = at_provider(pool, identity_provider="Google")
    headers = {"Origin": "https://evil.example"}
    answer = http.post(str(browser.page.url), data={"account": "1001"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/_provider/x/y/authorize", "/_provider/x/y/nothing", "/_provider/x"])
def test_there_is_no_stand_in_for_a_provider_that_there_is_not(pool: Pool, path: str) -> None:
    assert http.get(pool.url + path).status_code == 404


# --- linked accounts --------------------------------------------------------------------------------------------------


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@pytest.fixture
def linking(shared_emulator: str) -> Iterator[Pool]:
    """Yield a pool with the function of `linkAccounts`, whose role has the program's permissions."""
    made = make_pool(shared_emulator, {"SupportedIdentityProviders": ["COGNITO", "Google", "Okta"]})
    for name, kind in (("Google", "Google"), ("Okta", "OIDC")):
        given = {"ProviderType": kind, "ProviderDetails": APP, "AttributeMapping": dict(KINDS["google"].attributes)}
        made.admin.create_identity_provider(UserPoolId=made.id, ProviderName=name, **given)
    iam, functions = made.aws("iam"), made.aws("lambda")
    trust = policy(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName="links", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    arn = made.admin.describe_user_pool(UserPoolId=made.id)["UserPool"]["Arn"]
    rights = policy(Action=["cognito-idp:ListUsers", "cognito-idp:AdminLinkProviderForUser"], Resource=arn)
    iam.put_role_policy(RoleName="links", PolicyName="links", PolicyDocument=rights)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.write(link_accounts.__file__, "main.py")
    function = functions.create_function(
        FunctionName="links",
        Runtime="python3.13",
        Handler="main.handler",
        Role=role,
        Timeout=60,  # a busy machine starts it slowly; an engine test covers the program's own 5 seconds
        Code={"ZipFile": code.getvalue()},
    )
    made.admin.update_user_pool(UserPoolId=made.id, LambdaConfig={"PreSignUp": function["FunctionArn"]})
    yield made
    functions.delete_function(FunctionName="links")
    iam.delete_role_policy(RoleName="links", PolicyName="links")
    iam.delete_role(RoleName="links")


def sub_of(pool: Pool, name: str) -> str:
    return pool.attributes(name)["sub"]


def test_who_has_the_same_verified_address_is_one_person(linking: Pool) -> None:
    linking.person("ada")
    for name in ("Google", "Okta", "Google"):
        claims = signed_in(linking, ADA, identity_provider=name)
        assert (claims["sub"], claims["cognito:username"]) == (sub_of(linking, "ada"), "ada")
    assert tokens.claims(linking.tokens("ada")["IdToken"])["sub"] == claims["sub"]
    assert len(linking.admin.list_users(UserPoolId=linking.id)["Users"]) == 1


def test_who_has_an_address_of_nobody_elses_is_a_person_of_their_own(linking: Pool) -> None:
    linking.person("ada")
    for name in ("Google", "Okta"):
        assert signed_in(linking, LIN, identity_provider=name)["cognito:username"] == "Google_1002"


@pytest.mark.parametrize(
    ("account", "there", "verified", "why"),
    [(EVE, "grace", "true", "The provider has not verified"), (ADA, "ada", "false", "has not verified it")],
)
def test_an_address_that_one_side_has_not_verified_opens_no_account(
    linking: Pool, account: int, there: str, verified: str, why: str
) -> None:
    linking.person(there, email_verified=verified)
    answered = chosen(at_provider(linking, identity_provider="Google"), account)
    assert (answered["error"], answered["state"]) == ("invalid_request", "s")
    assert answered["error_description"].startswith("PreSignUp failed with error ")
    assert why in answered["error_description"]
    assert [user["Username"] for user in linking.admin.list_users(UserPoolId=linking.id)["Users"]] == [there]
    assert "identities" not in linking.attributes(there)


def test_a_function_may_do_no_more_than_its_role_lets_it(linking: Pool) -> None:
    linking.person("ada")
    linking.aws("iam").put_role_policy(
        RoleName="links", PolicyName="links", PolicyDocument=policy(Action="cognito-idp:ListUsers", Resource="*")
    )
    answered = chosen(at_provider(linking, identity_provider="Google"), ADA)
    assert "AdminLinkProviderForUser" in answered["error_description"]
    assert "identities" not in linking.attributes("ada")


def test_who_works_out_the_keys_of_a_function_gets_nothing_by_them(
    linking: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    linking.person("ada")
    signed_in(linking, ADA, identity_provider="Google")
    found = linking.aws("lambda").get_function_configuration(FunctionName="links")
    monkeypatch.setattr("ministack.app.AUTH", True)
    worked_out = execution_credentials(found)
    key = keys.Key(worked_out["AWS_ACCESS_KEY_ID"], worked_out["AWS_SECRET_ACCESS_KEY"])
    asked = {"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers", "Content-Type": emulated.JSON}
    body = json.dumps({"UserPoolId": linking.id}).encode()
    for agent in ("Boto3/1.0", "Boto3/1.0 app/", f"Boto3/1.0 app/{'0' * 32}"):
        given = {**asked, "User-Agent": agent, "X-Amz-Security-Token": worked_out["AWS_SESSION_TOKEN"]}
        signed = signing.headers("POST", f"{linking.url}/", body, given, key)
        answer = http.post(f"{linking.url}/", content=body, headers=signed)
        assert (answer.status_code, answer.json()["__type"]) == (403, "InvalidClientTokenId")
