"""The whole stack with the real engine on the emulator: what `up` creates, that it is repeatable, and changes."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import KeySet

from local import people
from tests.support import http
from tests.support.checkout import Checkout
from tests.support.emulated_sign_in import log_in

pytestmark = pytest.mark.engine

STEM = "focusmark-local"
SCOPES = {
    f"app.focusmark.api.{api}/{api}.{verb}" for api in ("project", "task") for verb in ("read", "write", "delete")
}
PERSON = "ada"  # a user of local/people.yaml
PASSWORD = people.read()[PERSON].password


def pool_of(checkout: Checkout) -> dict[str, Any]:
    described: dict[str, Any] = checkout.aws("cognito-idp").describe_user_pool(
        UserPoolId=checkout.outputs()["userPoolId"]
    )
    found: dict[str, Any] = described["UserPool"]
    return found


def test_the_emulator_holds_the_deployed_pool(up: Checkout) -> None:
    pool = pool_of(up)
    assert pool["Name"] == f"{STEM}-userpool-customers"
    assert pool["AliasAttributes"] == ["preferred_username"]
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["VerificationMessageTemplate"]["DefaultEmailOption"] == "CONFIRM_WITH_LINK"
    policy = pool["Policies"]["PasswordPolicy"]
    assert (policy["MinimumLength"], policy["TemporaryPasswordValidityDays"]) == (8, 14)
    assert (policy["RequireLowercase"], policy["RequireUppercase"]) == (True, True)
    assert (policy["RequireNumbers"], policy["RequireSymbols"]) == (False, False)
    (email,) = [attribute for attribute in pool["SchemaAttributes"] if attribute["Name"] == "email"]
    assert (email["AttributeDataType"], email["Mutable"], email["Required"]) == ("String", True, True)
    assert pool["Domain"] == STEM
    assert pool["UserPoolTags"] == tags()


def tags() -> dict[str, str]:
    return {
        "environment": "local",
        "orchestration": "pulumi",
        "service": "auth",
        "service-type": "aws-managed",
        "product": "focusmark",
    }


def test_the_emulator_holds_the_deployed_certificate(up: Checkout) -> None:
    acm = up.aws("acm")
    arn = up.outputs()["certificateArn"]
    certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert certificate["DomainName"] == "local-auth.focusmark.app"
    assert certificate["Status"] == "ISSUED"
    assert certificate["DomainValidationOptions"][0]["ValidationMethod"] == "DNS"
    listed = {tag["Key"]: tag["Value"] for tag in acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]}
    assert listed == tags()


def test_the_emulator_holds_the_deployed_servers(up: Checkout) -> None:
    cognito, pool = up.aws("cognito-idp"), up.outputs()["userPoolId"]
    found = {
        server["Identifier"]: server
        for server in cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"]
    }
    assert {entry["Name"] for entry in found.values()} == {
        f"{STEM}-resourceserver-project",
        f"{STEM}-resourceserver-task",
    }
    described = {
        f"{identifier}/{scope['ScopeName']}": scope["ScopeDescription"]
        for identifier, entry in found.items()
        for scope in entry["Scopes"]
    }
    assert set(described) == SCOPES
    assert described["app.focusmark.api.task/task.delete"] == "Delete existing Tasks"


@pytest.mark.parametrize(
    ("key", "secret", "callback"),
    [("postman", True, "https://local-auth.focusmark.app"), ("windowscli", False, "http://localhost:9000")],
)
def test_the_emulator_holds_the_deployed_clients(up: Checkout, key: str, secret: bool, callback: str) -> None:
    out = up.outputs()
    client = up.aws("cognito-idp").describe_user_pool_client(
        UserPoolId=out["userPoolId"], ClientId=out["clients"][key]["clientId"]
    )["UserPoolClient"]
    assert client["ClientName"] == f"{STEM}-userpoolclient-{key}"
    assert bool(client.get("ClientSecret")) is secret
    assert client["CallbackURLs"] == [callback]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert set(client["AllowedOAuthScopes"]) == {"openid", *SCOPES}
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["SupportedIdentityProviders"] == ["COGNITO"]


def test_the_client_secret_is_nowhere_in_clear(up: Checkout) -> None:
    out = up.outputs()
    client = up.aws("cognito-idp").describe_user_pool_client(
        UserPoolId=out["userPoolId"], ClientId=out["clients"]["postman"]["clientId"]
    )["UserPoolClient"]
    hushed = client["ClientSecret"]
    assert out["clientSecrets"] == "[secret]"
    assert up.outputs("--show-secrets")["clientSecrets"] == {"postman": hushed}
    preview = up.local("preview")
    assert hushed not in preview.stdout + preview.stderr
    emulator = up.root / ".local" / "emulator"  # the emulator's own files, not the stack's state
    files = [path for path in (up.root / ".local").rglob("*") if path.is_file() and not path.is_relative_to(emulator)]
    assert len(files) > 5
    assert not [str(file) for file in files if hushed.encode() in file.read_bytes()]


def test_a_new_api_by_config_alone_is_one_create_and_no_replace(own: Checkout) -> None:
    project = {
        "project": {
            "scopes": {
                "write": "Create and modify Projects",
                "read": "Read existing Projects",
                "delete": "Delete Projects",
            }
        }
    }
    task = {
        "task": {
            "scopes": {
                "write": "Create and modify Tasks",
                "read": "Read existing Tasks",
                "delete": "Delete existing Tasks",
            }
        }
    }
    own.config(apis={**project, **task, "cart": {"scopes": {"read": "Read carts"}}})
    assert own.run("preview") == {"create": 1, "same": 11, "update": 2}
    assert own.run("up") == {"create": 1, "same": 11, "update": 2}
    assert "app.focusmark.api.cart/cart.read" in own.outputs()["clients"]["windowscli"]["scopes"]


def test_a_client_and_an_api_renamed_keep_their_ids_when_the_config_says_what_they_were(own: Checkout) -> None:
    desktop = {
        "callbackUrls": ["http://localhost:9000"],
        "authFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }
    exemptions = {
        "client-no-password-flow": {"desktop": "It is the old app."},
        "client-refresh-rotation": {"desktop": "It is the old app."},
    }
    project = {"write": "Create and modify Projects", "read": "Read existing Projects", "delete": "Delete Projects"}
    todo = {"scopes": {"read": "Read existing Tasks"}}
    identifier = "app.focusmark.api.task"
    client_id = own.outputs()["clients"]["windowscli"]["clientId"]
    own.config(clients={"desktop": desktop}, exemptions=exemptions)
    own.local("up").refused("identity:clients.desktop", "renamedFrom: windowscli")
    own.config(
        clients={"desktop": {**desktop, "renamedFrom": "windowscli"}},
        apis={"project": {"scopes": project}, "todo": {**todo, "renamedFrom": "task"}},
    )
    assert own.run("up") == {"delete": 1, "same": 10, "update": 2}  # the client postman was removed
    out = own.outputs()
    assert out["clients"]["desktop"]["clientId"] == client_id
    assert out["apis"]["todo"] == {"identifier": identifier, "scopes": [f"{identifier}/todo.read"]}
    own.config(clients={"desktop": desktop}, apis={"project": {"scopes": project}, "todo": todo})
    own.local("preview").refused("identity:apis.todo.identifier")
    own.config(apis={"project": {"scopes": project}, "todo": {**todo, "identifier": identifier}})
    assert own.run("preview") == {"same": 12}


def test_two_clients_change_keys_by_a_third_one_and_keep_their_ids(own: Checkout) -> None:
    def client(name: str, **more: str) -> dict[str, Any]:
        return {"callbackUrls": [f"https://{name}.example/back"], "rotateRefreshTokens": True, **more}

    own.config(clients={"a": client("one"), "b": client("two")}, exemptions={})
    own.run("up")
    made = own.outputs()["clients"]
    own.config(clients={"a": client("two"), "b": client("one")})
    own.local("up").refused("identity:clients.a", "`a: {renamedFrom: b}`")
    for clients in (
        {"spare": client("one", renamedFrom="a"), "b": client("two")},
        {"spare": client("one"), "a": client("two", renamedFrom="b")},
        {"b": client("one", renamedFrom="spare"), "a": client("two")},
    ):
        own.config(clients=clients)
        assert "delete" not in own.run("up")
    ids = {key: item["clientId"] for key, item in own.outputs()["clients"].items()}
    assert ids == {"a": made["b"]["clientId"], "b": made["a"]["clientId"]}


EDITS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"userPool": {"aliasAttributes": ["email"], "caseSensitive": True}, "domainPrefix": "other"},
        ["identity:userPool.aliasAttributes", "identity:userPool.caseSensitive", "identity:domainPrefix"],
    ),
    ({"product": "acme", "zoneName": None}, ["identity:product"]),
    ({"environment": "other"}, ["identity:environment"]),
]


@pytest.mark.parametrize(("edit", "paths"), EDITS)
def test_no_edit_of_a_stack_file_loses_the_pool(edited: Checkout, edit: dict[str, Any], paths: list[str]) -> None:
    edited.config(**edit)
    edited.local("up").refused(*paths, "identity:allowLoss")


@pytest.mark.parametrize("command", ["up", "preview"])
def test_what_is_refused_counts_no_change(edited: Checkout, command: str) -> None:
    edit, paths = EDITS[0]
    edited.config(**edit)
    ran = edited.local(command, "--json")
    ran.refused(*paths, "identity:allowLoss")
    assert json.loads(ran.stdout.splitlines()[-1]) == {"result": "failed", "changes": {}}
    assert f"{command} failed." in ran.stderr


def test_a_config_of_mistakes_is_one_report_and_changes_nothing(edited: Checkout) -> None:
    edited.config(clients={"app": {"callbackUrls": ["http://far.example"], "secrt": True}}, tags={"aws:x": "y"})
    edited.local("up").refused(
        "Pulumi.local.yaml",
        "identity:clients.app.callbackUrls[0]",
        "identity:clients.app.secrt",
        "identity:tags.aws:x",
    )


def test_values_of_the_wrong_type_are_told_with_their_places_and_fixes(edited: Checkout) -> None:
    edit = {"product": None, "protect": 7, "apis": "none", "clients": [1], "tags": "x", "zoneName": 5}
    edited.config(**edit)
    edited.local("preview").refused("Pulumi.local.yaml", "allowed:", *(f"identity:{key}" for key in edit))


def test_a_config_may_be_longer_than_a_program_can_be_given_by_its_environment(own: Checkout) -> None:
    content = yaml.safe_load(own.stack_file.read_text())
    content["config"]["another:text"] = "x" * 2**18
    own.stack_file.write_text(yaml.safe_dump(content))
    own.assert_nothing_to_do()


def test_a_custom_attribute_is_added_in_place(own: Checkout) -> None:
    own.config(userPool={"customAttributes": {"tenant": {"maxLength": 64}}})
    # The update changes the clients too: they must not get write access to the new attribute by default.
    assert own.run("up") == {"same": 10, "update": 3}
    assert own.run("preview") == {"same": 13}
    assert "custom:tenant" in [attribute["Name"] for attribute in pool_of(own)["SchemaAttributes"]]


def test_a_person_signs_in_and_the_access_token_has_the_scopes_asked_for(up: Checkout) -> None:
    assert up.run("up") == {"same": 13}  # the outputs now contain this checkout's port
    out = up.outputs()
    client = out["clients"]["windowscli"]
    wanted = "openid app.focusmark.api.task/task.read"
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(8)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    callback = client["callbackUrls"][0]
    query = {
        "client_id": client["clientId"],
        "response_type": "code",
        "redirect_uri": callback,
        "scope": wanted,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    back = urlsplit(log_in(f"{out['authorizeUrl']}?{urlencode(query)}", PERSON, PASSWORD).headers["location"])
    assert f"{back.scheme}://{back.netloc}" == callback
    returned = parse_qs(back.query)
    assert returned["state"] == [state]
    form = {
        "grant_type": "authorization_code",
        "client_id": client["clientId"],
        "code": returned["code"][0],
        "redirect_uri": callback,
        "code_verifier": verifier,
    }
    tokens = http.post(out["tokenUrl"], data=form).raise_for_status().json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    keys = KeySet.import_key_set(http.get(out["jwksUri"]).raise_for_status().json())
    claims = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"]).claims
    assert claims["iss"] == out["issuer"]
    assert (claims["token_use"], claims["client_id"]) == ("access", client["clientId"])
    assert set(claims["scope"].split()) == set(wanted.split())
    assert_tokens_outlive_the_emulator(up, tokens, client["clientId"])


def assert_tokens_outlive_the_emulator(up: Checkout, tokens: dict[str, str], client_id: str) -> None:
    """Check that tokens are still valid after `make stop` and `up`: the pool's signing keys are kept on disk."""
    assert up.local("stop").status == 0
    assert up.run("up") == {"same": 13}
    out = up.outputs()
    keys = KeySet.import_key_set(http.get(out["jwksUri"]).raise_for_status().json())
    for token in ("access_token", "id_token"):
        assert jwt.decode(tokens[token], keys, algorithms=["RS256"]).claims["iss"] == out["issuer"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    said = http.get(out["userInfoUrl"], headers=bearer).raise_for_status().json()
    assert said["email"] == "ada@example.com"
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": tokens["refresh_token"]}
    assert http.post(out["tokenUrl"], data=form).is_success
    held = [file for file in (up.root / ".local" / "emulator").rglob("*") if file.is_file()]
    assert any(file.suffix == ".pem" for file in held)
    assert [file for file in held if file.stat().st_mode & 0o077] == []


def test_destroy_leaves_nothing_behind(own: Checkout) -> None:
    assert own.run("destroy") == {"delete": 13}
    assert not any(own.inventory().values()), own.inventory()
    assert own.run("up") == {"create": 13}
