"""Settings of a pool in AWS that the provider does not support are looked up before an update of the pool."""

from typing import Any

import pulumi
import pytest

from identity.config import check
from identity.config.settings import Settings
from identity.errors import ConfigError
from identity.guard import unseen
from local.aws_plugin.emulator import model
from tests.identity.test_guard import BASE, POOL_ID, change
from tests.support.program import REGION, Deploy, config_of

INBOUND = {"InboundFederation": {"LambdaArn": "arn:x", "LambdaVersion": "V1_0"}}
OLD, NEW = {"mfaConfiguration": "OFF"}, {"mfaConfiguration": "ON"}


def settings(**config: Any) -> Settings:
    return check(config_of({**BASE, **config}), "dev")[0]


def update(old: dict[str, Any], new: dict[str, Any]) -> pulumi.ResourceHookArgs:
    return pulumi.ResourceHookArgs("urn", POOL_ID, "customers", "type", new_inputs=new, old_inputs=old)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unseen, "read_pool", lambda *_: {"LambdaConfig": INBOUND, "Invented": {"Member": 1}})


@pytest.mark.usefixtures("live")
def test_an_update_is_refused_by_the_name_of_what_it_would_reset() -> None:
    with pytest.raises(unseen.PoolNotUpdated) as refused:
        unseen.refuse_unseen(update(OLD, NEW), settings(), REGION)
    names = f"{POOL_ID}/LambdaConfig.InboundFederation, {POOL_ID}/Invented"
    assert f"`identity:allowLoss: [{names}]`" in str(refused.value)


@pytest.mark.usefixtures("live")
def test_what_is_named_may_go_and_nothing_else() -> None:
    one = settings(allowLoss=[f"{POOL_ID}/Invented"])
    with pytest.raises(unseen.PoolNotUpdated) as refused:
        unseen.refuse_unseen(update(OLD, NEW), one, REGION)
    assert "Invented" not in str(refused.value)
    both = settings(allowLoss=[f"{POOL_ID}/Invented", f"{POOL_ID}/LambdaConfig.InboundFederation"])
    unseen.refuse_unseen(update(OLD, NEW), both, REGION)


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("name", ["tags", "tagsAll", "schemas"])
def test_what_is_not_sent_with_the_rest_of_the_pool_resets_nothing(name: str) -> None:
    unseen.refuse_unseen(update(OLD, {**OLD, name: ["x"]}), settings(), REGION)


def test_a_pool_that_nobody_may_read_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    pulumi.runtime.set_all_config({"aws:profile": "nobody", "aws:accessKey": "x", "aws:secretKey": "hush"})
    unseen.refuse_unseen(update(OLD, NEW), settings(), REGION)
    pulumi.runtime.set_all_config({})
    (warning,) = told
    assert f"The live pool {POOL_ID} could not be read" in warning
    assert "hush" not in warning


@pytest.mark.parametrize(
    ("pool", "factors", "names"),
    [
        ({"LambdaConfig": {"PreSignUp": "arn:x"}, "Name": "x", "UserPoolTags": {"Own": "x"}}, {}, []),
        ({"Policies": {"PasswordPolicy": {"MinimumLength": 8, "Invented": 1}}}, {}, ["PasswordPolicy.Invented"]),
        ({"KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"}, "IssuerConfiguration": {"Type": "ORIGINAL"}}, {}, []),
        ({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY"}}, {}, ["KeyConfiguration"]),
        ({"Invented": {}, "Another": False}, {"WebAuthnConfiguration": {"FactorConfiguration": "SINGLE_FACTOR"}}, []),
        ({}, {"SmsMfaConfiguration": {"SmsConfiguration": {"EumsSms": {"Region": "x"}}}}, ["SmsConfiguration.EumsSms"]),
    ],
)
def test_a_member_with_a_value_that_the_provider_has_no_word_for_is_found(
    pool: dict[str, Any], factors: dict[str, Any], names: list[str]
) -> None:
    assert [name for name, _ in unseen.unseen(unseen.in_one(pool, factors))] == names


def test_of_all_that_aws_answers_today_these_are_unseen() -> None:
    """Check each member that a new botocore adds: is it a setting, and does the provider support it?"""
    cognito = model("cognito-idp")

    def filled(shape: Any) -> Any:
        if shape.type_name == "structure":
            return {name: filled(member) for name, member in shape.members.items()}
        return [filled(shape.member)] if shape.type_name == "list" else "x"

    answers = [
        filled(cognito.operation_model(name).output_shape) for name in ("DescribeUserPool", "GetUserPoolMfaConfig")
    ]
    found = {name for name, _ in unseen.unseen(unseen.in_one(answers[0]["UserPool"], answers[1]))}
    assert found == {
        "LambdaConfig.InboundFederation",
        "SmsConfiguration.EumsSms",
        "KeyConfiguration",
        "IssuerConfiguration",
        "WebAuthnConfiguration.FactorConfiguration",
    }


@pytest.mark.usefixtures("live")
def test_an_entry_for_what_only_the_live_pool_shows_is_of_use_while_the_pool_has_it(deploy: Deploy) -> None:
    entries = [f"{POOL_ID}/LambdaConfig.InboundFederation", f"{POOL_ID}/LambdaConfig.Gone"]
    with pytest.raises(ConfigError) as refused:
        change(deploy, {"protect": True}, {"allowLoss": entries})
    assert [problem.received for problem in refused.value.problems] == entries[1:]
    assert change(deploy, {"protect": True}, {"allowLoss": entries[:1]})


def test_where_nobody_may_read_the_pool_an_entry_for_it_is_of_use(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unseen, "read_pool", lambda *_: {})
    assert change(deploy, {"protect": True}, {"allowLoss": [f"{POOL_ID}/LambdaConfig.Any"]})


def test_the_key_turns_the_look_off(deploy: Deploy) -> None:
    assert [deploy({**BASE, "readLivePool": look}).one("UserPool").hooks for look in (True, False)] == [
        ("pool-before-update",),
        (),
    ]
