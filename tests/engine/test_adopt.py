"""Adoption with the real engine: the four old stacks are taken over on the emulator, with everybody in the pool."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.support import old_deployment as old
from tests.support.checkout import Checkout, Ran, finished

pytestmark = pytest.mark.engine
PEOPLE = [f"person{number:04d}" for number in range(1000)]
STACKS = list(old.STACKS)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout whose emulator runs and is empty, and whose stack takes the zone from the export, protected."""
    with Checkout(tmp_path) as made:
        made.start_emulator()
        made.config(zoneName=None, zoneExport=old.ZONE_EXPORT, protect=True)
        yield made


def adopt(checkout: Checkout, *arguments: str, status: int = 0, environment: Mapping[str, str] | None = None) -> Ran:
    ran = finished(checkout.python("-m", "cli", "adopt", *arguments, **(environment or {})))
    assert ran.status == status, ran.stdout + ran.stderr
    return ran


def test_the_old_deployment_is_taken_over_with_every_person_and_id(checkout: Checkout) -> None:
    aws = checkout.aws
    old.deploy(aws)
    pool = old.only_pool(aws)
    old.sign_up(aws, pool, PEOPLE)
    before = old.ids(aws, pool)
    for name in STACKS:
        old.update(aws, name, old.retained(old.STACKS[name]))

    # The names of the old exports are not free yet.
    checkout.config(cloudFormationExports=True)
    assert f"exports {old.CERTIFICATE_EXPORT}: two stacks cannot" in adopt(checkout, status=1).stderr
    checkout.config(cloudFormationExports=None)

    # Looking changes nothing; importing changes the state alone.
    assert "found in AWS, not in the state" in adopt(checkout).stdout
    adopt(checkout, "--import")
    assert old.ids(aws, pool) == before
    assert "Already adopted" in adopt(checkout).stdout

    shown = checkout.run("preview")
    assert not {"replace", "delete"} & shown.keys()
    assert shown["create"] == 2  # the validation record, which is nobody's yet, and the wait for the certificate
    checkout.run("up")
    assert set(checkout.run("up")) == {"same"}
    assert old.ids(aws, pool) == before
    out = checkout.outputs("--show-secrets")
    assert out["userPoolId"] == pool
    assert out["certificateArn"] == before.certificate
    stem = f"{old.STEM}-userpoolclient-"
    assert {stem + key: client["clientId"] for key, client in out["clients"].items()} == before.clients
    assert {stem + key: secret for key, secret in out["clientSecrets"].items()} == before.secrets
    public = out["clients"]["windowscli"]["clientId"]
    assert old.who_can_sign_in(aws, public, PEOPLE[:50]) == set(PEOPLE[:50])  # all of them at the end

    # The old stacks go, newest to oldest; an import by another stack holds the one that exports.
    old.delete(aws, STACKS[3])
    old.delete(aws, STACKS[2])
    with pytest.raises(ClientError, match="imported by stack consumer"):
        old.delete(aws, STACKS[1])
    old.update(aws, STACKS[1], old.shell(pool, out["userPoolArn"]))
    assert old.ids(aws, pool) == before
    old.update(aws, "consumer", old.consumer_of(out["userPoolArn"]))
    old.delete(aws, STACKS[1])
    old.delete(aws, STACKS[0])
    assert old.ids(aws, pool) == before
    assert set(checkout.run("refresh")) == {"same"}
    assert set(checkout.run("up")) == {"same"}

    # Now they are, and whoever imported before imports again.
    checkout.config(cloudFormationExports=True)
    checkout.run("up")
    exports = {it["Name"]: it["Value"] for it in aws("cloudformation").list_exports()["Exports"]}
    assert exports[old.POOL_EXPORT] == pool
    assert exports[old.ARN_EXPORT] == out["userPoolArn"]
    assert exports[old.CERTIFICATE_EXPORT] == before.certificate
    old.update(aws, "consumer", old.CONSUMER)
    assert set(checkout.run("up")) == {"same"}
    assert old.ids(aws, pool) == before
    assert old.who_can_sign_in(aws, public, PEOPLE) == set(PEOPLE)


