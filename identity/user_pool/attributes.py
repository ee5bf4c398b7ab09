"""User attributes: standard and custom
(https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from identity import types
from identity.errors import Problem, following
from identity.setting import Change, Model, setting
from identity.user_pool.attribute_names import STANDARD_ATTRIBUTES, WRITABLE_ATTRIBUTES, attribute_name

ATTRIBUTES_PER_POOL = 50
NEW_ATTRIBUTES_PER_UPDATE = 25
ATTRIBUTE_TYPES = ("Boolean", "DateTime", "Number", "String")
AttributeType = Annotated[types.Text, types.one_of(*ATTRIBUTE_TYPES)]
AttributeLength = Annotated[int, types.whole(0, 2048)]
CUSTOM_ATTRIBUTES: Final = "identity:userPool.customAttributes"
# The standard attributes that a pool can declare, with their types.
DECLARABLE: Final = {
    **{name: "String" for name in WRITABLE_ATTRIBUTES if name != "updated_at"},
    "updated_at": "Number",
}
# Cognito's default limits for String attributes. The program always sends limits, so that there is no drift.
_TEXT_LENGTH = (0, 2048)
_LENGTH = {"birthdate": (10, 10)}
# No property of an existing attribute can change.
_fixed: Final = partial(setting, change=Change.IMPOSSIBLE)
StandardName = Annotated[types.Text, types.one_of(*DECLARABLE)]


class StandardAttribute(Model):
    """One of OpenID Connect's attributes."""

    required: bool = _fixed("Whether the attribute is required at sign-up.", default=False, example=True)
    mutable: bool = _fixed("Whether the attribute can change later.", default=True, example=False)
    min_length: types.Maybe[AttributeLength] = _fixed("The minimum length, 0-2,048. Default: AWS's.", example=2)
    max_length: types.Maybe[AttributeLength] = _fixed("The maximum length, 0-2,048. Default: AWS's.", example=100)

    def facts(self, name: str) -> dict[str, Any]:
        """The properties with defaults filled in, for the comparison with a live attribute."""
        low, high = _LENGTH.get(name, _TEXT_LENGTH)
        facts: dict[str, Any] = {"required": self.required, "mutable": self.mutable}
        if DECLARABLE.get(name) == "String":
            facts["minLength"] = low if self.min_length is None else self.min_length
            facts["maxLength"] = high if self.max_length is None else self.max_length
        else:
            facts["minValue"] = 0  # AWS's default for updated_at
        return facts

    def problems(self, path: str, name: str) -> Iterator[Problem]:
        for key, bound in (("minLength", self.min_length), ("maxLength", self.max_length)):
            if bound is not None and DECLARABLE[name] != "String":
                yield Problem(f"{path}.{key}", f"no length: {name} is a number", str(bound), "remove it")
        yield from _min_above_max(path, "Length", self.min_length, self.max_length)


class CustomAttribute(Model):
    """A custom attribute, `custom:<name>`. Cognito can add one to a pool, but never change or remove it."""

    type: AttributeType = _fixed("String, Number, DateTime or Boolean.", default="String", example="Number")
    mutable: bool = _fixed("Whether the attribute can change later.", default=True, example=False)
    developer_only: bool = _fixed(
        "Whether only an administrator can write the attribute (`dev:custom:<name>`).", default=False, example=True
    )
    min_length: types.Maybe[AttributeLength] = _fixed("For String: the minimum length, 0-2,048.", example=2)
    max_length: types.Maybe[AttributeLength] = _fixed("For String: the maximum length, 0-2,048.", example=36)
    min_value: types.Maybe[int] = _fixed("For Number: the minimum.", example=1)
    max_value: types.Maybe[int] = _fixed("For Number: the maximum.", example=9)
    bounded: bool = _fixed(
        "false: a String without the default bounds, as a pool that was not created by this program can have.",
        default=True,
        example=False,
    )

    def facts(self) -> dict[str, Any]:
        """The properties with defaults filled in."""
        facts: dict[str, Any] = {"type": self.type, "mutable": self.mutable, "developerOnly": self.developer_only}
        if self.type == "String":
            low, high = _TEXT_LENGTH if self.bounded else (None, None)
            facts["minLength"] = low if self.min_length is None else self.min_length
            facts["maxLength"] = high if self.max_length is None else self.max_length
        if self.type == "Number":
            facts |= {"minValue": self.min_value, "maxValue": self.max_value}
        return facts

    def problems(self, path: str) -> Iterator[Problem]:
        """Limits that do not fit the type or each other."""
        bounds = {
            "String": {"minLength": self.min_length, "maxLength": self.max_length},
            "Number": {"minValue": self.min_value, "maxValue": self.max_value},
        }
        for kind, given in bounds.items():
            for key, bound in given.items():
                if bound is not None and kind != self.type:
                    yield Problem(f"{path}.{key}", f"a bound of an attribute of type {kind}", f"type {self.type}")
        yield from _min_above_max(path, "Length", self.min_length, self.max_length)
        yield from _min_above_max(path, "Value", self.min_value, self.max_value)


