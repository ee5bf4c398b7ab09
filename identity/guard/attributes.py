"""What Cognito cannot do with the attributes of a pool that is there: it only adds to them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from identity import limits
from identity.attributes import too_many_new
from identity.config import Settings
from identity.errors import shown
from identity.guard.loss import Loss
from identity.shapes import CustomAttribute

PATH = "identity:userPool.customAttributes"
_FIXED = "Cognito can only add attributes to a pool, never change or take one out: put it back, or add another"
_NO_WORD = "Cognito never takes one out, and the program has no key for one of developers, nor of a standard one's name"
_BOUNDS = {
    "String": ("stringAttributeConstraints", "minLength", "maxLength"),
    "Number": ("numberAttributeConstraints", "minValue", "maxValue"),
}
# What Cognito writes where nothing is said of an attribute of text.
_TEXT_LENGTH = ("0", "2048")


def attribute_losses(pool_id: str, pool: Mapping[str, Any], settings: Settings) -> Iterator[Loss]:
    """Each attribute that the settings would change or take out, and more new ones than one update adds."""
    schemas = pool.get("schemas") or []
    wanted = settings.user_pool.custom_attributes
    yield from _too_many_new(pool_id, [_name(old) for old in schemas], settings)
    for old in schemas:
        name = _name(old)
        if _is_standard(old):
            yield from _standard(pool_id, old)
        elif old.get("developerOnlyAttribute") or name.startswith("dev:") or not limits.is_attribute_name(name):
            keep, fix = (
                "a pool without an attribute that the config has no word for",
                f"hold the update back: {_NO_WORD}",
            )
            yield Loss(pool_id, f"{PATH}.{name}", keep, f"a pool that has {shown(name)}", fix, final=True)
        elif name not in wanted:
            yield Loss(pool_id, f"{PATH}.{name}", "this attribute, which the pool has", "nothing", _FIXED, final=True)
        else:
            had, comes = _facts_of(old), _facts(wanted[name])
            changed = [key for key in had | comes if had.get(key) != comes.get(key)]
            if changed:
                keep, received = (_listed({key: facts.get(key) for key in changed}) for facts in (had, comes))
                yield Loss(pool_id, f"{PATH}.{name}", keep, received, _FIXED, final=True)
    # A pool without a word of any is none that this program made: its e-mail is as Cognito makes it, not required.
    if pool.get("schemas") is not None and not any(_name(old) == "email" and _is_standard(old) for old in schemas):
        yield from _standard(pool_id, {"name": "email"})


def _name(old: Mapping[str, Any]) -> str:
    return str(old.get("name", "")).removeprefix("custom:")


def _is_standard(old: Mapping[str, Any]) -> bool:
    return str(old.get("name", "")) in limits.STANDARD_ATTRIBUTES


def _standard(pool_id: str, old: Mapping[str, Any]) -> Iterator[Loss]:
    """AWS answers with more of them as it gets more; one that nobody has to fill in, and anybody may, is no loss."""
    name, email = str(old["name"]), str(old["name"]) == "email"
    if name == "sub":
        return  # Cognito's own key of a person: nobody gives it, and it says of it what it likes
    had: dict[str, Any] = {"required": bool(old.get("required")), "mutable": bool(old.get("mutable", True))}
    says: dict[str, Any] = {"required": email, "mutable": True}
    if email and old.get("stringAttributeConstraints"):
        had |= _bounds("String", _bounds_of(old, "String"))
        says |= _bounds("String", list(_TEXT_LENGTH))
    if had != says:
        keep = f"a pool whose {name} has {_listed(says)}: the program makes it so, and has no key for another way yet"
        fix = f"{_FIXED}; the update would fail, or make another pool"
        yield Loss(pool_id, f"identity:userPool ({name})", keep, f"a pool that has {_listed(had)}", fix, final=True)


def _listed(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {shown(value)}" for key, value in facts.items())


def _facts_of(old: Mapping[str, Any]) -> dict[str, Any]:
    kind, developer = str(old.get("attributeDataType")), bool(old.get("developerOnlyAttribute"))
    facts = {"type": kind, "mutable": bool(old.get("mutable")), "developerOnly": developer}
    return facts | _bounds(kind, _bounds_of(old, kind))


def _bounds_of(old: Mapping[str, Any], kind: str) -> list[Any]:
    block, *keys = _BOUNDS.get(kind, ("",))
    bounds = old.get(block) or {}
    return [None if bounds.get(key) == "" else bounds.get(key) for key in keys]


def _facts(new: CustomAttribute) -> dict[str, Any]:
    bounds: list[Any] = [new.min_value, new.max_value]
    if new.type == "String":
        given = (new.min_length, new.max_length)
        bounds = [
            default if bound is None and new.bounded else bound
            for default, bound in zip(_TEXT_LENGTH, given, strict=True)
        ]
    return {"type": new.type, "mutable": new.mutable, "developerOnly": False} | _bounds(new.type, bounds)


def _bounds(kind: str, bounds: list[Any]) -> dict[str, str | None]:
    keys = _BOUNDS.get(kind, ("",))[1:]
    return dict(zip(keys, [None if bound is None else str(bound) for bound in bounds], strict=False))


def _too_many_new(pool_id: str, had: list[str], settings: Settings) -> Iterator[Loss]:
    """AWS takes so many attributes a call, and an update is one call: it would fail with half of the stack done."""
    later = too_many_new(had, settings.user_pool.custom_attributes)
    if later:
        most = limits.NEW_ATTRIBUTES_PER_UPDATE
        keep, received = f"at most {most} new attributes an update", f"{most + len(later)} new ones"
        fix = f"leave these to a second update: {', '.join(later)}"
        yield Loss(pool_id, PATH, keep, received, fix, final=True)
