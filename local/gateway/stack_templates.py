"""What a CloudFormation template may make in the emulator: what this stack, its examples and its tests are made of.

The emulator would make anything, functions that run as the person included. Pure.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

import yaml

LIMIT: Final = (
    "This emulator makes by a template only what a sign-in stack is made of: AWS::Cognito::*, AWS::Route53::*, "
    "AWS::CertificateManager::Certificate, AWS::ApiGateway::*, AWS::CloudFormation::WaitConditionHandle; no "
    "transforms, and templates given as text."
)
_TAKEN: Final = re.compile(
    r"AWS::(Cognito|Route53|ApiGateway)::\w+|AWS::CertificateManager::Certificate|AWS::CloudFormation::WaitConditionHandle"
)


_FORM: Final = ("TemplateBody", "TemplateURL")
_TRANSFORM: Final = "Fn::Transform"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's own tags, such as !Ref, whose values are looked at like any other."""


def _tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        value: Any = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = node.value
    return {_TRANSFORM: value} if tag == "Transform" else value


_Loader.add_multi_constructor("!", _tagged)


def strange_types(body: bytes, query: str = "") -> list[str]:
    """What a request's template would make besides; empty for a request that brings no template.

    Args:
        body: a form, or a JSON object: CloudFormation takes either.
        query: of the request's address, where the emulator takes a form as well.
    """
    given = [*parse_qsl(query), *parse_qsl(body.decode("utf-8", errors="replace")), *_members(body)]
    if any(name == "TemplateURL" for name, _ in given):
        return ["TemplateURL"]
    return sorted({kind for name, text in given if name == "TemplateBody" for kind in _strange(text)})


def _members(body: bytes) -> list[tuple[str, str]]:
    if b"emplate" not in body and b"\\u" not in body:
        return []
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(content, dict):
        return []
    given = {name: content[name] for name in _FORM if name in content}
    return [
        (name, str(one)) for name, value in given.items() for one in (value if isinstance(value, list) else [value])
    ]


def _strange(text: str) -> Iterator[str]:
    try:
        # As the emulator reads it: JSON where it begins as such, else YAML.
        template = json.loads(text) if text.strip().startswith("{") else yaml.load(text, _Loader)  # noqa: S506 - safe
        transformed = _has_transform(template)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        yield f"a template that cannot be read ({str(error).splitlines()[0][:80] if str(error) else error!r})"
        return
    resources = template.get("Resources") if isinstance(template, dict) else None
    if transformed:
        yield "Transform"
    for resource in resources.values() if isinstance(resources, dict) else ():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if not (isinstance(kind, str) and _TAKEN.fullmatch(kind)):
            yield str(kind)


def _has_transform(template: Any) -> bool:
    """Whether it asks for a macro anywhere; each part is looked at once, however often it is referred to."""
    if isinstance(template, dict) and "Transform" in template:
        return True
    seen, waiting = set[int](), [template]
    while waiting:
        part = waiting.pop()
        if id(part) in seen or not isinstance(part, dict | list):
            continue
        seen.add(id(part))
        if isinstance(part, dict) and _TRANSFORM in part:
            return True
        waiting.extend(part.values() if isinstance(part, dict) else part)
    return False
