"""The keys of `userPool` for threat protection, logs and web ACLs."""

from typing import Annotated

from identity.setting import Model, Plan, setting
from identity.types import ByArn, Maybe
from identity.user_pool.logs import Logs
from identity.user_pool.threat_protection import UNWATCHED, ThreatProtection
from identity.user_pool.web_acl import WebAcl


class Protection(Model):
    """What watches over sign-ins."""

    threat_protection: Maybe[ThreatProtection] = setting(
        None,
        "Threat protection. Default: off.",
        loss=UNWATCHED,
        plan=Plan.PLUS,
        example={"mode": "audit"},
    )
    logs: Maybe[Logs] = setting(
        None,
        "Logs of the pool. Default: none.",
        loss="Events of the pool would no longer be logged.",
        always=True,
        example={"notifications": "90d"},
    )
    web_acl: Maybe[Annotated[WebAcl, ByArn]] = setting(
        None,
        "An AWS WAF web ACL. Default: none.",
        loss="Requests that the web ACL blocks would reach the pool.",
        always=True,
        example={"requestsPer5Minutes": 1000},
    )
