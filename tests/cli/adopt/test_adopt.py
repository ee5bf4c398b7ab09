"""Adoption without an engine: what the comparison says, which key keeps a field, the import file, and reading alone."""

import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.adopt import bring_in, place
from cli.adopt.account import Account
from cli.adopt.adoption import Standing, complete, import_file, items, problems
from cli.adopt.compare import Meaning, compare
from cli.adopt.config import read_config
from cli.adopt.keep import config_key
from cli.adopt.place import Place
from cli.adopt.plan import Existing, Plan, Wanted
from cli.adopt.report import AdoptError
from local.aws_plugin.properties import changes
from local.aws_plugin.provider import RESOURCES
from local.console import Failure
from tests.support.program import ROOT

POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
SERVER = "aws:cognito/resourceServer:ResourceServer"
EMAIL = {"name": "email", "attributeDataType": "String", "mutable": True, "required": True}
TENANT = {"name": "tenant", "attributeDataType": "String", "mutable": False}
STACK = "urn:pulumi:dev::identity::pulumi:pulumi:Stack::identity-dev"
REGISTRY = "urn:pulumi:dev::identity::identity:index:AccessRegistry::access"
CHILD = "urn:pulumi:dev::identity::identity:index:AccessRegistry$"


def wanted(kind: str, name: str, there: dict[str, Any] | None, ours: dict[str, Any], resource_id: str = "it") -> Wanted:
    existing = None if there is None else Existing(f"pool/{resource_id}", resource_id, there)
    return Wanted(kind, name, f"{CHILD}{kind}::{name}", REGISTRY, ours, existing)


# Type, name, in AWS, by the program; the field that differs, what that means, and the key that keeps it.
DIFFERENCES: list[tuple[str, str, dict[str, Any], dict[str, Any], str, Meaning, tuple[str, Any] | None]] = [
    (
        POOL,
        "customers",
        {"aliasAttributes": ["email"]},
        {"aliasAttributes": ["preferred_username"]},
        "aliasAttributes",
        Meaning.REPLACES,
        ("identity:userPool.aliasAttributes", ["email"]),
    ),
    (
        POOL,
        "customers",
        {},
        {"aliasAttributes": ["preferred_username"]},
        "aliasAttributes",
        Meaning.REPLACES,
        ("identity:userPool.aliasAttributes", []),
    ),
    (
        POOL,
        "customers",
        {"usernameConfiguration": {"caseSensitive": True}},
        {"usernameConfiguration": {"caseSensitive": False}},
        "usernameConfiguration.caseSensitive",
        Meaning.REPLACES,
        ("identity:userPool.caseSensitive", True),
    ),
    (POOL, "customers", {"usernameAttributes": ["email"]}, {}, "usernameAttributes", Meaning.REPLACES, None),
    (POOL, "customers", {"name": "by hand"}, {"name": "p"}, "name", Meaning.CHANGED, None),
    (POOL, "customers", {"mfaConfiguration": "ON"}, {}, "mfaConfiguration", Meaning.CHANGED, None),
    (
        POOL,
        "customers",
        {"passwordPolicy": {"minimumLength": 12}},
        {"passwordPolicy": {"minimumLength": 8}},
        "passwordPolicy.minimumLength",
        Meaning.CHANGED,
        ("identity:userPool.passwordPolicy.minimumLength", 12),
    ),
    (
        POOL,
        "customers",
        {"deletionProtection": "ACTIVE"},
        {"deletionProtection": "INACTIVE"},
        "deletionProtection",
        Meaning.CHANGED,
        ("identity:protect", True),
    ),
    (POOL, "customers", {"tags": {"team": "a"}}, {}, "tags.team", Meaning.REMOVED, ("identity:tags.team", "a")),
    (
        POOL,
        "customers",
        {"tags": {"orchestration": "cloud-formation"}},
        {"tags": {"orchestration": "pulumi"}},
        "tags.orchestration",
        Meaning.CHANGED,
        None,
    ),
    (
        POOL,
        "customers",
        {"schemas": [EMAIL, TENANT]},
        {"schemas": [EMAIL]},
        "schemas.tenant",
        Meaning.IMPOSSIBLE,
        ("identity:userPool.customAttributes.tenant", {"type": "String", "mutable": False, "bounded": False}),
    ),
    (POOL, "customers", {"schemas": [EMAIL]}, {"schemas": [EMAIL, TENANT]}, "schemas.tenant", Meaning.CHANGED, None),
    (
        DOMAIN,
        "customers-prefix-domain",
        {"domain": "login"},
        {"domain": "p-dev"},
        "domain",
        Meaning.REPLACES,
        ("identity:domainPrefix", "login"),
    ),
    (
        DOMAIN,
        "customers-custom-domain",
        {"domain": "a.p.app", "certificateArn": "arn"},
        {"domain": "b.p.app", "certificateArn": "arn"},
        "domain",
        Meaning.REPLACES,
        ("identity:authDomain", "a.p.app"),
    ),
    (
        SERVER,
        "access-server-cart",
        {"identifier": "https://api"},
        {"identifier": "app.p.api.cart"},
        "identifier",
        Meaning.REPLACES,
        ("identity:apis.cart.identifier", "https://api"),
    ),
    (
        SERVER,
        "access-server-cart",
        {"scopes": [{"scopeName": "cart.read", "scopeDescription": "See"}]},
        {"scopes": [{"scopeName": "cart.read", "scopeDescription": "Read"}]},
        "scopes.cart.read",
        Meaning.CHANGED,
        ("identity:apis.cart.scopes.read", "See"),
    ),
    (
        SERVER,
        "access-server-cart",
        {"scopes": [{"scopeName": "read", "scopeDescription": "See"}]},
        {},
        "scopes.read",
        Meaning.REMOVED,
        None,
    ),
    (
        CLIENT,
        "access-client-app",
        {"generateSecret": True},
        {"generateSecret": False},
        "generateSecret",
        Meaning.REPLACES,
        ("identity:clients.app.secret", True),
    ),
    (
        CLIENT,
        "access-client-app",
        {"callbackUrls": ["https://b", "https://a"]},
        {"callbackUrls": ["https://a"]},
        "callbackUrls",
        Meaning.CHANGED,
        ("identity:clients.app.callbackUrls", ["https://b", "https://a"]),
    ),
    (
        CLIENT,
        "access-client-app",
        {"accessTokenValidity": 2},
        {"accessTokenValidity": 60},
        "accessTokenValidity",
        Meaning.CHANGED,
        ("identity:clients.app.tokenValidity.access", "2h"),
    ),
    (
        CLIENT,
        "access-client-app",
        {"refreshTokenRotation": {"feature": "ENABLED"}},
        {"refreshTokenRotation": {"feature": "DISABLED"}},
        "refreshTokenRotation.feature",
        Meaning.CHANGED,
        ("identity:clients.app.rotateRefreshTokens", True),
    ),
]