def test_adoption_goes_on_one_resource_at_a_time_and_tells_where_each_stands(checkout: Checkout) -> None:
    aws = checkout.aws
    old.create(aws, "dns", old.ZONE)
    assert "Nothing of these exists in AWS" in adopt(checkout, status=1).stderr
    for name in STACKS:
        old.create(aws, name, old.STACKS[name])
    pool, cognito = old.only_pool(aws), aws("cognito-idp")
    before = old.ids(aws, pool)

    # Not without protection, and a client not before its pool.
    checkout.config(protect=None)
    assert "identity:protect" in adopt(checkout, "--import", status=1).stderr
    checkout.config(protect=True)
    alone = adopt(checkout, "--only", "access-client-postman", "--import", status=1).stderr
    assert "adopt that first: --only customers" in alone
    unknown = adopt(checkout, "--only", "acces-client-postman", status=1).stderr
    assert "The program makes no resource acces-client-postman. It makes: " in unknown

    # Half-adopted.
    halfway = adopt(checkout, "--only", "customers", "--import").stdout
    assert "Still to be adopted, and before the next `up`" in halfway
    assert "access-client-windowscli" in halfway
    assert "in the state already: customers" in adopt(checkout).stdout

    # Drifted, and one missing.
    cognito.update_resource_server(
        UserPoolId=pool, Identifier="app.focusmark.api.task", Name="renamed by hand", Scopes=[]
    )
    windows = before.clients[f"{old.STEM}-userpoolclient-windowscli"]
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=windows)
    whole = adopt(checkout, "--import").stdout
    assert "not in AWS: `up` makes it: " in whole
    assert "access-client-windowscli" in whole.split("not in AWS: `up` makes it: ")[1].splitlines()[0]
    assert "access-server-task.name" in whole
    shown = checkout.run("preview")
    assert shown["create"] == 3
    assert not {"replace", "delete"} & shown.keys()
    checkout.run("up")
    assert set(checkout.run("preview")) == {"same"}
    after = old.ids(aws, pool)
    assert (after.pool, after.domain, after.certificate) == (before.pool, before.domain, before.certificate)
    assert after.secrets == before.secrets

    # The state is lost: the same way again. Then adopted, and a stranger of the same name is no trouble any more.
    (checkout.root / ".local/state/.pulumi/stacks/identity/local.json").unlink()
    assert "found in AWS, not in the state" in adopt(checkout, "--import").stdout
    checkout.run("up")
    assert old.ids(aws, pool) == after
    cognito.create_user_pool(PoolName=f"{old.STEM}-userpool-customers")
    assert "Already adopted" in adopt(checkout).stdout


def test_an_import_by_hand_is_completed_before_it_can_replace_a_client(checkout: Checkout) -> None:
    old.deploy(checkout.aws)
    before = old.ids(checkout.aws, old.only_pool(checkout.aws))
    bare = "from cli.adopt import adoption; adoption.complete = lambda *_: 0; import cli.__main__"
    ran = finished(checkout.python("-c", bare, "adopt", "--import"))
    assert ran.status == 0, ran.stderr
    refused = checkout.local("preview").stderr
    assert "identity:clients.postman.secret" in refused
    assert "identity:clients.windowscli.secret" in refused
    assert "without what an import cannot read: " in adopt(checkout).stdout
    assert "Clients completed: 2" in adopt(checkout, "--import").stdout
    assert not {"replace", "delete"} & checkout.run("preview").keys()
    assert old.ids(checkout.aws, before.pool) == before


def hand_made(aws: old.Aws) -> tuple[str, str]:
    """A pool that somebody clicked together: other names everywhere, its people by e-mail."""
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="Customers (new)",
        AliasAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": True},
        Schema=[
            {"Name": "email", "AttributeDataType": "String", "Mutable": True, "Required": True},
            {"Name": "tenant", "AttributeDataType": "String", "Mutable": False},
        ],
        UserPoolTags={"team": "shop"},
    )["UserPool"]["Id"]
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="acme-login")
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier="https://api.acme.example",
        Name="Shop",
        Scopes=[{"ScopeName": "cart.read", "ScopeDescription": "See"}],
    )
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="Web shop",
        GenerateSecret=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["openid", "https://api.acme.example/cart.read"],
        CallbackURLs=["https://shop.acme.example/back"],
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    return pool, client


