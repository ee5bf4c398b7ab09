"""A pool written to AWS and read again is the same, for each key. All property names and values exist in AWS."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from identity import facts
from identity.client.settings import Client
from identity.config import check
from identity.config.settings import Settings
from identity.deployed import Deployed
from identity.guard.fields import differences
from identity.provider_names import known_to_the_provider
from identity.setting import Model, declarations
from identity.user_pool import attributes, factors, logs, messages, settings, threat_protection, triggers
from identity.user_pool.live import live_pool
from identity.user_pool.logs import RETENTIONS
from identity.user_pool.settings import UserPool
from identity.user_pool.trigger_events import VERSIONS
from local.aws_plugin.catalogue import RESOURCES
from local.aws_plugin.emulator import model
from tests.support.pools import user_pools
from tests.support.program import config_of

POOL_ARN = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A"
MODEL = model("cognito-idp")
# A passkey's domain must be the sign-in domain or a parent of it.
CONFIG = {"product": "acme", "aws:region": "eu-west-1", "authDomain": "auth.acme.app", "zoneName": "acme.app"}


def settled(pool: dict[str, Any]) -> Settings:
    found, problems = check(config_of({**CONFIG, "customDomain": True, "userPool": pool}), "dev")
    assert [str(problem) for problem in problems if not problem.warning] == []
    return found


def on_the_wire(value: Any) -> Any:
    """Return a value as in the engine's state, where each number is a float."""
    if isinstance(value, dict):
        return {key: on_the_wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [on_the_wire(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def beside(pool: UserPool) -> Iterator[Deployed]:
    """Yield the resources that the component makes beside this pool, as in a state."""
    if pool.threat_protection and (risk := pool.threat_protection.risk()):
        yield Deployed(facts.RISK_CONFIGURATION, "risk", on_the_wire(risk))
    if pool.logs:
        made = {key: f"arn:{key}" for key, value in pool.logs.given().items() if value in RETENTIONS}
        for key, arn in made.items():
            days = float(pool.logs.given()[key].removesuffix("d"))
            yield Deployed(facts.LOG_GROUP, key, {"arn": arn, "retentionInDays": days})
        yield Deployed(facts.LOG_DELIVERY, "logs", {"logConfigurations": pool.logs.deliveries(made)})
    if pool.web_acl:
        arn = pool.web_acl.arn or "arn:made"
        if not pool.web_acl.arn:
            yield Deployed(facts.WEB_ACL, "acl", on_the_wire({"arn": arn, "rules": pool.web_acl.rules()}))
        yield Deployed(facts.WEB_ACL_ASSOCIATION, "association", {"resourceArn": POOL_ARN, "webAclArn": arn})


@given(user_pools())
def test_a_pool_that_is_written_and_read_again_is_the_same(pool: dict[str, Any]) -> None:
    made = settled(pool).user_pool
    live = live_pool({**on_the_wire(made.inputs()), "arn": POOL_ARN}, beside(made))
    assert [
        (difference.path, difference.old, difference.new)
        for difference in differences(ordered(live), ordered(made), "userPool")
    ] == []


@given(user_pools())
def test_what_is_read_is_a_config_that_makes_the_same_pool(pool: dict[str, Any]) -> None:
    made = settled(pool).user_pool
    live = live_pool({**on_the_wire(made.inputs()), "arn": POOL_ARN}, beside(made))
    again = settled(live.written()).user_pool
    assert again.inputs() == made.inputs()


def ordered(pool: UserPool) -> UserPool:
    """Return the pool with sorted lists. Only the order of `recovery` matters, and is kept."""
    lists = {
        name: sorted(value)
        for name in type(pool).model_fields
        if isinstance(value := getattr(pool, name), list) and name != "recovery"
    }
    facts_of = {name: attribute.facts() for name, attribute in pool.custom_attributes.items()}
    standard = {name: standard_attribute.facts(name) for name, standard_attribute in pool.standard_attributes.items()}
    return pool.model_copy(update={**lists, "custom_attributes": facts_of, "standard_attributes": standard})


# --- names and values of AWS ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "types"),
    [(UserPool, (facts.USER_POOL, facts.RISK_CONFIGURATION)), (Client, (facts.USER_POOL_CLIENT,))],
)
def test_each_property_that_is_named_is_one_of_the_providers(model: type[Model], types: tuple[str, ...]) -> None:
    """The valid paths come from the classes of pulumi-aws."""
    named = {at.aws for at in declarations(model) if at.aws}
    assert named
    assert named <= {path for type_name in types for path in known_to_the_provider(type_name)}


WORDS: list[tuple[str, Any]] = [
    ("UserPoolMfaType", factors.MODES.values()),
    # An authenticator app is only a second factor.
    ("AuthFactorType", (*factors.FIRST_FACTORS.values(), "SOFTWARE_TOKEN")),
    ("RecoveryOptionNameType", factors.RECOVERY),
    ("UserVerificationType", ("preferred", "required")),
    ("UserPoolTierType", settings.TIERS.values()),
    ("PreTokenGenerationLambdaVersionType", VERSIONS),
    ("CustomEmailSenderLambdaVersionType", VERSIONS[:1]),
    ("CustomSMSSenderLambdaVersionType", VERSIONS[:1]),
    ("DefaultEmailOptionType", messages.BY.values()),
    ("AdvancedSecurityModeType", ("OFF", *threat_protection.MODES.values())),
    ("AdvancedSecurityEnabledModeType", threat_protection.MODES.values()),
    ("AccountTakeoverEventActionType", threat_protection.ACTIONS.values()),
    ("CompromisedCredentialsEventActionType", threat_protection.LEAKED.values()),
    ("EventSourceName", (source for source, _ in logs.SOURCES.values())),
    ("LogLevel", (level for _, level in logs.SOURCES.values())),
]


@pytest.mark.parametrize(("shape", "ours"), WORDS, ids=[shape for shape, _ in WORDS])
def test_the_words_are_those_of_awss_model(shape: str, ours: Any) -> None:
    assert set(ours) == set(MODEL.shape_for(shape).enum)


def test_each_trigger_of_the_provider_has_a_key() -> None:
    block = RESOURCES[facts.USER_POOL].inputs["lambdaConfig"].block
    ours = {str(field.alias) for field in triggers.Triggers.model_fields.values()} - {"kmsKeyArn"}
    assert ours == {name for name in block if name not in ("kmsKeyId", "preTokenGenerationConfig")}


def test_an_attribute_has_a_type_of_awss_and_a_standard_one_is_one_of_a_new_pool() -> None:
    assert set(MODEL.shape_for("AttributeDataType").enum) >= set(attributes.DECLARABLE.values())


def test_reading_changes_nothing_of_what_is_read() -> None:
    outputs = on_the_wire(settled({"mfa": {"mode": "optional", "totp": True}, "sms": {}}).user_pool.inputs())
    before = copy.deepcopy(outputs)
    live_pool(outputs, [])
    assert outputs == before
