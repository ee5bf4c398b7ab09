"""The guard: resources that stay but become weaker, and settings that an update resets because they are omitted."""

import logging
from typing import Any

import pytest
from pulumi.runtime import MockCallArgs

from identity import facts
from identity.errors import ConfigError
from identity.user_pool.attribute_names import WRITABLE_ATTRIBUTES
from tests.identity.test_guard import APIS, BASE, CLIENT, POOL_ID, REGISTRY, change, left_by, state_of
from tests.support.program import REGION, ZONE_ID, Deploy, Mocks, Run

APP = "access-client-app-id"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
WHOLE = {
    **CLIENT,
    "callbackUrls": ["https://app.example/a", "myapp://back"],
    "logoutUrls": ["https://app.example/bye"],
    "scopes": ["openid", "email", "cart.read"],
    "authFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
}
CLIENTS = {"apis": APIS, "clients": {"app": WHOLE}}
STRONG = {"minimumLength": 12, "requireNumbers": True, "requireSymbols": True, "passwordHistorySize": 5}
OWN = "arn:aws:acm:us-east-1:123456789012:certificate/own"
ZONE = {"zoneName": "focusmark.app", "authDomain": "a.focusmark.app"}


def app(**changed: Any) -> dict[str, Any]:
    return {"clients": {"app": {**WHOLE, **changed}}}


def policy(**changed: Any) -> dict[str, Any]:
    return {"userPool": {"passwordPolicy": {**STRONG, **changed}}}


# (before, after, the key, its name in allowLoss)
WEAKENED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (CLIENTS, app(callbackUrls=["https://app.example/b", "myapp://back"]), "clients.app.callbackUrls", "callbackUrls"),
    (CLIENTS, app(callbackUrls=["https://app.example/a"]), "clients.app.callbackUrls", "callbackUrls"),
    (CLIENTS, app(logoutUrls=[]), "clients.app.logoutUrls", "logoutUrls"),
    (CLIENTS, app(scopes=["openid", "cart.read"]), "clients.app.scopes", "scopes"),
    (CLIENTS, app(scopes=["openid", "email"]), "clients.app.scopes", "scopes"),
    (CLIENTS, app(authFlows=["ALLOW_REFRESH_TOKEN_AUTH"]), "clients.app.authFlows", "authFlows"),
    (CLIENTS, app(authFlows=["ALLOW_USER_PASSWORD_AUTH"]), "clients.app.authFlows", "authFlows"),
    (
        {"clients": {"app": {**CLIENT, "rotateRefreshTokens": True}}},
        {"clients": {"app": {**CLIENT, "authFlows": ["ALLOW_USER_SRP_AUTH"]}}},
        "clients.app.rotateRefreshTokens",
        "rotateRefreshTokens",
    ),
    (
        {"apis": APIS, "clients": {"app": {**CLIENT, "secret": True}}},
        {"clients": {"app": {"flow": "client_credentials", "secret": True, "scopes": ["cart.read"]}}},
        "clients.app.flow",
        "flows",
    ),
    ({}, {"userPool": {"autoVerifiedAttributes": []}}, "userPool.autoVerifiedAttributes", "autoVerifiedAttributes"),
    (policy(), policy(minimumLength=8), "userPool.passwordPolicy.minimumLength", "passwordPolicy"),
    (policy(), policy(requireNumbers=False), "userPool.passwordPolicy.requireNumbers", "passwordPolicy"),
    (policy(), policy(requireSymbols=False), "userPool.passwordPolicy.requireSymbols", "passwordPolicy"),
    (policy(), policy(requireLowercase=False), "userPool.passwordPolicy.requireLowercase", "passwordPolicy"),
    (policy(), policy(requireUppercase=False), "userPool.passwordPolicy.requireUppercase", "passwordPolicy"),
    (policy(), policy(passwordHistorySize=0), "userPool.passwordPolicy.passwordHistorySize", "passwordPolicy"),
    (policy(), {"userPool": {}}, "userPool.passwordPolicy.minimumLength", "passwordPolicy"),
    (ZONE, {"zoneName": "none"}, "zoneName", "records"),
    (ZONE, {"authDomain": "b.focusmark.app"}, "authDomain", "certificate"),
    ({**ZONE, "cloudFormationExports": True}, {"zoneName": "none"}, "zoneName", "acme-dev-certificate-auth"),
    ({**ZONE, "customDomain": True}, {"certificateArn": OWN}, "certificateArn", "certificate"),
    (
        {**ZONE, "customDomain": True, "cloudFormationExports": True},
        {"certificateArn": OWN},
        "certificateArn",
        "acme-dev-certificate-auth",
    ),
    # A client without a list may read and write all attributes.
    (CLIENTS, app(readAttributes=["email"]), "clients.app.readAttributes", "readAttributes"),
    (CLIENTS, app(writeAttributes=["email"]), "clients.app.writeAttributes", "writeAttributes"),
    # If the pool has custom attributes, the program sets a default list for clients without one.
    (
        {"userPool": {"customAttributes": {"role": {}}}, **CLIENTS, **app(writeAttributes=["email", "custom:role"])},
        app(),
        "clients.app.writeAttributes",
        "writeAttributes",
    ),
    (
        {"userPool": {"triggers": {"preSignUp": FUNCTION}}},
        {"userPool": {"triggers": {"preSignUp": {"arn": FUNCTION, "permission": False}}}},
        "userPool.triggers.preSignUp.permission",
        "triggers",
    ),
]
IDS = [f"{path}: {what}" for _, _, path, what in WEAKENED]