def test_a_pool_made_by_hand_is_adopted_by_its_id_and_keeps_what_it_has(checkout: Checkout) -> None:
    aws = checkout.aws
    pool, client = hand_made(aws)
    old.sign_up(aws, pool, PEOPLE[:20])
    checkout.config(
        zoneExport=None,
        apis={"cart": {"scopes": {"read": "See"}, "identifier": "https://api.acme.example"}},
        clients={"web": {"secret": False, "callbackUrls": ["https://shop.acme.example/back"]}},
    )
    ids = ("--pool", pool, "--id", f"access-client-web={client}")
    refused = adopt(checkout, *ids, "--import", status=1).stderr
    for key in (
        'identity:userPool.aliasAttributes: ["email"]',
        "identity:userPool.caseSensitive: true",
        "identity:userPool.customAttributes.tenant",
        'identity:domainPrefix: "acme-login"',
        "identity:clients.web.secret: true",
    ):
        assert key in refused

    user_pool = {
        "aliasAttributes": ["email"],
        "caseSensitive": True,
        "customAttributes": {"tenant": {"mutable": False, "bounded": False}},
    }
    checkout.config(
        userPool=user_pool,
        domainPrefix="acme-login",
        exemptions={"client-no-password-flow": {"web": "It shipped so."}},
        clients={
            "web": {
                "secret": True,
                "callbackUrls": ["https://shop.acme.example/back"],
                "authFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            }
        },
    )
    weaker = adopt(checkout, *ids, "--import", status=1).stderr
    assert "identity:userPool.passwordPolicy.requireNumbers" in weaker
    # What there is no key for, adoption does not take back in silence.
    taken_back = [f"{pool}/verification", f"{client}/preventUserExistenceErrors"]
    for named in taken_back:
        assert "would be removed by up" in weaker
        assert f"identity:allowLoss: [{named}]" in weaker

    checkout.config(
        userPool={**user_pool, "passwordPolicy": {"requireNumbers": True, "requireSymbols": True}}, allowLoss=taken_back
    )
    seen = adopt(checkout, *ids, "--import").stdout
    assert "identity:tags.team" in seen
    assert not {"create", "replace", "delete"} & checkout.run("preview").keys()
    checkout.run("up")
    checkout.local("up").refused("identity:allowLoss", "take it out")
    checkout.config(allowLoss=None)
    assert set(checkout.run("up")) == {"same"}
    assert "Already adopted" in adopt(checkout).stdout
    out = checkout.outputs("--show-secrets")
    assert (out["userPoolId"], out["clients"]["web"]["clientId"]) == (pool, client)
    public = aws("cognito-idp").create_user_pool_client(
        UserPoolId=pool, ClientName="probe", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    assert old.who_can_sign_in(aws, public, PEOPLE[:20]) == set(PEOPLE[:20])
    assert f"client probe ({public})" in adopt(checkout).stdout


def test_two_pools_of_one_name_are_listed_and_one_is_asked_for(checkout: Checkout) -> None:
    cognito = checkout.aws("cognito-idp")
    checkout.config(zoneExport=None)
    name = f"{old.STEM}-userpool-customers"
    pools = [
        cognito.create_user_pool(PoolName=name, UsernameConfiguration={"CaseSensitive": False})["UserPool"]["Id"]
        for _ in range(2)
    ]
    refused = adopt(checkout, "--import", status=1).stderr
    assert all(pool in refused for pool in pools)
    assert "--pool ID" in refused
    chosen = adopt(checkout, "--pool", pools[1], status=1)
    assert "identity:userPool.aliasAttributes" in chosen.stderr
    assert pools[0] not in chosen.stdout
    wrong = adopt(checkout, "--pool", "us-east-1_Nowhere00", status=1).stderr
    assert "there is no such thing in AWS: us-east-1_Nowhere00" in wrong


def test_another_stack_is_looked_at_with_ordinary_pulumi(checkout: Checkout) -> None:
    """Here `aws:endpoints` lead a stack of another name to the emulator; its state is where PULUMI_BACKEND_URL says."""
    old.deploy(checkout.aws)
    content = (checkout.root / "Pulumi.local.yaml").read_text()
    content = content.replace(":4566", f":{checkout.port}") + "  identity:environment: local\n"
    content += f"  aws:accessKey: {checkout.key.id}\n  aws:secretKey: {checkout.key.secret}\n"
    (checkout.root / "Pulumi.rehearsal.yaml").write_text(content)
    state = checkout.root / "state"
    state.mkdir()
    environment = {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_CONFIG_PASSPHRASE": "test"}
    ran = adopt(checkout, "--stack", "rehearsal", "--write", environment=environment)
    file = checkout.root / ".local/adopt/rehearsal/import.json"
    assert f"pulumi import --file {file} --generate-code=false --protect=true --stack rehearsal" in ran.stdout
    imported = {entry["name"] for entry in json.loads(file.read_text())["resources"]}
    assert {"customers", "customers-prefix-domain", "certificate", "access-client-postman"} <= imported
    missing = adopt(checkout, "--stack", "rehearsal", "--import", status=1, environment=environment)
    assert "pulumi stack init rehearsal" in missing.stderr
