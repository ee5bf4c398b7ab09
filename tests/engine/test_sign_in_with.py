"""Identity providers, groups, pages, an identity pool and published outputs with the real engine on the emulator."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from identity.identity_provider.settings import IdentityProvider
from local.emulator import free_port
from tests.support.checkout import Checkout
from tests.support.pages import Browser

pytestmark = pytest.mark.engine

HUSH, ROTATED = "hush-from-the-provider", "hush-after-rotation"
APPLES_KEY = "MIGTAgEAhush"
OIDC = {"type": "oidc", "clientId": "acme", "clientSecret": HUSH, "issuer": "https://login.example.com"}
PROVIDERS: dict[str, dict[str, Any]] = {
    "okta": OIDC,
    "google": {"type": "google", "clientId": "g", "clientSecret": HUSH},
    "facebook": {"type": "facebook", "clientId": "f", "clientSecret": HUSH},
    "amazon": {"type": "amazon", "clientId": "z", "clientSecret": HUSH},
    "apple": {"type": "apple", "clientId": "a", "teamId": "T", "keyId": "K", "privateKey": APPLES_KEY},
    "corp": {"type": "saml", "metadataUrl": "https://login.example.com/metadata"},
}
WEB = {"callbackUrls": ["http://localhost:9000/back"], "identityProviders": ["COGNITO", *PROVIDERS]}
PAY = {"identifier": "https://pay.example", "prefixScopes": False, "scopes": {"charge": "Charge a card"}}
BILLING = "https://billing.example/api/pay"
JOB = {"flow": "client_credentials", "secret": True}
CONFIG: dict[str, Any] = {
    "apis": {"task": {"scopes": {"read": "Read Tasks"}}, "pay": PAY},
    "clients": {"web": {**WEB, "externalScopes": [BILLING]}, "job": JOB, "form": {"flows": []}},
    "identityProviders": PROVIDERS,
    "groups": {"support": {"description": "Helps people", "precedence": 10}, "staff": {}},
    "login": {"branding": {"colour": "#0055aa"}},
    "identityPool": {"clients": ["web"], "roleMappings": {"web": {"otherwise": "authenticated"}}},
    "publish": {"ssm": "/{product}/{environment}/identity", "secrets": True},
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    with Checkout(tmp_path_factory.mktemp("sign-in-with")) as checkout:
        checkout.config(**CONFIG)
        ran = checkout.local("up", policies=True)
        assert ran.status == 0, ran.said
        assert HUSH not in ran.said
        assert "a page of this stack simulates every provider" in ran.said
        yield checkout


def test_a_second_preview_finds_nothing_to_do(stack: Checkout) -> None:
    stack.assert_nothing_to_do()


def test_a_refresh_finds_nothing_and_neither_does_the_preview_after_it(stack: Checkout) -> None:
    stack.run("refresh")
    stack.assert_nothing_to_do()


def test_aws_has_the_providers_and_the_client_takes_them(stack: Checkout) -> None:
    cognito, pool = stack.aws("cognito-idp"), stack.outputs()["userPoolId"]
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=stack.outputs()["clients"]["web"]["clientId"])[
        "UserPoolClient"
    ]
    names = stack.outputs()["identityProviders"]
    named = {key: IdentityProvider(**given).filled(key).name for key, given in PROVIDERS.items()}
    assert names == named
    assert set(client["SupportedIdentityProviders"]) == {"COGNITO", *names.values()}
    okta = cognito.describe_identity_provider(UserPoolId=pool, ProviderName="okta")["IdentityProvider"]
    assert okta["ProviderDetails"]["client_secret"] == HUSH


def test_aws_has_scopes_as_they_are_written_those_of_others_and_a_client_without_oauth(stack: Checkout) -> None:
    cognito, out = stack.aws("cognito-idp"), stack.outputs()
    clients = {
        key: cognito.describe_user_pool_client(UserPoolId=out["userPoolId"], ClientId=client["clientId"])[
            "UserPoolClient"
        ]
        for key, client in out["clients"].items()
    }
    pay = cognito.describe_resource_server(UserPoolId=out["userPoolId"], Identifier=PAY["identifier"])
    assert [scope["ScopeName"] for scope in pay["ResourceServer"]["Scopes"]] == ["charge"]
    task = out["apis"]["task"]["scopes"]
    assert set(clients["web"]["AllowedOAuthScopes"]) == {"openid", *task, "https://pay.example/charge", BILLING}
    assert set(clients["job"]["AllowedOAuthScopes"]) == {*task, "https://pay.example/charge"}
    assert not clients["form"].get("AllowedOAuthFlows")
    assert clients["form"]["AllowedOAuthFlowsUserPoolClient"] is False


def test_no_secret_is_in_the_state_in_clear(stack: Checkout) -> None:
    written = "".join(
        file.read_text(encoding="utf-8", errors="replace")
        for file in (stack.root / ".local").rglob("*")
        if file.is_file() and ("stacks" in file.parts or file.name == "log")
    )
    assert "access-provider-okta" in written
    assert "CreateIdentityProvider" in written
    for secret in (HUSH, APPLES_KEY):
        assert secret not in written


def test_what_is_published_is_what_the_stack_puts_out(stack: Checkout) -> None:
    outputs, parameters = stack.outputs("--show-secrets"), stack.aws("ssm")
    base = "/focusmark/local/identity"
    for name, value in (
        ("userPoolId", outputs["userPoolId"]),
        ("issuer", outputs["issuer"]),
        ("clients/web/clientId", outputs["clients"]["web"]["clientId"]),
        ("apis/task/identifier", outputs["apis"]["task"]["identifier"]),
    ):
        assert parameters.get_parameter(Name=f"{base}/{name}")["Parameter"]["Value"] == value
    secret = stack.aws("secretsmanager").get_secret_value(SecretId=f"{base}/clients/job/secret")
    assert secret["SecretString"] == outputs["clientSecrets"]["job"]


def test_a_role_can_be_given_the_policies_of_the_stack(stack: Checkout) -> None:
    iam, documents = stack.aws("iam"), stack.outputs()["policyDocuments"]
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="projects", AssumeRolePolicyDocument=json.dumps(trust))
    for name, document in documents.items():
        iam.put_role_policy(RoleName="projects", PolicyName=name, PolicyDocument=document)
        kept = iam.get_role_policy(RoleName="projects", PolicyName=name)["PolicyDocument"]
        assert kept == json.loads(document)
    assert set(documents) == {"readPool", "verifyTokens"}


def test_the_identity_pool_gives_a_role_that_permits_nothing(stack: Checkout) -> None:
    pool = stack.outputs()["identityPoolId"]
    identity = stack.aws("cognito-identity")
    assert identity.describe_identity_pool(IdentityPoolId=pool)["AllowUnauthenticatedIdentities"] is False
    given = identity.get_identity_pool_roles(IdentityPoolId=pool)
    (mapping,) = given["RoleMappings"].values()
    assert (mapping["Type"], mapping["AmbiguousRoleResolution"]) == ("Token", "AuthenticatedRole")
    roles = given["Roles"]
    assert roles.keys() == {"authenticated"}
    name = roles["authenticated"].rpartition("/")[2]
    assert not stack.aws("iam").list_role_policies(RoleName=name)["PolicyNames"]


def test_a_rotated_secret_is_applied_and_shown_nowhere(stack: Checkout) -> None:
    stack.config(identityProviders={**PROVIDERS, "okta": {**OIDC, "clientSecret": ROTATED}})
    ran = stack.local("preview")
    assert ran.status == 0, ran.said
    assert "access-provider-okta" in ran.said
    assert HUSH not in ran.said
    assert ROTATED not in ran.said
    assert stack.run("up").get("update") == 1
    pool = stack.outputs()["userPoolId"]
    okta = stack.aws("cognito-idp").describe_identity_provider(UserPoolId=pool, ProviderName="okta")
    assert okta["IdentityProvider"]["ProviderDetails"]["client_secret"] == ROTATED
    stack.assert_nothing_to_do()


def test_a_rotated_key_of_apple_is_applied(stack: Checkout) -> None:
    old = stack.stack_file.read_text()
    stack.config(identityProviders={**PROVIDERS, "apple": {**PROVIDERS["apple"], "privateKey": "MIGTrotated"}})
    assert stack.run("up").get("update", 0) >= 1
    stack.assert_nothing_to_do()
    stack.stack_file.write_text(old)
    stack.run("up")


def test_a_group_that_goes_takes_nobody_with_it(stack: Checkout) -> None:
    cognito, pool = stack.aws("cognito-idp"), stack.outputs()["userPoolId"]
    cognito.admin_create_user(
        UserPoolId=pool, Username="grace9", UserAttributes=[{"Name": "email", "Value": "grace9@focusmark.app"}]
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="grace9", GroupName="staff")
    stack.config(groups={"support": CONFIG["groups"]["support"]})
    ran = stack.local("up")
    assert ran.status == 0, ran.said
    assert "All members of staff would lose the group" in ran.said
    assert cognito.admin_get_user(UserPoolId=pool, Username="grace9")["UserStatus"]


def test_renaming_a_provider_is_refused_by_its_name(stack: Checkout) -> None:
    pool = stack.outputs()["userPoolId"]
    stack.config(identityProviders={**PROVIDERS, "okta": {**OIDC, "name": "Okta"}})
    stack.local("preview").refused("identity:identityProviders.okta.name", f"identity:allowLoss: [{pool}/okta]")


def test_a_provider_is_played_where_the_stack_is_now(stack: Checkout) -> None:
    client = stack.outputs()["clients"]["web"]["clientId"]
    asked = {"client_id": client, "response_type": "code", "redirect_uri": WEB["callbackUrls"][0]}
    assert stack.local("stop").status == 0
    stack.port = free_port()
    stack.start_emulator()
    for name in stack.outputs()["identityProviders"].values():
        browser = Browser(f"http://127.0.0.1:{stack.port}")
        browser.open(f"/oauth2/authorize?{urlencode({**asked, 'identity_provider': name})}")
        browser.open(browser.page.headers["Location"]).send(1)
        if browser.page.headers["Location"].startswith("/"):
            browser.open(browser.page.headers["Location"])
        assert browser.answer.keys() == {"code"}


def test_the_function_that_links_is_sent_and_may_be_called_by_the_pool_alone(stack: Checkout) -> None:
    stack.config(identityProviders=PROVIDERS, linkAccounts="verifiedEmail")
    assert stack.local("up").status == 0
    stack.assert_nothing_to_do()
    pool = stack.outputs()["userPoolId"]
    arn = stack.aws("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"]["PreSignUp"]
    event = sign_up(pool) | {"triggerSource": "PreSignUp_SignUp"}
    answer = stack.aws("lambda").invoke(FunctionName=arn, Payload=json.dumps(event))
    assert json.loads(answer["Payload"].read()) == event
    (statement,) = json.loads(stack.aws("lambda").get_policy(FunctionName=arn)["Policy"])["Statement"]
    assert pool in json.dumps(statement["Condition"])


def sign_up(pool: str) -> dict[str, Any]:
    """Return the AWS event of a user's first sign-in with Google."""
    return {
        "triggerSource": "PreSignUp_ExternalProvider",
        "userPoolId": pool,
        "userName": "google_1234",
        "request": {"userAttributes": {"email": "hedy@acme.example", "email_verified": "true"}},
        "response": {},
    }
