"""What a CloudFormation template may make in the emulator: what this stack, its examples and its tests are made of.

The emulator would make anything, functions that run as the person included. Pure.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs

import yaml

LIMIT: Final = (
    "This emulator makes by a template only what a sign-in stack is made of: AWS::Cognito::*, AWS::Route53::*, "
    "AWS::CertificateManager::Certificate, AWS::ApiGateway::*, AWS::CloudFormation::WaitConditionHandle; no "
    "transforms, and templates given as text."
)
_TAKEN: Final = re.compile(
    r"AWS::(Cognito|Route53|ApiGateway)::\w+|AWS::CertificateManager::Certificate|AWS::CloudFormation::WaitConditionHandle"
)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's own tags, such as !Ref, whose values are looked at like any other."""


def _tagged(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _tagged)


def strange_types(body: bytes) -> list[str]:
    """What a request's template would make besides; empty for a request that brings no template."""
    given = parse_qs(body.decode("utf-8", errors="replace")) if b"Template" in body else {}
    if "TemplateURL" in given:
        return ["TemplateURL"]
    return sorted({name for text in given.get("TemplateBody", []) for name in _strange(text)})


def _strange(text: str) -> Iterator[str]:
    try:
        template = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader, with tags that make plain values
        resources = list(template["Resources"].values())
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return  # no template: the emulator says what is wrong with it
    if "Transform" in template or '"Fn::Transform"' in text or "!Transform" in text:
        yield "Transform"
    for resource in resources:
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if not (isinstance(kind, str) and _TAKEN.fullmatch(kind)):
            yield str(kind)
