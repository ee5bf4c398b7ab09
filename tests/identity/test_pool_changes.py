"""Between any two pools that differ in one key, the guard reports the effect declared for the key."""

from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic.alias_generators import to_snake

from identity import facts
from identity.deployed import Deployed
from identity.guard.loss import Loss
from identity.guard.pool import pool_losses
from identity.user_pool.settings import UserPool
from tests.identity.test_pool_round_trip import CONFIG, POOL_ARN, beside, on_the_wire, settled
from tests.support.pools import KEYS, user_pools
from tests.support.program import config_errors

REGION = "eu-west-1"
POOL_ID = POOL_ARN.rpartition("/")[2]
HARMLESS = ("name", "invitation")
REPLACED = ("usernameAttributes", "aliasAttributes", "caseSensitive")
FOR_GOOD = ("standardAttributes", "customAttributes", "sms")


def state(pool: UserPool) -> Iterator[Deployed]:
    """Yield the state after an update with this pool."""
    yield Deployed(facts.USER_POOL, facts.LOGICAL_POOL, {**on_the_wire(pool.inputs()), "arn": POOL_ARN})
    yield Deployed(facts.POOL_COMPONENT, facts.LOGICAL_POOL, {"mailFrom": pool.email.from_} if pool.email else {})
    yield from beside(pool)


def losses(before: dict[str, Any], after: dict[str, Any]) -> list[Loss]:
    pool, *rest = state(settled(before).user_pool)
    return list(pool_losses(pool, settled(after), REGION, rest))


def sorted_list(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def with_key(pool: dict[str, Any], key: str, other: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in pool.items() if name != key}
    return {**rest, key: other[key]} if key in other else rest


@given(user_pools(), user_pools(), st.sampled_from(KEYS))
def test_a_change_of_one_key_is_of_its_class(before: dict[str, Any], other: dict[str, Any], key: str) -> None:
    after = with_key(before, key, other)
    assume(not config_errors({**CONFIG, "customDomain": True, "userPool": after}))
    found = losses(before, after)
    # Whether aliases exist depends on whether an email address is the username.
    there = REPLACED[:2] if key in REPLACED[:2] else (key,)
    assert [loss.path for loss in found if loss.path.split(".")[1] not in there] == []
    if key in HARMLESS:
        assert found == []
    elif key in REPLACED:
        field = to_snake(key)
        old, new = (sorted_list(getattr(settled(pool).user_pool, field)) for pool in (before, after))
        assert any(loss.path.endswith(f".{key}") for loss in found) is (old != new)
        assert {(loss.named, loss.final) for loss in found} <= {(POOL_ID, False)}
    elif key in FOR_GOOD:
        assert all(loss.final for loss in found)
    else:
        assert all(loss.in_place and loss.named.startswith(f"{POOL_ID}/{key}") for loss in found)


@given(user_pools())
def test_what_stays_loses_nothing(pool: dict[str, Any]) -> None:
    assert losses(pool, pool) == []
