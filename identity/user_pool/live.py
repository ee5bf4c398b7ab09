"""Reads a live pool and its related resources from a stack's state. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from identity import facts
from identity.deployed import Deployed, created_arns, outputs_of
from identity.user_pool.logs import read_logs
from identity.user_pool.settings import UserPool
from identity.user_pool.threat_protection import ThreatProtection
from identity.user_pool.web_acl import read_web_acl


def live_pool(pool: Mapping[str, Any], beside: Iterable[Deployed]) -> UserPool:
    """The settings of a pool, from its outputs and those of the other resources of the stack.

    Functions and roles that the stack created have no ARN here, as in the stack file.
    """
    state = list(beside)
    # A risk configuration with a client id applies only to that client.
    risks = [risk for risk in outputs_of(state, facts.RISK_CONFIGURATION) if not risk.get("clientId")]
    risk = next(iter(risks), {}) if ThreatProtection.is_in(pool) else {}
    read = UserPool.read({**risk, **pool})
    created = created_arns(state, facts.FUNCTION, facts.ROLE)
    update: dict[str, Any] = {"triggers": read.triggers and read.triggers.with_code(created)}
    if read.sms and read.sms.role_arn in created:
        update["sms"] = read.sms.model_copy(update={"role_arn": None})
    groups = {str(group.get("arn")): group.get("retentionInDays") for group in outputs_of(state, facts.LOG_GROUP)}
    for delivery in outputs_of(state, facts.LOG_DELIVERY):
        update["logs"] = read_logs(delivery, groups)
    acls = {acl.get("arn"): acl for acl in outputs_of(state, facts.WEB_ACL)}
    for association in outputs_of(state, facts.WEB_ACL_ASSOCIATION):
        if association.get("resourceArn") == pool.get("arn"):
            update["web_acl"] = read_web_acl(association, acls.get(association.get("webAclArn")))
    return read.model_copy(update=update)