@pytest.mark.parametrize(("before", "after", "path", "what"), WEAKENED, ids=IDS)
def test_under_protect_what_gets_less_is_refused_by_its_key_and_passes_by_the_names_that_the_refusal_gives(
    deploy: Deploy, before: dict[str, Any], after: dict[str, Any], path: str, what: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        change(deploy, {**before, "protect": True}, after)
    fixes = [problem.fix for problem in refused.value.problems if problem.path == f"identity:{path}"]
    assert any(f"/{what}]` for one update" in fix for fix in fixes)
    assert not any("protect: false" in fix for fix in fixes)
    names = {problem.fix.rpartition("allowLoss: [")[2].partition("]")[0] for problem in refused.value.problems}
    assert change(deploy, {**before, "protect": True}, {**after, "allowLoss": sorted(names)}).of_type("UserPool")


@pytest.mark.parametrize(("before", "after", "path", "_what"), WEAKENED, ids=IDS)
def test_without_protect_it_is_a_warning(
    deploy: Deploy,
    caplog: pytest.LogCaptureFixture,
    before: dict[str, Any],
    after: dict[str, Any],
    path: str,
    _what: str,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert change(deploy, before, after).of_type("UserPool")
    assert f"identity:{path}" in caplog.text


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("machine", [True, False])
def test_a_client_that_its_secret_replaces_is_told_without_protect_as_well(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, before: bool, machine: bool
) -> None:
    """The edit does not show that the client is replaced, and that each app with its id stops working."""
    after: dict[str, Any] = {**CLIENT, "secret": not before}
    if machine and before is False:
        after = {"flow": "client_credentials", "secret": True, "scopes": ["cart.read"]}
    with caplog.at_level(logging.WARNING):
        change(deploy, {"apis": APIS, "clients": {"app": {**CLIENT, "secret": before}}}, {"clients": {"app": after}})
    assert "identity:clients.app.secret" in caplog.text
    assert f"The client id {APP} would be deleted" in caplog.text
    assert f"identity:allowLoss: [{APP}]" in caplog.text


@pytest.mark.parametrize("custom", [True, False])
@pytest.mark.parametrize("protect", [True, False])
def test_a_certificate_that_moves_to_another_region_is_told(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, custom: bool, protect: bool
) -> None:
    """It is in the stack's region, or in us-east-1 for a custom domain. The key replaces the certificate."""
    before = {**BASE, **ZONE, "customDomain": custom, "protect": protect}
    state = state_of(deploy(before, stack="dev"))
    arn = f"arn:aws:acm:{'us-east-1' if custom else REGION}:123456789012:certificate/x"
    for resource in state.values():
        if resource["type"] == facts.CERTIFICATE:
            resource["outputs"]["arn"] = arn
    with caplog.at_level(logging.WARNING):
        assert deploy(before, stack="dev", state=state).of_type("UserPool")
        assert arn not in caplog.text
        after = {**before, "customDomain": not custom, "protect": False}
        if protect:
            with pytest.raises(ConfigError) as refused:
                deploy({**after, "protect": True}, stack="dev", state=state)
            assert f"{arn} would be deleted" in str(refused.value)
            assert "identity:allowLoss: [a.focusmark.app/certificate]" in str(refused.value)
        else:
            deploy(after, stack="dev", state=state)
            assert f"{arn} would be deleted" in caplog.text


@pytest.mark.parametrize("custom", [True, False])
def test_the_records_of_a_custom_domain_leave_their_zone_only_after_protect(deploy: Deploy, custom: bool) -> None:
    """The records are children of the pool, so the engine protects them and would refuse their replacement half-way."""
    config = {**BASE, **ZONE, "customDomain": custom, "protect": True}
    state = state_of(deploy(config, stack="dev"))
    for resource in state.values():
        if resource["type"] == facts.RECORD:
            resource["outputs"]["zoneId"] = "ZOTHER"
    with pytest.raises(ConfigError) as refused:
        deploy(config, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert "identity:allowLoss: [ZOTHER/records]" in problem.fix
    assert ("first set `identity:protect: false` and update" in problem.fix) is custom


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLIENTS, app(callbackUrls=[*WHOLE["callbackUrls"], "https://app.example/more"])),
        (CLIENTS, app(callbackUrls=WHOLE["callbackUrls"][::-1])),
        (CLIENTS, app(scopes=[*WHOLE["scopes"], "cart.write"])),
        (CLIENTS, app(scopes=["openid", "email", "app.acme.api.cart/cart.read"])),
        (CLIENTS, app(authFlows=[*WHOLE["authFlows"], "ALLOW_USER_PASSWORD_AUTH"])),
        (policy(), policy(minimumLength=20, passwordHistorySize=10, temporaryPasswordValidityDays=3)),
        ({"userPool": {"autoVerifiedAttributes": []}}, {"userPool": {}}),
        (REGISTRY, {"clients": {"app": {**CLIENT, "tokenValidity": {"access": "5m"}}}}),
        (ZONE, {"zoneName": "none", "zoneId": ZONE_ID}),
        (CLIENTS, app(writeAttributes=[*WRITABLE_ATTRIBUTES])),
    ],
)
def test_what_gets_more_or_stays_is_not_in_the_way(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, before: dict[str, Any], after: dict[str, Any]
) -> None:
    with caplog.at_level(logging.WARNING):
        assert change(deploy, {**before, "protect": True}, after).of_type("UserPool")
    assert "allowLoss" not in caplog.text


