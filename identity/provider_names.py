"""Converts names of AWS (`CallbackURLs`) to property names of the AWS provider (`callbackUrls`), and property names to
arguments of its Python classes (`callback_urls`).

The rules are those of Terraform and Pulumi; one table has the exceptions.
"""

import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

Props = dict[str, Any]

_WORD = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_ABBREVIATION = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|s?$)")
_IRREGULAR = {
    "ClientName": "name",
    "GroupName": "name",
    "From": "fromEmailAddress",
    "SchemaAttributes": "schemas",
    "UserPoolTags": "tags",
    "AttributesRequireVerificationBeforeUpdate": "attributesRequireVerificationBeforeUpdates",
    "EventFilter": "eventFilters",
    "BlockedIPRangeList": "blockedIpRangeLists",
    "SkippedIPRangeList": "skippedIpRangeLists",
}
# The keys in these objects are data, not names.
_DATA = ("Settings", "UserPoolTags", "AttributeMapping", "ProviderDetails")


def provider_name(member: str) -> str:
    """The property name for one member of a response."""
    words = _ABBREVIATION.sub(lambda match: match[0].capitalize(), member.replace("OAuth", "Oauth"))
    return _IRREGULAR.get(member, words[:1].lower() + words[1:])


def in_provider_names(answer: Any) -> Any:
    """A response with all names converted, including nested ones."""
    if isinstance(answer, Mapping):
        return {
            provider_name(name): value if name in _DATA else in_provider_names(value) for name, value in answer.items()
        }
    return [in_provider_names(entry) for entry in answer] if isinstance(answer, list) else answer


def arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as arguments of the provider's Python classes, with all keys in snake case."""
    return {_WORD.sub("_", key).lower(): _in_python(value) for key, value in inputs.items()}


def _in_python(value: Any) -> Any:
    if isinstance(value, Mapping):
        return arguments(value)
    return [_in_python(entry) for entry in value] if isinstance(value, list | tuple) else value


@cache
def known_to_the_provider(type_name: str) -> frozenset[str]:
    """The paths of all properties that the provider supports for a resource type, such as `lambdaConfig.preSignUp`."""
    import pulumi_aws

    module, kind = type_name.split(":")[1].partition("/")[0], type_name.rpartition(":")[2]
    package = getattr(pulumi_aws, module)
    return frozenset(_paths(getattr(package, kind), package.outputs, ""))


def _paths(resource: type, outputs: Any, place: str) -> list[str]:
    found = []
    for name, member in inspect.getmembers(resource, lambda found: isinstance(found, property)):
        head, *rest = name.split("_")
        path = place + head + "".join(word.capitalize() for word in rest)
        found.append(path)
        for block in _blocks(member.fget.__annotations__.get("return")):
            found += _paths(getattr(outputs, block), outputs, f"{path}.")
    return found


def _blocks(annotation: Any) -> list[str]:
    """The names of the `outputs` classes in an annotation."""
    if isinstance(annotation, str):
        return re.findall(r"outputs\.(\w+)", annotation)
    name = getattr(annotation, "__forward_arg__", None)
    return _blocks(name) if name else [block for inner in get_args(annotation) for block in _blocks(inner)]