@pytest.mark.parametrize(("kind", "name", "there", "ours", "path", "meaning", "key"), DIFFERENCES)
def test_a_difference_is_told_with_its_meaning_and_the_key_that_keeps_it(
    kind: str,
    name: str,
    there: dict[str, Any],
    ours: dict[str, Any],
    path: str,
    meaning: Meaning,
    key: tuple[str, Any] | None,
) -> None:
    it = wanted(kind, name, there, ours)
    (field,) = [field for field in compare(it) if field.meaning is not Meaning.SAME]
    assert (field.path, field.meaning) == (path, meaning)
    assert config_key(it, field) == key


@pytest.mark.parametrize(("kind", "name", "there", "ours", "path", "meaning", "key"), DIFFERENCES)
def test_the_comparison_agrees_with_the_provider(
    kind: str, name: str, there: dict[str, Any], ours: dict[str, Any], path: str, meaning: Meaning, key: Any
) -> None:
    del name, path, key
    resource = RESOURCES[kind]
    told = changes(resource.inputs, resource.prepared(there), resource.prepared(ours))
    assert any(change.replaces for change in told.values()) == (meaning is Meaning.REPLACES)
    same = compare(wanted(kind, "it", ours, ours))
    assert all(field.meaning is Meaning.SAME for field in same)


def test_a_loss_is_refused_with_the_key_and_without_one_said_to_be_final() -> None:
    kept = wanted(POOL, "customers", {"aliasAttributes": ["email"], "usernameAttributes": ["email"]}, {})
    found = items(Plan([kept]), {})
    told = {problem.path: problem.fix for problem in problems(found, found, {})}
    assert told["customers.aliasAttributes"] == 'identity:userPool.aliasAttributes: ["email"]'
    assert "cannot be adopted" in told["customers.usernameAttributes"]


@pytest.mark.parametrize(
    ("there", "known", "standing"),
    [
        ({}, None, Standing.FOUND),
        ({}, {"id": "it", "outputs": {"generateSecret": False}}, Standing.ADOPTED),
        ({}, {"id": "it", "outputs": {}}, Standing.INCOMPLETE),
        ({}, {"id": "other", "outputs": {}}, Standing.ELSEWHERE),
        (None, {"id": "it", "outputs": {}}, Standing.GONE),
        (None, None, Standing.MISSING),
    ],
)
def test_where_a_resource_stands(there: Any, known: Any, standing: Standing) -> None:
    it = wanted(CLIENT, "access-client-app", there, {})
    (item,) = items(Plan([it]), {it.urn: known} if known else {})
    assert item.standing is standing


