"""The guard: refuses a config that would lose users or break apps, before any resource is changed.

Cognito cannot change a pool's alias attributes, its user-name case or an existing attribute: the engine would create a
new pool and delete the old one with all its users. And an update resets settings of the pool that the config does not
set. The guard compares the stack's state (`identity.deployed`) with the config, so it also works in a preview.
`identity:allowLoss` names the losses that one update may cause. `pulumi destroy` does not run the program; Pulumi's
`protect` prevents it.
"""

from collections.abc import Iterable, Iterator, Sequence

from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import ConfigError, Problem, warn
from identity.guard.created import created_losses
from identity.guard.domain import domain_losses
from identity.guard.exports import exports_losses
from identity.guard.federation import federation_losses
from identity.guard.login import identity_pool_losses, login_losses, publication_losses
from identity.guard.loss import Loss
from identity.guard.pool import missing_pool, pool_losses
from identity.guard.registry import registry_losses
from identity.guard.unseen import entries_in_use
from identity.zone import Zone


def refuse_losses(state: Sequence[Deployed], settings: Settings, region: str, zone: Zone | None) -> None:
    """Compare the stack's state with the settings, and log warnings for the losses that are not refused.

    Raises:
        ConfigError: with each loss that `identity:allowLoss` does not name, and, if `protect` is true, with each unused
            entry of `identity:allowLoss`.
    """
    allowed, protect = set(settings.config.allow_loss), settings.config.protect
    losses = list(find_losses(state, settings, region, zone))
    guarded = [loss for loss in losses if protect or not loss.under_protect]
    refused = [loss for loss in guarded if loss.final or loss.named not in allowed]
    pools = of_type(state, facts.USER_POOL)
    rest = allowed - {loss.named for loss in losses}
    rest -= {name for pool in pools for name in entries_in_use(rest, str(pool.outputs.get("id")), region, settings)}
    unused = [_unused(name, losses) for name in sorted(rest)]
    problems = [_problem(loss, protect) for loss in refused]
    problems += _still_protected(pools, losses, protect)
    # In a stack without a pool, an unused entry is harmless; the stack may be about to adopt a pool.
    strict = protect and bool(pools)
    if problems or (unused and strict):
        raise ConfigError(settings.stack, [*problems, *(unused if strict else [])])
    told = [loss for loss in losses if loss.warns and loss not in guarded and loss.named not in allowed]
    warn(settings.stack, [*(_problem(loss, protect) for loss in told), *unused])


def find_losses(state: Sequence[Deployed], settings: Settings, region: str, zone: Zone | None = None) -> Iterator[Loss]:
    """All losses, refused or not. From AWS, it reads only the account id."""
    yield from missing_pool(state, settings)
    for pool in of_type(state, facts.USER_POOL):
        yield from pool_losses(pool, settings, region, state)
    yield from created_losses(state, settings)
    yield from domain_losses(state, settings, region, zone)
    yield from registry_losses(state, settings)
    yield from federation_losses(state, settings)
    yield from login_losses(state, settings)
    yield from identity_pool_losses(state, settings)
    yield from publication_losses(state, settings)
    yield from exports_losses(state, settings)


def _unused(name: str, losses: Iterable[Loss]) -> Problem:
    lost = ", ".join(sorted({loss.named for loss in losses})) or "nothing"
    allowed = f"a loss of this update, which is {lost}: an unused entry could allow a later loss unnoticed"
    return Problem("identity:allowLoss", allowed, name, "remove it")


def _problem(loss: Loss, protect: bool) -> Problem:
    if loss.final:
        return Problem(loss.path, loss.keep, loss.received, loss.effect)
    first = "first set `identity:protect: false` and update, then " if protect and not loss.in_place else ""
    fix = f"{loss.fix} {loss.effect} To confirm: {first}`identity:allowLoss: [{loss.named}]` for one update"
    return Problem(loss.path, loss.keep, loss.received, fix)


def _still_protected(pools: Iterable[Deployed], losses: Iterable[Loss], protect: bool) -> list[Problem]:
    """The engine does not delete what the last update protected: `protect: false` needs a separate update."""
    gone = [loss for loss in losses if not (loss.final or loss.in_place)]
    if protect or not gone or not any(pool.outputs.get("deletionProtection") == "ACTIVE" for pool in pools):
        return []
    paths = ", ".join(sorted({loss.path for loss in gone}))
    allowed = "false, in a separate update: Pulumi does not delete resources that the last update protected"
    fix = f"restore {paths}, run an update that only sets `identity:protect: false`, then repeat this change"
    return [Problem("identity:protect", allowed, "false, together with a change that deletes", fix)]