def test_a_scope_that_goes_with_its_api_is_a_warning_without_protect(
    deploy: Deploy, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        change(deploy, CLIENTS, {"apis": {"cart": {"scopes": {"write": "Write"}}}, **app(scopes=["openid", "email"])})
    assert "identity:apis.cart.scopes.read" in caplog.text


@pytest.mark.parametrize("protect", [True, False])
def test_a_scope_of_a_server_that_is_not_of_this_stack_is_not_taken_back_in_silence(
    deploy: Deploy, protect: bool
) -> None:
    config = {**CLIENTS, "protect": protect}
    scopes = ["openid", "email", "app.acme.api.cart/cart.read", "https://billing.example/api/pay"]
    state = with_more(deploy, config, facts.USER_POOL_CLIENT, allowedOauthScopes=scopes)
    with pytest.raises(ConfigError) as refused:
        deploy({**BASE, **config}, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert problem.fix.startswith('write `externalScopes: ["https://billing.example/api/pay"]` to keep it.')
    assert "The update would re" in problem.fix
    named = f"{APP}/externalScopes"
    assert f"identity:allowLoss: [{named}]" in problem.fix
    assert deploy({**BASE, **config, "allowLoss": [named]}, stack="dev", state=state).of_type("UserPool")


def test_a_scope_that_goes_with_its_api_is_told_once(deploy: Deploy) -> None:
    with pytest.raises(ConfigError) as refused:
        change(
            deploy,
            {**CLIENTS, "protect": True},
            {"apis": {"cart": {"scopes": {"write": "Write"}}}, **app(scopes=["openid", "email"])},
        )
    assert [problem.path for problem in refused.value.problems] == ["identity:apis.cart.scopes.read"]


# --- settings without a key -------------------------------------------------------------------------------------------


def with_more(deploy: Deploy, config: dict[str, Any], kind: str, **outputs: Any) -> dict[str, Any]:
    """Return the state of this config, with additional outputs on each resource of a type."""
    state = left_by(deploy, config)
    for resource in state.values():
        if resource["type"] == kind:
            resource["outputs"] |= outputs
    return state


UNSAID: list[tuple[str, dict[str, Any], str]] = [
    (facts.USER_POOL, {"mfaConfiguration": "ON"}, f"{POOL_ID}/mfa"),
    (
        facts.USER_POOL,
        {"lambdaConfig": {"preSignUp": FUNCTION}},
        f"{POOL_ID}/triggers",
    ),
    (facts.USER_POOL, {"userPoolAddOns": {"advancedSecurityMode": "ENFORCED"}}, f"{POOL_ID}/threatProtection"),
    (facts.USER_POOL_CLIENT, {"supportedIdentityProviders": ["COGNITO", "Google"]}, f"{APP}/identityProviders"),
    (facts.USER_POOL_CLIENT, {"preventUserExistenceErrors": "LEGACY"}, f"{APP}/preventUserExistenceErrors"),
    (facts.USER_POOL_CLIENT, {"allowedOauthFlowsUserPoolClient": False}, f"{APP}/flows"),
]


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize(("kind", "outputs", "named"), UNSAID)
def test_what_an_update_would_take_back_unsaid_is_refused_by_name(
    deploy: Deploy, kind: str, outputs: dict[str, Any], named: str, protect: bool
) -> None:
    config = {**REGISTRY, "protect": protect}
    state = with_more(deploy, config, kind, **outputs)
    with pytest.raises(ConfigError) as refused:
        deploy({**BASE, **config}, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert "The update would re" in problem.fix
    assert f"identity:allowLoss: [{named}]" in problem.fix
    assert deploy({**BASE, **config, "allowLoss": [named]}, stack="dev", state=state).of_type("UserPool")


def test_what_the_local_plugin_keeps_is_not_in_the_way_on_the_emulator(deploy: Deploy) -> None:
    config = {**BASE, "aws:endpoints": [{"cognitoidp": "http://127.0.0.1:4566"}]}
    kept = {"userPoolTier": "PLUS", "adminCreateUserConfig": {"allowAdminCreateUserOnly": True}}
    assert deploy(config, stack="dev", state=with_more(deploy, config, facts.USER_POOL, **kept)).of_type("UserPool")


# --- a pool missing from the state ------------------------------------------------------------------------------------


def stack_output(account: str = "123456789012") -> dict[str, Any]:
    arn = f"arn:aws:cognito-idp:{REGION}:{account}:userpool/{POOL_ID}"
    outputs = {"userPoolId": POOL_ID, "userPoolArn": arn}
    return {"urn:pulumi:dev::identity::pulumi:pulumi:Stack::identity-dev": {"type": facts.STACK, "outputs": outputs}}


def without_pool(run: Run) -> dict[str, Any]:
    return {urn: value for urn, value in state_of(run).items() if value["type"] != facts.USER_POOL}


@pytest.mark.parametrize("protect", [True, False])
def test_a_pool_that_left_the_state_is_not_made_anew_without_a_word(deploy: Deploy, protect: bool) -> None:
    config = {**BASE, "protect": protect}
    state = without_pool(deploy(config, stack="dev")) | stack_output()
    with pytest.raises(ConfigError) as refused:
        deploy(config, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert f"pulumi import aws:cognito/userPool:UserPool customers {POOL_ID}" in problem.fix
    assert deploy({**config, "allowLoss": [POOL_ID]}, stack="dev", state=state).of_type("UserPool")
    # On the emulator the pool is recreated: its data is disposable.
    emulated = {**config, "aws:endpoints": [{"cognitoidp": "http://127.0.0.1:4566"}]}
    assert deploy(emulated, stack="dev", state=state).of_type("UserPool")


def test_a_pool_that_only_its_clients_name_is_not_made_anew_without_a_word(deploy: Deploy) -> None:
    config = {**BASE, **REGISTRY}
    state = without_pool(deploy(config, stack="dev"))
    with pytest.raises(ConfigError) as refused:
        deploy(config, stack="dev", state=state)
    assert f"the pool {POOL_ID}" in refused.value.problems[0].allowed
    assert deploy({**config, "allowLoss": [POOL_ID]}, stack="dev", state=state).of_type("UserPool")


@pytest.mark.parametrize("known_by", ["the state", "the outputs"])
def test_credentials_of_another_account_are_refused(deploy: Deploy, known_by: str) -> None:
    run = deploy(BASE, stack="dev")
    state = state_of(run) if known_by == "the state" else without_pool(run) | stack_output("999999999999")
    for resource in state.values():
        if resource["type"] == facts.USER_POOL:
            resource["outputs"]["arn"] = f"arn:aws:cognito-idp:{REGION}:999999999999:userpool/{POOL_ID}"
    for allowed in ([], [POOL_ID]):
        with pytest.raises(ConfigError, match="credentials of the account 123456789012") as refused:
            deploy({**BASE, "allowLoss": allowed}, stack="dev", state=state)
        assert "999999999999" in refused.value.problems[0].allowed


def test_a_pool_that_the_state_has_by_another_name_is_not_replaced(deploy: Deploy) -> None:
    state = {
        urn.replace("::customers", "::people"): value for urn, value in state_of(deploy(BASE, stack="dev")).items()
    }
    with pytest.raises(ConfigError) as refused:
        deploy(BASE, stack="dev", state=state)
    assert any("calls the pool people" in problem.allowed for problem in refused.value.problems)


@pytest.mark.parametrize(
    "zone", [{"zoneName": "focusmark.app"}, {"zoneId": ZONE_ID}, {"zoneExport": "focusmark-route53-dotAppZone"}]
)
@pytest.mark.parametrize("custom", [True, False])
def test_the_changed_product_is_the_first_to_be_told(deploy: Deploy, zone: dict[str, str], custom: bool) -> None:
    """A changed product also puts the domain outside of the zone. That is found first, before the state is read."""
    before = {**BASE, "product": "focusmark", **zone, "customDomain": custom}
    state = state_of(deploy(before, stack="dev"))
    with pytest.raises(ConfigError) as refused:
        deploy({**before, "product": "acne"}, stack="dev", state=state)
    paths = [problem.path for problem in refused.value.problems]
    assert paths[:2] == ["identity:product", "identity:authDomain"]


@pytest.mark.parametrize("product", [{}, {"product": "No Name"}])
def test_a_product_that_cannot_be_read_is_told_once(deploy: Deploy, product: dict[str, str]) -> None:
    state = state_of(deploy(BASE, stack="dev"))
    with pytest.raises(ConfigError) as refused:
        deploy({"environment": "dev", "aws:region": REGION, **product}, stack="dev", state=state)
    assert [problem.path for problem in refused.value.problems] == ["identity:product"]


def test_an_account_that_aws_does_not_tell_is_in_nobodys_way(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    state, answer = state_of(deploy(BASE, stack="dev")), Mocks.call

    def silent(mocks: Mocks, args: MockCallArgs) -> Any:
        unknown = args.token == "aws:index/getCallerIdentity:getCallerIdentity"
        return ({}, [("", "AccessDenied")]) if unknown else answer(mocks, args)

    monkeypatch.setattr(Mocks, "call", silent)
    assert deploy(BASE, stack="dev", state=state).of_type("UserPool")


def test_a_protected_pool_is_forgotten_by_the_engine_and_never_deleted(deploy: Deploy) -> None:
    for protect in (True, False):
        pool = deploy({**BASE, "protect": protect}, stack="dev").one("UserPool")
        assert (pool.protect, pool.retain_on_delete) == (protect, protect)


NO_WORD: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (facts.USER_POOL_CLIENT, {"explicitAuthFlows": ["ALLOW_USER_AUTH"]}, {}, f"{APP}/authFlows"),
    (facts.USER_POOL_CLIENT, {"callbackUrls": ["http://a.example/cb"]}, {}, f"{APP}/callbackUrls"),
    (facts.USER_POOL_CLIENT, {"logoutUrls": ["https://me:hush@a.example/bye"]}, {}, f"{APP}/logoutUrls"),
    (
        facts.USER_POOL,
        {"autoVerifiedAttributes": ["email", "phone_number"]},
        {},
        f"{POOL_ID}/autoVerifiedAttributes",
    ),
]


@pytest.mark.parametrize(("kind", "outputs", "more", "named"), NO_WORD)
def test_nobody_is_told_to_put_back_what_the_config_refuses(
    deploy: Deploy, kind: str, outputs: dict[str, Any], more: dict[str, Any], named: str
) -> None:
    config = {**REGISTRY, **more, "protect": True}
    state = with_more(deploy, config, kind, **outputs)
    with pytest.raises(ConfigError) as refused:
        deploy({**BASE, **config}, stack="dev", state=state)
    (problem,) = refused.value.problems
    assert "do not update this stack" in problem.fix
    assert "restore it" not in problem.fix
    assert f"identity:allowLoss: [{named}]" in problem.fix
    assert "hush" not in str(refused.value)


def test_a_refresh_flow_that_rotation_takes_is_put_back_by_its_own_key(deploy: Deploy) -> None:
    before = {"clients": {"app": {**CLIENT, "rotateRefreshTokens": False}}, "protect": True}
    with pytest.raises(ConfigError) as refused:
        change(deploy, before, {"clients": {"app": {**CLIENT, "rotateRefreshTokens": True}}})
    (problem,) = refused.value.problems
    assert problem.fix.startswith("restore `rotateRefreshTokens: false`")


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ({"clients": {}}, APP),
        ({"cloudFormationExports": False}, "acme-dev-auth-exports"),
        ({"clients": {"App": {**CLIENT, "callbackUrls": ["https://other.example/cb"]}}}, APP),
        ({"apis": {}, "clients": {"app": CLIENT}}, "app.acme.api.cart"),
        ({"apis": {"carts": {"scopes": {"read": "Read them", "pay": "Pay"}}}}, "app.acme.api.cart"),
    ],
)
def test_what_goes_whole_is_told_without_protect_as_well(
    deploy: Deploy, caplog: pytest.LogCaptureFixture, after: dict[str, Any], named: str
) -> None:
    """A renamed key with another edit looks like one deleted and one new entry."""
    with caplog.at_level(logging.WARNING):
        change(deploy, {**REGISTRY, "cloudFormationExports": True}, after)
    assert f"identity:allowLoss: [{named}]" in caplog.text
