"""Build property tables from the official provider: types from `pulumi_aws`, members and values from AWS's models.

https://www.pulumi.com/registry/packages/aws/api-docs/ and botocore's service-2.json files, which the AWS SDKs share.
"""

import inspect
import sys
import threading
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, Any, ForwardRef, Union, get_args, get_origin

import pulumi
from pydantic.alias_generators import to_camel

from .emulator import model
from .properties import Kind, Property, Table

if TYPE_CHECKING:
    from botocore.model import Shape

_SIMPLE = {bool: Kind.FLAG, int: Kind.NUMBER, float: Kind.NUMBER, str: Kind.TEXT, pulumi.Archive: Kind.ARCHIVE}
_NO_VALUES = (NoneType, ForwardRef("Output[T]"))
_EMPTY: Mapping[Kind, Any] = {
    **{Kind.TEXT: "", Kind.NUMBER: 0, Kind.FLAG: False, Kind.MAP: {}},
    **{Kind.SET: [], Kind.BLOCKS: []},
}

_LOADING = threading.Lock()  # the first use of a package imports it; a second thread would see it incomplete


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Facts about properties, by path, that neither the classes nor the models have. See also `Property`."""

    named: str = "name"  # generated from the logical name if the program omits it
    replaces: Collection[str] = ()
    keeps: Collection[str] = ()  # in addition to those that the official provider computes if omitted
    resets: Collection[str] = ()  # computed, but not kept
    unread: Collection[str] = ()
    secret: Collection[str] = ()
    ordered: Collection[str] = ()
    bare: bool = False  # whether an empty block has a meaning
    members: Mapping[str, str] = field(default_factory=dict)  # AWS's members with other names
    keyed: Mapping[str, str] = field(default_factory=dict)
    own: Collection[str] = ()  # the resource's module converts these itself
    unsupported: Collection[str] = ()  # in AWS's model, but not in this plugin
    default: Mapping[str, Any] = field(default_factory=dict)
    absent: Mapping[str, Any] = field(default_factory=dict)
    computed: Set[str] = frozenset()  # from the official class, not set by hand: the outputs that always exist


def official_table(arguments: Any, shapes: "Sequence[Shape]", differences: Differences, place: str = "") -> Table:
    """Return the inputs of a resource type, or the properties of a block.

    A property without a member in the shapes or in the differences is unsupported.

    Args:
        arguments: the class of the inputs in `pulumi_aws`.
        shapes: the shapes of the requests in AWS's model; empty if no request sends the inputs.
        differences: the facts set by hand.
        place: the block's path and a dot; empty for a resource type.
    """
    parameters = {to_camel(name.rstrip("_")): found for name, found in inspect.signature(arguments).parameters.items()}
    package = sys.modules[arguments.__module__.rpartition(".")[0]]
    return {name: _property(place + name, found, shapes, differences, package) for name, found in parameters.items()}


def _property(
    path: str, parameter: inspect.Parameter, shapes: "Sequence[Shape]", differences: Differences, package: Any
) -> Property:
    kind, arguments = _kind(parameter.annotation)
    aws, member = _member(path, shapes, differences)
    held = [_item(member)] if member else []
    required = parameter.default is inspect.Parameter.empty
    computed = differences.computed - {differences.named, *differences.resets, *differences.default}
    keeps = path in (*differences.keeps, "region") or (path in computed and aws is not None and not required)
    # Terraform's rule for properties of a block: an omitted boolean is false.
    default = False if kind is Kind.FLAG and "." in path and not required and not keeps else None
    return Property(
        kind=kind,
        aws=aws or "",
        unsupported=aws is None,
        values=tuple(getattr(_item(member), "enum", ())),
        required=required,
        named=path == differences.named and not required,
        replaces=path in differences.replaces or path == "region",
        keeps=keeps,
        unread=path in differences.unread,
        secret=path in differences.secret,
        ordered=path in differences.ordered,
        bare=differences.bare and kind is Kind.BLOCK,
        default=differences.default.get(path, default),
        absent=differences.absent.get(path),
        keyed=differences.keyed.get(path, ""),
        listed=kind is Kind.MAP and getattr(member, "type_name", "") == "list",
        inner=lambda: official_table(getattr(package, arguments), held, differences, f"{path}.") if arguments else {},
    )


def _member(path: str, shapes: "Sequence[Shape]", differences: Differences) -> "tuple[str | None, Shape | None]":
    """Return a property's member and shape: empty if it is not sent or has its own conversion, None if unsupported."""
    if not shapes or path in (*differences.own, "region"):
        return "", None
    if path in ("name", "tags") and path not in differences.members:
        return _ending(path, shapes)
    wanted = differences.members.get(path, path.rpartition(".")[2])
    for shape in () if path in differences.unsupported else shapes:
        if found := _walk(shape, wanted.split(".")):
            return found
    return ("" if path in differences.unread else None), None


