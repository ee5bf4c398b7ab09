"""Accepted violations with reasons: the config key identity:exemptions."""

import contextlib
import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from identity.project_file import defaults
from identity.renamed_keys import EXEMPTIONS
from policy.rule import Resource, Rule

KEY: Final = f"identity:{EXEMPTIONS[1]}"
# A reason has to explain the exemption to later readers; one or two words cannot.
_WORDS: Final = 3
_DECLARED_SCOPES: Final = "client-declared-scopes"
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
_SHAPE: Final = "rule -> resource -> reason"


@dataclass(frozen=True)
class Exemption:
    """An accepted violation: the rule, the resource (`*`: all resources), and the reason."""

    rule: str
    resource: str
    reason: str

    def is_for(self, rule: Rule, resource: Resource) -> bool:
        return self.rule == rule.id and self.resource in ("*", resource.key, resource.name)


def read(text: str | None, rules: Sequence[Rule]) -> tuple[tuple[Exemption, ...], tuple[str, ...]]:
    """Return the valid exemptions of a stack's config, and an error for each invalid one.

    Args:
        text: the value of identity:exemptions, as JSON; None: no exemptions.
        rules: all rules, to check the names of the rules.
    """
    if text is None:
        return (), ()
    named = _parsed(text)
    if not isinstance(named, dict):
        return (), (f"{KEY} is {_kind(named)}; an object is expected, {_SHAPE}",)
    exemptions: list[Exemption] = []
    errors: list[str] = []
    for rule_id, resources in named.items():
        if not any(rule.id == rule_id for rule in rules):
            errors.append(f"{KEY} -> {rule_id}: there is no such rule{_nearest(rule_id, rules)}")
        elif not isinstance(resources, dict):
            errors.append(f"{KEY} -> {rule_id} is {_kind(resources)}; an object is expected, resource -> reason")
        else:
            for resource, reason in resources.items():
                if isinstance(reason, str) and _is_a_reason(reason) and resource.strip():
                    exemptions.append(Exemption(rule_id, resource, reason.strip()))
                else:
                    wanted = f"a reason is expected, of {_WORDS} words or more"
                    errors.append(f"{KEY} -> {rule_id} -> {resource}: {wanted}")
    return tuple(exemptions), tuple(errors)


def by_settings(clients: str | None) -> tuple[Exemption, ...]:
    """Return the exemptions of the clients with externalScopes: these scopes belong to other resource servers.

    Args:
        clients: the value of identity:clients, as JSON; the program reports invalid values.
    """
    named = _parsed(clients or "{}")
    entries = named.items() if isinstance(named, dict) else ()
    return tuple(
        Exemption(_DECLARED_SCOPES, key, "externalScopes")
        for key, client in entries
        if isinstance(client, dict) and client.get("externalScopes")
    )


def are_default(text: str | None) -> bool:
    """Whether the exemptions are the defaults of Pulumi.yaml, which are never reported as unused."""
    return bool(text and _parsed(text) == json.loads(defaults()["exemptions"]))


def unused(exemptions: Iterable[Exemption], rules: Sequence[Rule], stack: Sequence[Resource]) -> list[Exemption]:
    """Return the exemptions without a violation in the stack."""
    by_id = {rule.id: rule for rule in rules}
    return [exemption for exemption in exemptions if not _is_used(exemption, by_id[exemption.rule], stack)]


def _is_used(exemption: Exemption, rule: Rule, stack: Sequence[Resource]) -> bool:
    return any(exemption.is_for(rule, resource) and rule.findings(resource, stack) for resource in stack)


def _parsed(text: str) -> Any:
    with contextlib.suppress(json.JSONDecodeError):
        return json.loads(text)
    return text


def _is_a_reason(reason: str) -> bool:
    # The messages show <why> as a placeholder; it is not a reason.
    text = reason.strip().casefold()
    if text.startswith("<") and text.endswith(">"):
        return False
    letters = [letter for letter in text if letter.isalpha()]
    # Count different words with letters. Chinese, Japanese and Thai have no spaces: count their letters.
    unspaced = [letter for letter in letters if unicodedata.name(letter, "").startswith(_UNSPACED)]
    words = {word for word in re.findall(r"[^\W_]+", text) if any(letter.isalpha() for letter in word)}
    return len(set(unspaced)) >= 2 * _WORDS or (len(words) >= _WORDS and len(letters) >= 2 * _WORDS)


def _nearest(rule_id: str, rules: Sequence[Rule]) -> str:
    near = difflib.get_close_matches(rule_id, [rule.id for rule in rules], n=1)
    return f"; the nearest is {near[0]}" if near else "; docs/policies.md lists them"


def _kind(value: object) -> str:
    kinds = {"NoneType": "empty", "str": "a string", "list": "a list", "bool": "a boolean", "dict": "an object"}
    return kinds.get(type(value).__name__, "a number")