def _min_above_max(path: str, what: str, low: int | None, high: int | None) -> Iterator[Problem]:
    if low is not None and high is not None and low > high:
        yield Problem(f"{path}.min{what}", f"at most max{what}, {high}", str(low))


def schemas(standard: Mapping[str, StandardAttribute], custom: Mapping[str, CustomAttribute]) -> list[dict[str, Any]]:
    """The `schemas` of the pool resource, sorted by name, because the order has no meaning."""
    return [
        *(_block(name, DECLARABLE[name], attribute.facts(name)) for name, attribute in sorted(standard.items())),
        *(_block(name, attribute.type, attribute.facts()) for name, attribute in sorted(custom.items())),
    ]


def _block(name: str, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of `schemas`. A Number without limits has an empty constraints block, otherwise it would drift."""
    block: dict[str, Any] = {"name": name, "attributeDataType": kind, "mutable": facts["mutable"]}
    block["required"] = facts.get("required", False)
    if facts.get("developerOnly"):
        block["developerOnlyAttribute"] = True
    if kind in ("String", "Number"):
        bounds = {key: str(fact) for key, fact in facts.items() if key.startswith(("min", "max")) and fact is not None}
        block[f"{kind.lower()}AttributeConstraints"] = bounds
    return block


def attribute_problems(
    path: str, standard: Mapping[str, StandardAttribute], custom: Mapping[str, CustomAttribute]
) -> Iterator[Problem]:
    """The errors in a pool's attributes."""
    for name, attribute in standard.items():
        yield from attribute.problems(f"{path}.standardAttributes.{name}", name)
    for name, own in custom.items():
        place = f"{path}.customAttributes.{name}"
        yield from following(own.problems(place), place, ".type", ".bounded")
    count, most = len(custom), ATTRIBUTES_PER_POOL - len(standard)
    if count > most:
        declared = f"with {', '.join(standard)}, which the pool has, " if standard else ""
        allowed = f"at most {most} attributes: {declared}{ATTRIBUTES_PER_POOL}"
        yield Problem(f"{path}.customAttributes", allowed, f"{count} attributes", f"remove {count - most}")


def live_standard(found: Iterable[Mapping[str, Any]]) -> dict[str, StandardAttribute]:
    """The standard attributes of a live pool, by name, except those that cannot be declared, such as `sub`."""
    return {
        str(entry["name"]): StandardAttribute.model_construct(
            required=bool(entry.get("required")),
            mutable=bool(entry.get("mutable", True)),
            **_lengths(entry, str(entry["name"])),
        )
        for entry in found
        if str(entry.get("name", "")) in DECLARABLE
    }


def live_custom(found: Iterable[Mapping[str, Any]]) -> dict[str, CustomAttribute]:
    """The custom attributes of a live pool, by their names in the config."""
    return {
        plain_name(entry): _custom(entry) for entry in found if str(entry.get("name", "")) not in STANDARD_ATTRIBUTES
    }


def plain_name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("name", "")).removeprefix("dev:").removeprefix("custom:")


def _custom(schema: Mapping[str, Any]) -> CustomAttribute:
    kind = str(schema.get("attributeDataType") or "String")
    values = schema.get("numberAttributeConstraints") or {}
    bounds = schema.get("stringAttributeConstraints") or {}
    low, high = (_number(bounds.get(name)) if kind == "String" else None for name in ("minLength", "maxLength"))
    bounded = kind != "String" or not (low is None or high is None)
    lengths: dict[str, Any] = _lengths(schema) if bounded else {"min_length": low, "max_length": high}
    return CustomAttribute.model_construct(
        type=kind,
        mutable=bool(schema.get("mutable")),
        developer_only=bool(schema.get("developerOnlyAttribute")) or str(schema.get("name")).startswith("dev:"),
        min_value=_number(values.get("minValue")) if kind == "Number" else None,
        max_value=_number(values.get("maxValue")) if kind == "Number" else None,
        bounded=bounded,
        **lengths,
    )


def _lengths(schema: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """The length limits; None for AWS's defaults."""
    bounds, own = schema.get("stringAttributeConstraints") or {}, _LENGTH.get(name, _TEXT_LENGTH)
    low, high = _number(bounds.get("minLength")), _number(bounds.get("maxLength"))
    return {"min_length": None if low == own[0] else low, "max_length": None if high == own[1] else high}


def _number(text: Any) -> float | None:
    if text in (None, ""):
        return None
    return float(text) if "." in str(text) else int(text)


def too_many_new(old: Iterable[str], new: Iterable[str]) -> Sequence[str]:
    """The new attributes beyond the limit of AWS per update, as names without `custom:`."""
    had = {name.removeprefix("custom:") for name in old}
    added = sorted({name.removeprefix("custom:") for name in new} - had)
    return added[NEW_ATTRIBUTES_PER_UPDATE:]


StandardAttributes = dict[StandardName, StandardAttribute]
CustomAttributes = dict[Annotated[types.Text, AfterValidator(attribute_name)], CustomAttribute]
