"""What a config would lose of the user pool: the pool with everybody in it, or a protection of theirs. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from identity.config import Settings
from identity.deployed import Deployed
from identity.errors import shown
from identity.facts import LOGICAL_POOL
from identity.guard.attributes import attribute_losses
from identity.guard.loss import HOLD_BACK, PUT_BACK, Loss, weakened
from identity.guard.unsaid import taken_back

PATH = "identity:userPool"


def pool_losses(resource: Deployed, settings: Settings, region: str) -> Iterator[Loss]:
    """What the settings would lose of the pool, refused or not."""
    pool = resource.outputs
    pool_id = str(pool.get("arn", "")).rpartition("/")[2]
    yield from _renamed(pool_id, pool, settings)
    yield from _replaced(pool_id, resource, settings, region)
    yield from attribute_losses(pool_id, pool, settings)
    yield from _weakened(pool_id, pool, settings)
    yield from taken_back(resource, pool_id, PATH)


def _renamed(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """A slip in product or environment would rename all there is. The pool's tags say what they were."""
    for key, (old, new) in settings.names.changed(pool.get("tags") or {}).items():
        consequence = (
            "Every name, identifier and domain of this stack would change. Another deployment is another stack."
        )
        keep = f"{old}, of which this stack was made"
        yield Loss(pool_id, f"identity:{key}", keep, shown(new), consequence, what=key)


def _replaced(pool_id: str, resource: Deployed, settings: Settings, region: str) -> Iterator[Loss]:
    pool, wanted = resource.outputs, settings.user_pool
    lost = f"The pool {pool_id} and everybody in it would be deleted."
    if resource.name != LOGICAL_POOL:
        keep = f"a program that calls the pool {resource.name}, as this stack's state does"
        yield Loss(pool_id, "the program", keep, LOGICAL_POOL, lost, "give the component an alias of its old name.")
    sign_in_by = sorted(pool.get("usernameAttributes") or [])
    old_aliases = sorted(pool.get("aliasAttributes") or [])
    if sign_in_by:
        keep = f"a pool whose people sign in by {', '.join(sign_in_by)} as their user name (usernameAttributes)"
        received = f"{shown(wanted.alias_attributes)}, and the program has no key for usernameAttributes yet"
        yield Loss(pool_id, f"{PATH}.aliasAttributes", keep, received, lost, "hold the update back.")
    elif old_aliases != sorted(wanted.alias_attributes):
        keep, received = f"{shown(old_aliases)}, as the pool was made", shown(wanted.alias_attributes)
        yield Loss(pool_id, f"{PATH}.aliasAttributes", keep, received, lost, _put_back(old_aliases))
    # A pool that says nothing of it tells upper case from lower.
    old_case = bool((pool.get("usernameConfiguration") or {}).get("caseSensitive", True))
    if old_case != wanted.case_sensitive:
        keep, received = f"{shown(old_case)}, as the pool was made", shown(wanted.case_sensitive)
        yield Loss(pool_id, f"{PATH}.caseSensitive", keep, received, lost)
    old_region = (str(pool.get("arn", "")).split(":") + [""] * 4)[3]
    if old_region and old_region != region:
        yield Loss(pool_id, "aws:region", f"{old_region}, where the pool is", region, lost)


def _weakened(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    wanted = settings.user_pool
    gone = sorted(set(pool.get("autoVerifiedAttributes") or []) - set(wanted.auto_verified_attributes))
    if gone:
        lost = f"Nobody's {', '.join(gone)} would be verified any more, nor give back a forgotten password."
        yield weakened(
            pool_id,
            "autoVerifiedAttributes",
            f"{PATH}.autoVerifiedAttributes",
            f"{shown(sorted(pool['autoVerifiedAttributes']))}, which the pool verifies",
            shown(wanted.auto_verified_attributes),
            lost,
            _put_back(gone),
        )
    yield from _weaker_passwords(pool_id, pool.get("passwordPolicy") or {}, settings)


def _put_back(attributes: list[str]) -> str:
    return HOLD_BACK if "phone_number" in attributes else PUT_BACK  # no SMS yet, and settings refuse it


def _weaker_passwords(pool_id: str, old: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    new = settings.user_pool.password_policy.model_dump(by_alias=True)
    lost = "Weaker passwords than now would be taken."
    for key in ("minimumLength", "requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"):
        if old.get(key) is not None and int(old[key]) > int(new[key]):
            keep = f"{shown(old[key])}, which the pool asks for, or more"
            yield weakened(pool_id, "passwordPolicy", f"{PATH}.passwordPolicy.{key}", keep, shown(new[key]), lost)
    history = int(old.get("passwordHistorySize") or 0)
    if history > new["passwordHistorySize"]:
        path, keep = f"{PATH}.passwordPolicy.passwordHistorySize", f"{history}, which the pool remembers, or more"
        received = shown(new["passwordHistorySize"])
        yield weakened(pool_id, "passwordPolicy", path, keep, received, "Old passwords would be taken again.")
