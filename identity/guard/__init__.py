"""The guard: refuses a config that would lose users or break apps, before any resource is changed.

Cognito cannot change a pool's alias attributes, its user-name case or an existing attribute; the engine would make a
new pool and delete the old one with everybody in it. And an update takes back what the pool has and the program does
not speak of. The guard compares what the stack has (`identity.deployed`) with what the config would make of it, so it
speaks in a preview as well. `identity:allowLoss` names what may go in one update. `pulumi destroy` does not run the
program and is an act by itself; Pulumi's `protect` stands in its way.
"""

from collections.abc import Iterable, Iterator, Sequence

from identity import facts
from identity.config.settings import Settings
from identity.deployed import Deployed, of_type
from identity.errors import ConfigError, Problem, warn
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
    """Compare the stack's state with the settings.

    Raises:
        ConfigError: with each loss that `identity:allowLoss` does not name, and under `protect` with each name there
            that this update does not lose.
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
    # A stack without a pool has nothing that an entry could permit unseen; it may be about to be adopted.
    strict = protect and bool(pools)
    if problems or (unused and strict):
        raise ConfigError(settings.stack, [*problems, *(unused if strict else [])])
    told = [loss for loss in losses if loss.warns and loss not in guarded and loss.named not in allowed]
    warn(settings.stack, [*(_problem(loss, protect) for loss in told), *unused])


def find_losses(state: Sequence[Deployed], settings: Settings, region: str, zone: Zone | None = None) -> Iterator[Loss]:
    """What the settings would lose of the state, refused or not. Reads nothing but the account's number."""
    yield from missing_pool(state, settings)
    for pool in of_type(state, facts.USER_POOL):
        yield from pool_losses(pool, settings, region, state)
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
        return Problem(loss.path, loss.keep, loss.received, loss.consequence)
    first = "first set `identity:protect: false` and update, then " if protect and not loss.in_place else ""
    fix = f"{loss.fix} {loss.consequence} To confirm: {first}`identity:allowLoss: [{loss.named}]` for one update"
    return Problem(loss.path, loss.keep, loss.received, fix)


def _still_protected(pools: Iterable[Deployed], losses: Iterable[Loss], protect: bool) -> list[Problem]:
    """The engine deletes nothing that the last update protected: taking `protect` away is an update of its own."""
    gone = [loss for loss in losses if not (loss.final or loss.in_place)]
    if protect or not gone or not any(pool.outputs.get("deletionProtection") == "ACTIVE" for pool in pools):
        return []
    paths = ", ".join(sorted({loss.path for loss in gone}))
    allowed = "false, in a separate update: Pulumi does not delete resources that the last update protected"
    fix = f"restore {paths}, run an update that only sets `identity:protect: false`, then repeat this change"
    return [Problem("identity:protect", allowed, "false, together with a change that deletes", fix)]
