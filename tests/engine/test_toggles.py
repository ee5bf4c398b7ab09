"""Each setting changed and changed back, with the real engine: no user is lost and no resource is left over."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tests.support.checkout import Checkout
from tests.support.program import ROOT
from tests.test_docs import blocks_of

pytestmark = pytest.mark.engine

PEOPLE, PASSWORD = ("barbara", "mary", "rosalind"), "Correct-horse-9"
BY_PASSWORD = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
POSTMAN: dict[str, Any] = {
    "secret": True,
    "callbackUrls": ["https://{environment}-auth.{product}.app"],
    "logoutUrls": ["https://{environment}-auth.{product}.app/bye"],
    "authFlows": BY_PASSWORD,
}
WINDOWSCLI: dict[str, Any] = {"callbackUrls": ["http://localhost:9000"], "authFlows": BY_PASSWORD}
PROJECT = {"write": "Create and modify Projects", "read": "Read existing Projects", "delete": "Delete Projects"}
TASK = {"write": "Create and modify Tasks", "read": "Read existing Tasks", "delete": "Delete existing Tasks"}
BASE: dict[str, Any] = {
    "apis": {"project": {"scopes": PROJECT}, "task": {"scopes": TASK}},
    "clients": {"postman": POSTMAN, "windowscli": WINDOWSCLI},
    "tags": {"team": "identity", "cost": "12"},
}
WINDOWSCLI_NAME = "focusmark-local-userpoolclient-windowscli"
NOTHING: tuple[Any, ...] = ("", [], {}, None)
# Values that an update sends explicitly, and that are the defaults of a new pool.
SAID_BY_AN_UPDATE = {
    "UserPoolAddOns": {"AdvancedSecurityMode": "OFF"},
    "SmsAuthenticationMessage": "Your authentication code is {####}. ",
}
# Dates that AWS sets, and the dates of a recreated certificate.
PASSING = {"CreationDate", "LastModifiedDate", "CreatedAt", "IssuedAt", "NotBefore", "NotAfter", "RenewalEligibility"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Yield a deployed checkout with users in its pool. A test must undo its changes."""
    with Checkout(tmp_path_factory.mktemp("toggles")) as checkout:
        bring_up(checkout)
        yield checkout


def bring_up(checkout: Checkout) -> None:
    checkout.config(**BASE)
    assert checkout.run("up") == {"create": 13}
    cognito, pool = checkout.aws("cognito-idp"), pool_id(checkout)
    for name in PEOPLE:
        email = [{"Name": "email", "Value": f"{name}@focusmark.app"}]
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=email, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)


@pytest.fixture
def config(stack: Checkout) -> Iterator[Checkout]:
    """Yield the same checkout, and restore the stack file. If the test failed half-way, restore the stack too."""
    committed, held = stack.stack_file.read_text(), everything(stack)
    yield stack
    stack.stack_file.write_text(committed)
    if everything(stack) != held:
        stack.run("up")


