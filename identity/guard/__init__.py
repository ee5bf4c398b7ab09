"""The guard: a config that would lose customers, or what shipped apps hold on to, is refused before anything is made.

Cognito cannot change a pool's alias attributes, its user-name case or an existing attribute; the engine would make a
new pool and delete the old one with everybody in it. The guard compares what the stack has (`identity.deployed`) with
what the config would make of it, so it speaks in a preview as well. `identity:allowLoss` names what may go in one
update. `pulumi destroy` does not run the program and is an act by itself; Pulumi's `protect` stands in its way.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pulumi

from identity import deployed, limits
from identity.attributes import too_many_new
from identity.deployed import Deployed
from identity.loss import Loss
from identity.registry_losses import registry_losses
from identity.report import ConfigError, Problem, shown
from identity.settings import Settings


def refuse_losses(settings: Settings, region: str) -> None:
    """Compare the stack's state with the settings.

    Raises:
        ConfigError: with each loss that `identity:allowLoss` does not name.
    """
    losses = list(find_losses(deployed.read_state(), settings, region))
    guarded = [loss for loss in losses if settings.protect or not loss.under_protect]
    refused = [loss for loss in guarded if loss.final or loss.named not in settings.allow_loss]
    if refused:
        raise ConfigError(settings.stack, [_problem(loss, settings) for loss in refused])
    for name in sorted(settings.allow_loss - {loss.named for loss in losses}):
        pulumi.log.warn(f"identity:allowLoss names {name}, which this update does not lose: take it out.")


def find_losses(state: Iterable[Deployed], settings: Settings, region: str) -> Iterator[Loss]:
    """What the settings would lose of the state, refused or not. Pure."""
    state = list(state)
    for resource in state:
        if resource.type == deployed.USER_POOL:
            yield from _pool_losses(resource.outputs, settings, region)
        elif resource.type == deployed.USER_POOL_DOMAIN:
            yield from _domain_losses(resource, settings)
    yield from registry_losses(state, settings)


def _problem(loss: Loss, settings: Settings) -> Problem:
    if loss.final:
        return Problem(loss.path, loss.keep, loss.received, loss.consequence)
    first = "first `identity:protect: false` and an update, then " if settings.protect and not loss.in_place else ""
    mend = (
        f"put it back. {loss.consequence} On purpose: {first}`identity:allowLoss: [{loss.named}]` for this one update"
    )
    return Problem(loss.path, loss.keep, loss.received, mend)


def _pool_losses(pool: Mapping[str, Any], settings: Settings, region: str) -> Iterator[Loss]:
    pool_id = str(pool.get("arn", "")).rpartition("/")[2]
    lost = f"The pool {pool_id} and everybody in it would be deleted."
    yield from _renamed(pool_id, pool, settings)
    old_aliases = sorted(pool.get("aliasAttributes") or [])
    if old_aliases != sorted(settings.user_pool.alias_attributes):
        keep, received = f"{shown(old_aliases)}, as the pool was made", shown(settings.user_pool.alias_attributes)
        yield Loss(pool_id, "identity:userPool.aliasAttributes", keep, received, lost)
    # A pool that says nothing of it tells upper case from lower.
    old_case = bool((pool.get("usernameConfiguration") or {}).get("caseSensitive", True))
    if old_case != settings.user_pool.case_sensitive:
        keep, received = f"{shown(old_case)}, as the pool was made", shown(settings.user_pool.case_sensitive)
        yield Loss(pool_id, "identity:userPool.caseSensitive", keep, received, lost)
    old_region = (str(pool.get("arn", "")).split(":") + [""] * 4)[3]
    if old_region and old_region != region:
        yield Loss(pool_id, "aws:region", f"{old_region}, where the pool is", region, lost)
    yield from _attribute_losses(pool_id, pool, settings)


def _renamed(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """A slip in product or environment would rename all there is. The pool's tags say what they were."""
    tags = pool.get("tags") or {}
    for key, new in (("product", settings.names.product), ("environment", settings.names.environment)):
        old = tags.get(key, new)
        if old != new:
            consequence = (
                "Every name, identifier and domain of this stack would change. Another deployment is another stack."
            )
            yield Loss(pool_id, f"identity:{key}", f"{old}, of which this stack was made", shown(new), consequence)


def _attribute_losses(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    wanted = settings.user_pool.custom_attributes
    yield from _too_many_new(pool_id, pool, settings)
    for old in pool.get("schemas") or []:
        name = str(old.get("name", "")).removeprefix("custom:")
        if name == "email":
            continue
        path = f"identity:userPool.customAttributes.{name}"
        new = wanted.get(name)
        fixed = "Cognito can only add attributes to a pool, never change or take one out: put it back, or add another"
        if new is None:
            yield Loss(pool_id, path, "this attribute, which the pool has", "nothing", fixed, final=True)
        elif (new.type, new.mutable) != (old.get("attributeDataType"), bool(old.get("mutable"))):
            keep = f"type {old.get('attributeDataType')}, mutable {shown(bool(old.get('mutable')))}"
            received = f"type {new.type}, mutable {shown(new.mutable)}"
            yield Loss(pool_id, path, keep, received, fixed, final=True)


def _too_many_new(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """AWS takes so many attributes a call, and an update is one call: it would fail with half of the stack done."""
    later = too_many_new(
        (str(old.get("name", "")) for old in pool.get("schemas") or []), settings.user_pool.custom_attributes
    )
    if later:
        most = limits.NEW_ATTRIBUTES_PER_UPDATE
        keep, received = f"at most {most} new attributes an update", f"{most + len(later)} new ones"
        mend = f"leave these to a second update: {', '.join(later)}"
        yield Loss(pool_id, "identity:userPool.customAttributes", keep, received, mend, final=True)


def _domain_losses(domain: Deployed, settings: Settings) -> Iterator[Loss]:
    old, was_custom = str(domain.outputs.get("domain", "")), domain.name.endswith("-custom-domain")
    now_custom = settings.domain.custom_domain
    new = settings.domain.auth_domain if now_custom else settings.domain.prefix
    if old == new:
        return
    lost = f"Sign-in on {old} would end, with every app that is set to it."
    moves = was_custom != now_custom
    if moves and not settings.protect:
        # The key says by itself which domain is to serve sign-in.
        pulumi.log.warn(f"identity:customDomain moves sign-in from {old} to {new}. {lost}")
    path = "identity:customDomain" if moves else _domain_path(now_custom)
    yield Loss(old, path, f"sign-in on {old}, as it was made", shown(new), lost, under_protect=moves)


def _domain_path(custom: bool) -> str:
    return "identity:authDomain" if custom else "identity:domainPrefix"
