"""Attribute changes that Cognito does not support: it can only add custom attributes. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from identity.config.settings import Settings
from identity.errors import shown
from identity.guard.loss import Loss
from identity.user_pool import attributes
from identity.user_pool.attribute_names import is_attribute_name
from identity.user_pool.attributes import DECLARABLE, NEW_ATTRIBUTES_PER_UPDATE, StandardAttribute

PATH = "identity:userPool"
_FIXED = "Cognito can only add custom attributes to a pool, not change or remove them: restore it, or add another"
_AT_BIRTH = "Cognito only accepts these when it creates the pool: use the current values"


def attribute_losses(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """Each attribute that the settings would change or take out, and more new ones than one update adds."""
    schemas = pool.get("schemas")
    if schemas is None:
        return
    yield from _too_many_new(pool_id, [attributes.plain_name(old) for old in schemas], settings)
    yield from _standard(pool_id, attributes.live_standard(schemas), settings)
    wanted = settings.user_pool.custom_attributes
    for name, old in attributes.live_custom(schemas).items():
        path = f"{PATH}.customAttributes.{name}"
        if not is_attribute_name(name):
            keep = "a pool without attributes that the config cannot describe"
            fix = "do not update: Cognito cannot remove attributes, and this one has the name of a standard one"
            yield Loss(pool_id, path, keep, f"a pool that has {shown(name)}", fix, final=True)
        elif name not in wanted:
            keep = f"{shown(old.written())}: the pool has this attribute"
            yield Loss(pool_id, path, keep, "nothing", _FIXED, final=True)
        elif old.facts() != wanted[name].facts():
            keep, received = _differing(old.facts(), wanted[name].facts())
            yield Loss(pool_id, path, keep, received, _FIXED, final=True)


def _standard(pool_id: str, live: Mapping[str, StandardAttribute], settings: Settings) -> Iterator[Loss]:
    """AWS answers with more of them as it gets more; one that nobody has to fill in, and anybody may, is no loss."""
    wanted, as_aws_makes_it = settings.user_pool.standard_attributes, StandardAttribute()
    for name in DECLARABLE:
        old, new = (they.get(name, as_aws_makes_it).facts(name) for they in (live, wanted))
        if old != new:
            keep, received = _differing(old, new)
            path = f"{PATH}.standardAttributes.{name}"
            fix = f"{_AT_BIRTH}; the update would fail, or replace the pool"
            yield Loss(pool_id, path, f"{keep}, as when the pool was created", received, fix, final=True)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    before, after = (", ".join(f"{key} {shown(facts.get(key))}" for key in changed) for facts in (old, new))
    return before, after


def _too_many_new(pool_id: str, had: list[str], settings: Settings) -> Iterator[Loss]:
    """AWS takes so many attributes a call, and an update is one call: it would fail with half of the stack done."""
    later = attributes.too_many_new(had, settings.user_pool.custom_attributes)
    if later:
        most = NEW_ATTRIBUTES_PER_UPDATE
        keep, received = f"at most {most} new attributes per update", f"{most + len(later)} new ones"
        fix = f"add these in a second update: {', '.join(later)}"
        yield Loss(pool_id, f"{PATH}.customAttributes", keep, received, fix, final=True)
