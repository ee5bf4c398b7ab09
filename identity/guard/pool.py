"""Losses of the user pool: the pool with its users, a protective setting, or an attribute."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from identity import facts, link_accounts, naming
from identity.config.settings import Settings
from identity.deployed import Deployed, current_account, mail_sender, of_type, outputs_of, region_of
from identity.errors import shown
from identity.facts import LOGICAL_POOL
from identity.guard.fields import field_losses
from identity.guard.loss import Loss, weakened
from identity.user_pool import attributes
from identity.user_pool.attribute_names import is_attribute_name
from identity.user_pool.attributes import DECLARABLE, NEW_ATTRIBUTES_PER_UPDATE, StandardAttribute
from identity.user_pool.live import live_pool
from identity.user_pool.messages import NO_ADDRESS
from identity.user_pool.settings import PATH
from identity.user_pool.triggers import Triggers

_FIXED = "Cognito can only add custom attributes to a pool, not change or remove them: restore it, or add another"
_AT_CREATION = "Cognito only accepts these when it creates the pool: use the current values"


def missing_pool(state: Sequence[Deployed], settings: Settings) -> Iterator[Loss]:
    """A pool in another account, or one that is missing in the state although outputs or clients refer to it.

    A refresh with credentials of another account finds no resources and removes them from the state; the next update
    would create a new, empty pool. Stacks on the emulator are not checked: their pool is disposable.
    """
    if settings.cognito_endpoint:
        return
    arns = [str(pool.get("arn", "")) for pool in outputs_of(state, facts.USER_POOL)]
    known = [str(stack.get("userPoolArn", "")) for stack in outputs_of(state, facts.STACK)]
    # If the outputs do not have it, as after an import, use the pool id of other resources; it shows no account.
    leftover = sorted({str(resource.outputs.get("userPoolId") or "") for resource in state})
    for arn in filter(None, arns or [*filter(None, known)] or leftover):
        account, pool_id = (arn.split(":") + [""] * 5)[4], arn.rpartition("/")[2]
        current = current_account()
        if account and current and account != current:
            fix = f"Use credentials of {account}. Nothing was lost: the pool is in another account."
            keep = f"the credentials of the account {account}, where the pool {pool_id} is"
            yield Loss(pool_id, "aws:profile", keep, f"credentials of the account {current}", fix, final=True)
        elif not arns:
            yield _left_the_state(pool_id)


def _left_the_state(pool_id: str) -> Loss:
    fix = "import it, if it still exists: "
    fix += f"`pulumi import aws:cognito/userPool:UserPool customers {pool_id}`, or docs/adopting.md."
    consequence = (
        "It was deleted, or a refresh did not find it, for example with credentials of another account. The update "
        "would create a new pool without users."
    )
    keep = f"a state with the pool {pool_id}, which the stack's outputs or clients refer to"
    return Loss(pool_id, "the stack's state", keep, "a state without a pool", consequence, fix, in_place=True)


def pool_losses(resource: Deployed, settings: Settings, region: str, beside: Sequence[Deployed] = ()) -> Iterator[Loss]:
    """The losses of the pool, refused or not; `beside` has the other resources of the stack."""
    pool = resource.outputs
    pool_id = str(pool.get("arn", "")).rpartition("/")[2]
    yield from _renamed(pool_id, pool, settings)
    yield from _other_name_or_region(pool_id, resource, region)
    yield from _attribute_losses(pool_id, pool, settings)
    if settings.user_pool.email is None and (sender := mail_sender(beside)):
        # Only a sender set by the program is lost: the provider keeps any other.
        keep = f"email from {sender}, as the pool has it"
        yield weakened(pool_id, "email", f"{PATH}.email", keep, "nothing", NO_ADDRESS)
    if settings.user_pool.triggers:
        yield from _permission_losses(pool_id, settings.user_pool.triggers, beside)
    live = live_pool(pool, beside)
    if settings.config.link_accounts is None and any(other.name == facts.LINKS for other in beside):
        keep = f"{link_accounts.VERIFIED_EMAIL}, as the stack has it"
        yield weakened(pool_id, "linkAccounts", link_accounts.PATH, keep, "nothing", link_accounts.LOSS_OF_LINKS)
        live = live.model_copy(update={"triggers": _without_links(live.triggers, settings.user_pool.triggers)})
    yield from field_losses(pool_id, PATH, live, settings.user_pool, settings.config.user_pool, settings, "pool")


def _without_links(live: Triggers | None, new: Triggers | None) -> Triggers | None:
    """The live triggers without that of `linkAccounts`, whose loss is reported under that key."""
    rest = live.model_copy(update={"pre_sign_up": new and new.pre_sign_up}) if live else None
    return rest if rest and rest.given() else new


def _permission_losses(pool_id: str, triggers: Triggers, beside: Sequence[Deployed]) -> Iterator[Loss]:
    """The losses of permissions to call a function that is still a trigger."""
    made = {permission.name for permission in of_type(beside, facts.PERMISSION)}
    for key, trigger in triggers.given().items():
        if not trigger.permission and naming.permission(LOGICAL_POOL, key) in made:
            path = f"{PATH}.triggers.{key}.permission"
            lost = (
                "Unless the pool gets this permission elsewhere, the function cannot be called, and sign-in may fail."
            )
            yield weakened(pool_id, "triggers", path, "true, as the stack has it", "false", lost)


def _renamed(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """A changed product or environment would rename everything; the pool's tags have the old values."""
    for key, (old, new) in settings.names.changed(pool.get("tags") or {}).items():
        consequence = (
            "All names, identifiers and domains of this stack would change. Use a new stack for another deployment."
        )
        keep = f"{old}, with which this stack was created"
        yield Loss(pool_id, f"identity:{key}", keep, shown(new), consequence, what=key)


