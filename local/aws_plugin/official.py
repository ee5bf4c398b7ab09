"""Tables read off the official provider: types from `pulumi_aws`'s classes, members and values from AWS's own model.

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

_LOADING = threading.Lock()  # the first use of a package loads it, and a second thread would find a half of it


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What neither the classes nor the model tell of the properties, each by its path."""

    named: str = "name"  # made from the logical name where the program gives none
    replaces: Collection[str] = ()
    keeps: Collection[str] = ()  # beside what the official provider computes where it is not given
    resets: Collection[str] = ()  # not kept, and yet computed
    unread: Collection[str] = ()
    secret: Collection[str] = ()
    ordered: Collection[str] = ()
    bare: bool = False  # whether an empty block says something
    members: Mapping[str, str] = field(default_factory=dict)  # AWS's, where it is called otherwise
    keyed: Mapping[str, str] = field(default_factory=dict)
    own: Collection[str] = ()  # the resource's module converts these itself
    unsupported: Collection[str] = ()  # AWS's model has these and this plugin does not, as what the model lacks
    default: Mapping[str, Any] = field(default_factory=dict)
    absent: Mapping[str, Any] = field(default_factory=dict)
    computed: Set[str] = frozenset()  # read off the official class, not written by hand: what it always has


def official_table(arguments: Any, shapes: "Sequence[Shape]", differences: Differences, place: str = "") -> Table:
    """The inputs of a resource type, or the properties of a block.

    Args:
        arguments: their class in `pulumi_aws`.
        shapes: what carries them in AWS's model; empty where nothing of it is held.
        differences: what is written by hand.
        place: the block's path and a dot.

    A property that has no member in the shapes, and none by hand, is unsupported.
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
    # Terraform's own rule for what stands in a block: a flag that is not given is false.
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
    """The member of a property, and its shape; empty where AWS never hears of it, or the module converts it itself."""
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
    """What an operation is asked, or the shape of this name, in AWS's model of a service, by boto3's name of that."""
    known = model(service)
    return known.operation_model(name).input_shape if name in known.operation_names else known.shape_for(name)


def official_outputs(type_name: str) -> dict[str, Any]:
    """All that the official resource has, given or computed, but for its id: by name, with nothing of its type."""
    return {name: _EMPTY.get(_kind(of)[0]) for name, of in _types(type_name).items()}


def computed(type_name: str) -> frozenset[str]:
    """What the official resource always has, given or not."""
    return frozenset(name for name, of in _types(type_name).items() if NoneType not in get_args(of))


def _types(type_name: str) -> dict[str, Any]:
    members = vars(official_class(type_name)).items()
    types = {name: get_args(found.fget.__annotations__["return"]) for name, found in members if type(found) is property}
    return {to_camel(name): of for name, (of,) in types.items()}


def official_class(type_name: str, suffix: str = "") -> Any:
    """The class of a type in `pulumi_aws`, or that of its arguments by the suffix `Args`."""
    import pulumi_aws  # here: it takes a while, and the plugin says its port before

    _, module, name = type_name.replace("lambda/", "lambda_/").split(":")
    with _LOADING:
        return getattr(getattr(pulumi_aws, module.partition("/")[0]), name + suffix)


def _kind(annotation: Any) -> tuple[Kind, str]:
    """The kind of value that an annotation of `pulumi_aws` means, and the class of its blocks."""
    found = list(_meanings(annotation))
    simple = [_SIMPLE[entry] for entry in found if entry in _SIMPLE]
    if simple:  # a policy is a text, or a document that stands for it
        return simple[0], ""
    meaning = found[0]
    if get_origin(meaning) is Sequence:
        (inner,) = get_args(meaning)
        _, arguments = _kind(inner)
        return (Kind.BLOCKS if arguments else Kind.SET), arguments
    return (Kind.MAP, "") if get_origin(meaning) is Mapping else (Kind.BLOCK, meaning.__forward_arg__)


def _meanings(annotation: Any) -> Iterator[Any]:
    """What is left of an input's type without its futures and outputs."""
    if get_origin(annotation) is Union:
        for one in get_args(annotation):
            yield from _meanings(one)
    elif get_origin(annotation) is not Awaitable and annotation not in _NO_VALUES:
        yield annotation


def _walk(shape: Any, names: Sequence[str]) -> "tuple[str, Shape] | None":
    """The dotted member that is called so but for case and a plural's `s`, and its shape."""
    members = {_key(name): name for name in getattr(shape, "members", {})}
    if (name := members.get(_key(names[0]))) is None:
        return None
    member = shape.members[name]
    if len(names) == 1:
        return name, member
    inner = _walk(member, names[1:])
    return (f"{name}.{inner[0]}", inner[1]) if inner else None


def _ending(word: str, shapes: Sequence[Any]) -> "tuple[str, Shape | None]":
    """For names and tags each operation has words of its own, `PoolName`; and none for resources that have none."""
    members = [member for shape in shapes for member in shape.members.items() if member[0].lower().endswith(word)]
    return members[0] if members else ("", None)


def _key(name: str) -> str:
    return name.lower().removesuffix("s")


def _item(shape: Any) -> Any:
    """What a list or a map holds, each of them the same."""
    kind = getattr(shape, "type_name", "")
    return shape.member if kind == "list" else shape.value if kind == "map" else shape
