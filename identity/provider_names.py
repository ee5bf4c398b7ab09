"""The AWS provider's names: of what AWS answers, `CallbackURLs` and `callbackUrls`, and of its classes' arguments.

The rule is Terraform's and Pulumi's own; what does not follow it stands in one table.
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
# Names in these are data.
_DATA = ("Settings", "UserPoolTags", "AttributeMapping", "ProviderDetails")


def provider_name(member: str) -> str:
    """One member's name."""
    words = _ABBREVIATION.sub(lambda match: match[0].capitalize(), member.replace("OAuth", "Oauth"))
    return _IRREGULAR.get(member, words[:1].lower() + words[1:])


def in_provider_names(answer: Any) -> Any:
    """A whole answer, with all that is in it."""
    if isinstance(answer, Mapping):
        return {
            provider_name(name): value if name in _DATA else in_provider_names(value) for name, value in answer.items()
        }
    return [in_provider_names(entry) for entry in answer] if isinstance(answer, list) else answer


def arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the provider's classes take them: the keys of every block in Python's spelling."""
    return {_WORD.sub("_", key).lower(): _in_python(value) for key, value in inputs.items()}


def _in_python(value: Any) -> Any:
    if isinstance(value, Mapping):
        return arguments(value)
    return [_in_python(entry) for entry in value] if isinstance(value, list | tuple) else value


@cache
def known_to_the_provider(type_name: str) -> frozenset[str]:
    """The paths of all that the provider has of a type, such as `lambdaConfig.preSignUp`."""
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
    """The classes of `outputs` that an annotation speaks of."""
    if isinstance(annotation, str):
        return re.findall(r"outputs\.(\w+)", annotation)
    name = getattr(annotation, "__forward_arg__", None)
    return _blocks(name) if name else [block for inner in get_args(annotation) for block in _blocks(inner)]
