"""Losses of resources that this stack created and the config now names by ARN. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from identity import facts, identity_pool, naming
from identity.config.settings import Settings
from identity.deployed import Deployed, created_arns, outputs_of
from identity.guard.loss import Loss
from identity.user_pool import settings as user_pool
from identity.user_pool.triggers import Triggers

_CREATED: Final = (facts.FUNCTION, facts.ROLE, facts.EMAIL_IDENTITY, facts.LOG_GROUP, facts.WEB_ACL)


def created_losses(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """A key with an ARN creates no resource: the update would delete the existing one, which the ARN refers to."""
    kept = _kept_functions(settings.user_pool.triggers)
    created = created_arns([resource for resource in state if resource.name not in kept], *_CREATED)
    pool_id = next((str(pool.get("id")) for pool in outputs_of(state, facts.USER_POOL)), "")
    own_pool = settings.config.identity_pool
    for path, value in [
        *_texts(user_pool.PATH, settings.config.user_pool.written()),
        *_texts(identity_pool.PATH, own_pool.written() if own_pool else None),
    ]:
        arn = next((arn for arn in created if value == arn or value.startswith(f"{arn}:")), None)
        if arn:
            keep = f"the settings with which this stack created {arn}"
            effect = "The update would delete it, because with an ARN the stack does not create it."
            fix = "restore them, without the ARN."
            what = path.removeprefix(f"{user_pool.PATH}.").removeprefix("identity:").partition(".")[0]
            yield Loss(pool_id, path, keep, value, effect, fix, what=what, in_place=True)


def _kept_functions(triggers: Triggers | None) -> set[str]:
    """The logical names of the functions that the config still creates; other triggers may name them by ARN."""
    given = triggers.given() if triggers else {}
    return {naming.function(facts.LOGICAL_POOL, key) for key, trigger in given.items() if trigger.path}


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """All strings in a value of the config, with their paths."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(f"{path}[{number}]", inner)
    elif isinstance(value, str):
        yield path, value
