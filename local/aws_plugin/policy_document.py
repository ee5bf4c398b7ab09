"""The invoke aws:iam getPolicyDocument: a policy from its statements, without a word to AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
import zlib
from typing import Any

from .emulator import Emulator
from .properties import Props

ARGUMENTS = frozenset({"policyId", "statements", "version"})


def get_policy_document(_: Emulator, arguments: Props) -> Props:
    """A policy from its statements, as the official provider writes it."""
    statements = [_statement(statement) for statement in arguments.get("statements") or []]
    document: Props = {"Version": arguments.get("version") or "2012-10-17"}
    if policy_id := arguments.get("policyId"):
        document["Id"] = policy_id
    document["Statement"] = statements
    return {
        "id": str(zlib.crc32(json.dumps(document).encode())),
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
        "policyId": arguments.get("policyId"),
        "statements": arguments.get("statements") or [],
        "version": document["Version"],
    }


def _statement(given: Props) -> Props:
    statement: Props = {"Sid": given["sid"]} if given.get("sid") else {}
    statement["Effect"] = given.get("effect") or "Allow"
    for name in ("actions", "notActions", "resources", "notResources"):
        if given.get(name):
            member = f"{name[:1].upper()}{name[1:-1]}"
            statement[member] = _one_or_more(given[name])
    for name, member in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(name):
            statement[member] = {item["type"]: _one_or_more(item["identifiers"]) for item in given[name]}
    conditions: dict[str, dict[str, Any]] = {}
    for condition in given.get("conditions") or []:
        conditions.setdefault(condition["test"], {})[condition["variable"]] = _one_or_more(condition["values"])
    return statement | ({"Condition": conditions} if conditions else {})


def _one_or_more(texts: list[str]) -> Any:
    return texts[0] if len(texts) == 1 else sorted(texts)