def test_a_renamed_resource_is_known_by_its_former_name() -> None:
    it = replace(wanted(CLIENT, "access-client-new", {}, {}), former_names=("access-client-old",))
    known = {f"{CHILD}{CLIENT}::access-client-old": {"id": "it", "outputs": {"generateSecret": False}}}
    (item,) = items(Plan([it]), known)
    assert item.standing is Standing.ADOPTED


@pytest.mark.parametrize("adopted", [True, False])
def test_the_import_file_names_parents_by_state_or_makes_them(adopted: bool) -> None:
    registry = Wanted("identity:index:AccessRegistry", "access", REGISTRY, STACK, {})
    client = wanted(CLIENT, "access-client-app", {}, {})
    plan = Plan([registry, client])
    state = {REGISTRY: {"id": ""}} if adopted else {}
    content = import_file(plan, items(plan, state), state)
    *components, imported = content["resources"]
    assert content["nameTable"] == ({"access component": REGISTRY} if adopted else {})
    assert [it["logicalName"] for it in components] == ([] if adopted else ["access"])
    assert (imported["id"], imported["parent"]) == ("pool/it", "access component")


def test_completing_touches_only_clients_that_lack_it_and_only_once() -> None:
    clients = [
        wanted(CLIENT, f"access-client-{name}", {"generateSecret": name == "a"}, {}, resource_id=name) for name in "abc"
    ]
    known = {it.urn: {"id": it.existing.id, "outputs": {}} for it in clients if it.existing}
    found = items(Plan(clients), known)
    resources: list[dict[str, Any]] = [
        {"urn": clients[0].urn, "id": "a", "outputs": {"__pulumi_raw_state_delta": {}, "name": "kept"}},
        {"urn": clients[1].urn, "id": "b", "inputs": {"name": "kept"}, "outputs": {}},
        {"urn": clients[2].urn, "id": "c", "inputs": {}, "outputs": {"generateSecret": True}},
    ]
    deployment = {"deployment": {"resources": resources}}
    assert complete(deployment, found) == 2
    assert resources[0]["outputs"] == {"generateSecret": True, "name": "kept"}
    assert resources[1]["inputs"] == {"generateSecret": False, "name": "kept"}
    assert resources[2]["outputs"] == {"generateSecret": True}
    assert complete(deployment, found) == 0


def test_nothing_is_ever_written_to_aws() -> None:
    """Refused before anything is sent: there is nothing at this endpoint."""
    nowhere = "http://127.0.0.1:1"
    services = ("acm", "cloudformation", "cognitoidp", "route53", "sts")
    config = {
        "aws:region": "us-east-1",
        "aws:accessKey": "test",
        "aws:secretKey": "test",
        "aws:endpoints": "[{" + ",".join(f'"{service}": "{nowhere}"' for service in services) + "}]",
    }
    account = Account(config)
    writes: list[Callable[[], Any]] = [
        lambda: account.client("cognitoidp").delete_user_pool(UserPoolId="us-east-1_x"),
        lambda: account.client("cognitoidp").admin_delete_user(UserPoolId="us-east-1_x", Username="x"),
        lambda: account.client("acm").delete_certificate(CertificateArn="arn:aws:acm:us-east-1:1:certificate/x"),
        lambda: account.client("cloudformation").delete_stack(StackName="x"),
        lambda: account.client("route53").delete_hosted_zone(Id="Z1"),
    ]
    for write in writes:
        with pytest.raises(AdoptError, match="adoption only reads"):
            write()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no Pulumi.dev.yaml"),
        ("config: [", "not valid YAML"),
        ("- a", "expected a map with `config:`"),
        ("config:\n  identity:product:\n    secure: v1:abc", "identity:product is encrypted"),
    ],
)
def test_a_stack_file_that_cannot_be_read_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "Pulumi.dev.yaml").write_text(content)
    with pytest.raises(Failure, match=said):
        read_config(tmp_path, "dev")


def test_what_adoption_writes_is_for_its_own_person_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where an older run left a file that all can read."""
    monkeypatch.setattr(place, "files", lambda stack: tmp_path / stack)
    sight = bring_in.Sight(Place("dev", tmp_path, {}), {}, {"deployment": {}}, Plan(), (), ())
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "import.json").touch(mode=0o644)
    bring_in.write_file(sight)
    bring_in._back_up(sight)
    written = list((tmp_path / "dev").iterdir())
    assert len(written) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


@pytest.mark.parametrize("stack", ["local", "prod", "acme/identity/prod", "../prod"])
def test_what_adoption_writes_lies_where_git_does_not_see_it(stack: str) -> None:
    file = place.files(stack) / "state-20260101-000000.json"
    ran = subprocess.run(["git", "check-ignore", str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == str(file)
