"""Reads a live pool and its related resources from a stack's state. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from identity import facts
from identity.deployed import Deployed
from identity.user_pool.logs import read_logs
from identity.user_pool.settings import UserPool
from identity.user_pool.web_acl import read_web_acl


def live_pool(pool: Mapping[str, Any], beside: Iterable[Deployed]) -> UserPool:
    """The settings of a pool, from its outputs and those of the other resources of the stack."""
    found, outputs = UserPool.read(pool), _by_type(beside)
    update: dict[str, Any] = {}
    if found.threat_protection:
        # A risk configuration with a client is that client's own.
        risks = [output for output in outputs.get(facts.RISK_CONFIGURATION, []) if not output.get("clientId")]
        update["threat_protection"] = found.threat_protection.with_risk(next(iter(risks), {}))
    groups = {str(output.get("arn")): output.get("retentionInDays") for output in outputs.get(facts.LOG_GROUP, [])}
    for delivery in outputs.get(facts.LOG_DELIVERY, []):
        update["logs"] = read_logs(delivery, groups)
    acls = {output.get("arn"): output for output in outputs.get(facts.WEB_ACL, [])}
    for association in outputs.get(facts.WEB_ACL_ASSOCIATION, []):
        if association.get("resourceArn") == pool.get("arn"):
            update["web_acl"] = read_web_acl(association, acls.get(association.get("webAclArn")))
    return found.model_copy(update=update)


def _by_type(resources: Iterable[Deployed]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for resource in resources:
        found.setdefault(resource.type, []).append(resource.outputs)
    return found
