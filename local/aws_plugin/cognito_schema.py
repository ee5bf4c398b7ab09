"""The attributes of a user pool: which ones the program set, and which changes Cognito allows.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

import json
from collections.abc import Set
from typing import Any

from identity.user_pool.attribute_names import STANDARD_ATTRIBUTES

from .properties import Props, Table, comparable_block, from_aws

_NEW_AT_ONCE = 25


def impossible(table: Table, old: Props, new: Props) -> str | None:
    """Return why a pool's attributes cannot change so; None if they can. `table`: the properties of an attribute."""
    if not isinstance(new.get("schemas") or [], list):
        return None  # not known yet
    before, after = (by_name(table, props.get("schemas") or []) for props in (old, new))
    return _changed(before, after) or _unaddable(after.keys() - before.keys(), after)


def by_name(table: Table, attributes: list[Props]) -> dict[str, Any]:
    return {attribute["name"]: comparable_block(table, attribute) for attribute in attributes}


def own_attributes(table: Table, answer: list[Props], known: list[Props]) -> list[Props]:
    """Return the pool's custom attributes, and the standard ones that the program set.

    AWS returns all standard attributes, not only those that a program set. A required or immutable one was set when the
    pool was created. Any other is returned only if it is in `known`: AWS may have added it since.
    """
    names = {attribute["name"] for attribute in known}
    found = []
    for attribute in answer:
        short = attribute["Name"].removeprefix("dev:").removeprefix("custom:")
        custom = short != attribute["Name"]
        changed = short != "sub" and (attribute.get("Required") or not attribute.get("Mutable", True))
        if custom or short in names or changed:
            found.append(from_aws(table, attribute) | {"name": short})
    return found


def _changed(before: Props, after: Props) -> str | None:
    """Return why existing attributes cannot change so; None if they do not change."""
    touched = [
        f"{name} ({', '.join(_differing(before[name], after[name])) if name in after else 'gone'})"
        for name in sorted(before)
        if before[name] != after.get(name)
    ]
    if not touched:
        return None
    return (
        "cannot modify or remove schema items: Cognito only adds attributes to a pool that exists, and this "
        f"changes {'; '.join(touched)}. Put the attribute back as it was; with another schema the pool would "
        "have to be a new one, without its users"
    )


def _differing(before: Props, after: Props) -> list[str]:
    """Return the parts of an attribute that differ, each with its old and new value."""
    lines = []
    for name, was in before.items():
        becomes = after[name]
        if isinstance(was, dict) and isinstance(becomes, dict):
            lines += _differing(was, becomes)
        elif was != becomes:
            lines.append(f"{name} {_shown(was)} -> {_shown(becomes)}")
    return lines


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _unaddable(names: Set[str], attributes: Props) -> str | None:
    """Return why AddCustomAttributes would refuse the new attributes; None if it would not."""
    if standard := sorted(names & set(STANDARD_ATTRIBUTES)):
        return (
            f"Invalid AttributeDataType: {', '.join(standard)} is a standard attribute, which cannot be added to a "
            "pool that exists; every pool has it already. Leave it out, or give the attribute another name"
        )
    if required := sorted(name for name in names if attributes[name]["required"]):
        return f"Required custom attributes are not supported currently: {', '.join(required)}"
    if len(names) > _NEW_AT_ONCE:
        return (
            f"AWS adds at most {_NEW_AT_ONCE} attributes in one update, and this adds {len(names)}: add them in parts"
        )
    return None