def shape_of(service: str, name: str) -> Any:
    """Return an operation's input shape, or the shape with this name, from AWS's model of a service (name in boto3)."""
    known = model(service)
    return known.operation_model(name).input_shape if name in known.operation_names else known.shape_for(name)


def official_outputs(type_name: str) -> dict[str, Any]:
    """Return the official resource's outputs except the id: name -> the empty value of its type."""
    return {name: _EMPTY.get(_kind(of)[0]) for name, of in _types(type_name).items()}


def computed(type_name: str) -> frozenset[str]:
    """Return the outputs that the official resource always has, even if the inputs are omitted."""
    return frozenset(name for name, of in _types(type_name).items() if NoneType not in get_args(of))


def _types(type_name: str) -> dict[str, Any]:
    members = vars(official_class(type_name)).items()
    types = {name: get_args(found.fget.__annotations__["return"]) for name, found in members if type(found) is property}
    return {to_camel(name): of for name, (of,) in types.items()}


def official_class(type_name: str, suffix: str = "") -> Any:
    """Return the class of a type in `pulumi_aws`; with the suffix `Args` the class of its inputs."""
    import pulumi_aws  # not at the top: a slow import, and the plugin starts without it

    _, module, name = type_name.replace("lambda/", "lambda_/").split(":")
    with _LOADING:
        return getattr(getattr(pulumi_aws, module.partition("/")[0]), name + suffix)


def _kind(annotation: Any) -> tuple[Kind, str]:
    """Return the kind of a `pulumi_aws` annotation, and the class of its blocks."""
    found = list(_meanings(annotation))
    simple = [_SIMPLE[entry] for entry in found if entry in _SIMPLE]
    if simple:  # the type of a policy is a string or an object: take the string
        return simple[0], ""
    meaning = found[0]
    if get_origin(meaning) is Sequence:
        (inner,) = get_args(meaning)
        _, arguments = _kind(inner)
        return (Kind.BLOCKS if arguments else Kind.SET), arguments
    return (Kind.MAP, "") if get_origin(meaning) is Mapping else (Kind.BLOCK, meaning.__forward_arg__)


def _meanings(annotation: Any) -> Iterator[Any]:
    """Yield the types in an input's annotation, without awaitables and outputs."""
    if get_origin(annotation) is Union:
        for one in get_args(annotation):
            yield from _meanings(one)
    elif get_origin(annotation) is not Awaitable and annotation not in _NO_VALUES:
        yield annotation


def _walk(shape: Any, names: Sequence[str]) -> "tuple[str, Shape] | None":
    """Find a dotted member and its shape, whatever its case and a final `s`."""
    members = {_key(name): name for name in getattr(shape, "members", {})}
    if (name := members.get(_key(names[0]))) is None:
        return None
    member = shape.members[name]
    if len(names) == 1:
        return name, member
    inner = _walk(member, names[1:])
    return (f"{name}.{inner[0]}", inner[1]) if inner else None


def _ending(word: str, shapes: Sequence[Any]) -> "tuple[str, Shape | None]":
    """Return the first member that ends with the word, such as `PoolName` for `name`; empty if there is none."""
    members = [member for shape in shapes for member in shape.members.items() if member[0].lower().endswith(word)]
    return members[0] if members else ("", None)


def _key(name: str) -> str:
    return name.lower().removesuffix("s")


def _item(shape: Any) -> Any:
    """Return the shape of the entries of a list or map; any other shape unchanged."""
    kind = getattr(shape, "type_name", "")
    return shape.member if kind == "list" else shape.value if kind == "map" else shape