def _other_name_or_region(pool_id: str, resource: Deployed, region: str) -> Iterator[Loss]:
    lost = f"The pool {pool_id} and all its users would be deleted."
    if resource.name != LOGICAL_POOL:
        keep = f"a program that calls the pool {resource.name}, as this stack's state does"
        yield Loss(pool_id, "the program", keep, LOGICAL_POOL, lost, "give the component an alias with its old name.")
    old_region = region_of(str(resource.outputs.get("arn", "")))
    if old_region and old_region != region:
        yield Loss(pool_id, "aws:region", f"{old_region}, where the pool is", region, lost)


def _attribute_losses(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """Changed and removed attributes, and more new ones than AWS adds in one update."""
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
    """Changed standard attributes. Optional, mutable ones may be omitted: AWS also returns some that nobody set."""
    wanted, aws_default = settings.user_pool.standard_attributes, StandardAttribute()
    for name in DECLARABLE:
        old, new = (they.get(name, aws_default).facts(name) for they in (live, wanted))
        if old != new:
            keep, received = _differing(old, new)
            path = f"{PATH}.standardAttributes.{name}"
            fix = f"{_AT_CREATION}; the update would fail, or replace the pool"
            yield Loss(pool_id, path, f"{keep}, as when the pool was created", received, fix, final=True)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    before, after = (", ".join(f"{key} {shown(facts.get(key))}" for key in changed) for facts in (old, new))
    return before, after


def _too_many_new(pool_id: str, had: list[str], settings: Settings) -> Iterator[Loss]:
    """AWS limits the new attributes per call, and an update is one call: it would fail halfway through the stack."""
    later = attributes.too_many_new(had, settings.user_pool.custom_attributes)
    if later:
        most = NEW_ATTRIBUTES_PER_UPDATE
        keep, received = f"at most {most} new attributes per update", f"{most + len(later)} new ones"
        fix = f"add these in a second update: {', '.join(later)}"
        yield Loss(pool_id, f"{PATH}.customAttributes", keep, received, fix, final=True)