def pool_id(checkout: Checkout) -> str:
    (pool,) = checkout.aws("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    return str(pool["Id"])


def lasting(described: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """Return the members to compare: no dates, response metadata, empty values, or names in `without`."""
    dropped = {*PASSING, *without, "ResponseMetadata"}
    said = {key: spoken(entry) for key, entry in described.items() if key not in dropped}
    return {
        key: sorted(value, key=repr) if isinstance(value, list) else value
        for key, value in said.items()
        if value not in NOTHING
    }


def spoken(value: Any) -> Any:
    """Remove the empty members of a value: an update sends them to reset settings, and the emulator returns them."""
    if not isinstance(value, dict):
        return value
    parts = {key: spoken(item) for key, item in value.items()}
    return {key: part for key, part in parts.items() if part not in NOTHING}


def clients(checkout: Checkout) -> dict[str, dict[str, Any]]:
    """Return the app clients by name, as AWS describes them."""
    cognito, pool = checkout.aws("cognito-idp"), pool_id(checkout)
    listed = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    described = [
        cognito.describe_user_pool_client(UserPoolId=pool, ClientId=entry["ClientId"])["UserPoolClient"]
        for entry in listed
    ]
    return {client["ClientName"]: client for client in described}


def ids(checkout: Checkout) -> dict[str, str]:
    return {name: client["ClientId"] for name, client in clients(checkout).items()}


def everything(checkout: Checkout) -> dict[str, Any]:
    """Return all that the emulator describes of the stack, by name. Equal results mean that nothing is left over."""
    cognito, acm, cloudformation = checkout.aws("cognito-idp"), checkout.aws("acm"), checkout.aws("cloudformation")
    pool = cognito.describe_user_pool(UserPoolId=pool_id(checkout))["UserPool"]
    domain = pool.get("CustomDomain") or pool["Domain"]
    for name, default in SAID_BY_AN_UPDATE.items():
        if pool.get(name) == default:
            del pool[name]
    # AWS's older name of the password policy's TemporaryPasswordValidityDays, which is compared.
    pool["AdminCreateUserConfig"].pop("UnusedAccountValidityDays", None)
    servers = cognito.list_resource_servers(UserPoolId=pool["Id"], MaxResults=50)["ResourceServers"]
    arns = [certificate["CertificateArn"] for certificate in acm.list_certificates()["CertificateSummaryList"]]
    exports = cloudformation.list_exports()["Exports"]
    return {
        "pool": lasting(pool),
        "domain": lasting(cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]),
        "servers": {server["Name"]: lasting(server) for server in servers},
        "clients": {name: lasting(client, "ClientId", "ClientSecret") for name, client in clients(checkout).items()},
        "with a secret": sorted(name for name, client in clients(checkout).items() if client.get("ClientSecret")),
        "certificate tags": [lasting(acm.list_tags_for_certificate(CertificateArn=arn)) for arn in arns],
        "exports": sorted(export["Name"] for export in exports),
        "inventory": checkout.inventory(),
    }


def people(checkout: Checkout) -> dict[str, str]:
    """Return the `sub` of each user in the pool, by username: other systems identify users by it."""
    users = checkout.aws("cognito-idp").list_users(UserPoolId=pool_id(checkout))["Users"]
    return {
        user["Username"]: next(attribute["Value"] for attribute in user["Attributes"] if attribute["Name"] == "sub")
        for user in users
    }


def assert_everybody_signs_in(checkout: Checkout) -> None:
    """Sign in each user at each client, with SECRET_HASH if the client has a secret."""
    cognito = checkout.aws("cognito-idp")
    for client in clients(checkout).values():
        for name in PEOPLE:
            given = {"USERNAME": name, "PASSWORD": PASSWORD}
            if secret := client.get("ClientSecret"):
                digest = hmac.digest(secret.encode(), (name + client["ClientId"]).encode(), hashlib.sha256)
                given["SECRET_HASH"] = base64.b64encode(digest).decode()
            answer = cognito.initiate_auth(
                ClientId=client["ClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
            )
            assert answer["AuthenticationResult"]["AccessToken"]


@dataclass(frozen=True)
class Toggle:
    """An edit of the stack file, the engine's counts for it and for undoing it, and the clients that are replaced.

    `back_with` has additional config for undoing the edit. `holds` is the expected inventory after the edit, by kind.
    """

    edit: Mapping[str, Any]
    there: Mapping[str, int]
    back: Mapping[str, int]
    replaced: frozenset[str] = frozenset()
    back_with: Mapping[str, Any] = field(default_factory=dict)
    holds: Mapping[str, Any] = field(default_factory=dict)


TOGGLES = {
    "domain prefix and secret": Toggle(
        {
            "domainPrefix": "focusmark-login",
            "allowLoss": ["focusmark-local"],
            "clients": {"postman": POSTMAN, "windowscli": {**WINDOWSCLI, "secret": True}},
        },
        {"replace": 2, "same": 11},
        {"replace": 2, "same": 11},
        frozenset({WINDOWSCLI_NAME}),
        back_with={"allowLoss": ["focusmark-login"]},
    ),
    "custom domain": Toggle(
        {"customDomain": True},
        {"create": 3, "delete": 1, "same": 12},
        {"create": 1, "delete": 3, "same": 12},
        holds={"domains": ["local-auth.focusmark.app"], "records": ["A", "A", "AAAA", "CNAME"]},
    ),
    "zone and scopes of an API": Toggle(
        {
            "zoneName": None,
            "apis": {
                "project": {"scopes": {"read": "Read Projects", "share": "Share Projects"}},
                "task": {"scopes": TASK},
                "cart": {"scopes": {"read": "Read carts"}},
            },
        },
        {"create": 1, "delete": 4, "same": 6, "update": 3},
        {"create": 4, "delete": 1, "same": 6, "update": 3},
        holds={"certificates": [], "records": ["A"]},
    ),
    "client and pool in place, and exports": Toggle(
        {
            "cloudFormationExports": True,
            "tags": {"team": "customers", "stage": "live"},
            "userPool": {
                "passwordPolicy": {"minimumLength": 12, "requireNumbers": True, "temporaryPasswordValidityDays": 3}
            },
            "clients": {
                "postman": {
                    **{key: value for key, value in POSTMAN.items() if key != "logoutUrls"},
                    "tokenValidity": {"access": "15m", "id": "300s", "refresh": "12h"},
                    "scopes": ["openid", "email", "task.read"],
                },
                "windowscli": {
                    **WINDOWSCLI,
                    "logoutUrls": ["http://localhost:9000/bye"],
                    "authFlows": ["ALLOW_USER_PASSWORD_AUTH"],
                    "rotateRefreshTokens": True,
                },
            },
        },
        {"create": 2, "same": 9, "update": 4},
        {"delete": 2, "same": 9, "update": 4},
    ),
}


@pytest.mark.parametrize("name", TOGGLES)
def test_there_and_back_loses_nobody_and_leaves_nothing(config: Checkout, name: str) -> None:
    toggle, before = TOGGLES[name], everything(config)
    known, client_ids, pool = people(config), ids(config), pool_id(config)
    kept = {client: client_id for client, client_id in client_ids.items() if client not in toggle.replaced}
    written = config.stack_file.read_text()
    config.config(**toggle.edit)
    for expected in (toggle.there, toggle.back):
        assert config.run("up") == expected
        assert (pool_id(config), people(config)) == (pool, known)
        assert {client: one for client, one in ids(config).items() if client not in toggle.replaced} == kept
        assert_everybody_signs_in(config)
        if expected is toggle.there:
            config.assert_nothing_to_do()
            there = everything(config)
            assert there != before
            assert {kind: there["inventory"][kind] for kind in toggle.holds} == toggle.holds
            config.stack_file.write_text(written)
            config.config(**toggle.back_with)
    now = everything(config)
    assert {part: now[part] for part in before if now[part] != before[part]} == {}


def test_each_step_of_the_move_to_a_domain_of_ones_own_ends_nobodys_sign_in(config: Checkout) -> None:
    both, elsewhere, _ = (
        {key.removeprefix("identity:"): value for key, value in yaml.safe_load(block.text).items()}
        for block in blocks_of(ROOT / "docs" / "custom-domain.md")
        if block.kind == "yaml"
    )
    cognito, pool, client_ids, known = config.aws("cognito-idp"), pool_id(config), ids(config), people(config)
    prefix, own = "focusmark-local", both["authDomain"]

    def served() -> list[str]:
        described = (cognito.describe_user_pool_domain(Domain=name)["DomainDescription"] for name in (prefix, own))
        return [domain["Domain"] for domain in described if domain.get("UserPoolId") == pool]

    def step(domains: list[str], **edit: Any) -> None:
        config.config(**edit)
        config.run("up")
        config.assert_nothing_to_do()
        assert served() == domains
        assert (pool_id(config), ids(config), people(config)) == (pool, client_ids, known)
        assert_everybody_signs_in(config)

    assert served() == [prefix]
    step([prefix, own], **both)
    out = config.outputs()
    assert (out["domain"], out["dnsRecords"]) == (own, [])
    step([own], keepPrefixDomain=None)
    certificate = config.aws("acm").request_certificate(DomainName=own)["CertificateArn"]
    step([own], **{**elsewhere, "certificateArn": certificate})
    (record,) = config.outputs()["dnsRecords"]
    assert (record["name"], record["type"]) == (own, "CNAME")
    assert (
        record["value"] == cognito.describe_user_pool_domain(Domain=own)["DomainDescription"]["CloudFrontDistribution"]
    )


def test_the_order_of_the_stack_file_means_nothing(config: Checkout) -> None:
    def turned(entries: dict[str, Any]) -> dict[str, Any]:
        return {key: turned(entry) if isinstance(entry, dict) else entry for key, entry in reversed(entries.items())}

    postman = {**POSTMAN, "authFlows": POSTMAN["authFlows"][::-1]}
    config.config(**turned({**BASE, "clients": {**BASE["clients"], "postman": postman}}))
    assert list(turned(BASE["clients"])) == ["windowscli", "postman"]
    assert config.run("preview") == {"same": 13}


def test_protect_refuses_and_the_way_it_names_works(stack: Checkout) -> None:
    before, known, client_id = everything(stack), people(stack), ids(stack)[WINDOWSCLI_NAME]
    secret = {"clients": {"postman": POSTMAN, "windowscli": {**WINDOWSCLI, "secret": True}}}
    other = {"read": TASK["read"], "write": TASK["write"], "archive": "Archive Tasks"}
    fewer = {"apis": {**BASE["apis"], "task": {"scopes": other}}}
    lost = "app.focusmark.api.task/task.delete"

    stack.config(protect=True)
    assert stack.run("up") == {"same": 12, "update": 1}
    protected = everything(stack)
    assert protected["pool"]["DeletionProtection"] == "ACTIVE"
    destroy = stack.local("destroy")
    assert destroy.status != 0
    assert "identity:protect: false" in destroy.said
    stack.config(**secret, **fewer)
    refusal = stack.local("up")
    assert refusal.status != 0
    unprotect = "first set `identity:protect: false` and update, then"
    assert f"{unprotect} `identity:allowLoss: [{client_id}]`" in refusal.said
    assert f"To confirm: `identity:allowLoss: [{lost}]`" in refusal.said
    assert "Traceback" not in refusal.said
    assert everything(stack) == protected

    # Remove a scope: its entry in `allowLoss` is enough, even with `protect`.
    stack.config(**{**BASE, **fewer}, allowLoss=[lost])
    assert stack.run("up") == {"same": 10, "update": 3}
    # Set protect to false again: everything is as before.
    stack.config(**BASE, protect=False, allowLoss=["app.focusmark.api.task/task.archive"])
    assert stack.run("up") == {"same": 9, "update": 4}
    stack.assert_nothing_to_do()
    assert (everything(stack), people(stack)) == (before, known)
    # Replace the client with the `allowLoss` that the message named.
    stack.config(**secret, allowLoss=[client_id])
    replaced = stack.local("up", "--json")
    assert replaced.changes == {"replace": 1, "same": 12}
    assert "remove it" not in replaced.said
    assert people(stack) == known
    assert stack.run("destroy") == {"delete": 13}
    assert not any(stack.inventory().values())
    stack.config(allowLoss=None)
    bring_up(stack)
