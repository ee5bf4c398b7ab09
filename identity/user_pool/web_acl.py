"""A web ACL in front of the pool (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import pulumi
import pulumi_aws as aws

from identity import types
from identity.errors import Problem, shown
from identity.provider_names import arguments
from identity.setting import Change, Model, setting
from identity.user_pool.beside import Beside

WebAclArn = Annotated[types.Text, types.arn("wafv2", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id")]
PATH: Final = "identity:userPool.webAcl"
RULES: Final = {
    "common": "AWSManagedRulesCommonRuleSet",
    "knownBadInputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "ipReputation": "AWSManagedRulesAmazonIpReputationList",
}
_RATE: Final = "rate"


class WebAcl(Model):
    """An existing web ACL by its ARN (a plain ARN is the short form), or the rules of a new one."""

    arn: types.Maybe[WebAclArn] = setting(
        "The ARN of an existing web ACL.",
        example="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/sign-in/6e1b2f5c",
    )
    requests_per5_minutes: types.Maybe[Annotated[int, types.whole(10, 2_000_000_000)]] = setting(
        "The request limit per IP address in five minutes, 10-2,000,000,000.",
        alias="requestsPer5Minutes",
        change=Change.MATTERS,
        loss="An IP address could send more requests, or users behind one address could be blocked earlier.",
        always=True,
        example=1000,
    )
    managed_rules: types.Maybe[Annotated[list[Annotated[types.Text, types.one_of(*RULES)]], types.Once]] = setting(
        "AWS managed rule groups: common, knownBadInputs, ipReputation.",
        loss="Requests that these rules block would reach the pool.",
        always=True,
        example=["common", "ipReputation"],
    )

    def rules(self) -> list[dict[str, Any]]:
        """The inputs of the rules, in order of priority."""
        made: list[dict[str, Any]] = []
        if self.requests_per5_minutes:
            limit = {"limit": self.requests_per5_minutes, "aggregateKeyType": "IP"}
            made.append({"name": _RATE, "action": {"block": {}}, "statement": {"rateBasedStatement": limit}})
        for rule in sorted(self.managed_rules or ()):
            group = {"vendorName": "AWS", "name": RULES[rule]}
            made.append(
                {"name": rule, "overrideAction": {"none": {}}, "statement": {"managedRuleGroupStatement": group}}
            )
        return [
            {**rule, "priority": priority, "visibilityConfig": _metrics(str(rule["name"]))}
            for priority, rule in enumerate(made)
        ]


def web_acl_problems(acl: WebAcl) -> Iterator[Problem]:
    """The error if neither an ARN nor rules are set, or both."""
    own = {"requestsPer5Minutes": acl.requests_per5_minutes, "managedRules": acl.managed_rules}
    given = {key: value for key, value in own.items() if value}
    if acl.arn and given:
        key = next(iter(given))
        yield Problem(f"{PATH}.{key}", "no other keys with arn: they are settings of that web ACL", shown(given[key]))
    elif not acl.arn and not given:
        yield Problem(PATH, "either arn, or requestsPer5Minutes or managedRules for a new web ACL", "neither")


def read_web_acl(association: Mapping[str, Any], made: Mapping[str, Any] | None) -> WebAcl:
    """The settings of a live web ACL; `made` has its outputs if this stack created it, otherwise None."""
    if made is None:
        return WebAcl.model_construct(arn=association.get("webAclArn"))
    names = {group: rule for rule, group in RULES.items()}
    statements = [rule.get("statement") or {} for rule in made.get("rules") or []]
    limits = [int(found["limit"]) for statement in statements if (found := statement.get("rateBasedStatement"))]
    groups = [found["name"] for statement in statements if (found := statement.get("managedRuleGroupStatement"))]
    return WebAcl.model_construct(
        requests_per5_minutes=min(limits, default=None),
        managed_rules=sorted(names.get(group, group) for group in groups) or None,
    )


def put_web_acl(beside: Beside, pool_arn: pulumi.Input[str], acl: WebAcl) -> None:
    """Create the web ACL, if no ARN is set, and its association with the pool."""
    arn: pulumi.Input[str] | None = acl.arn
    if arn is None:
        arn = aws.wafv2.WebAcl(
            f"{beside.name}-web-acl",
            scope="REGIONAL",
            default_action={"allow": {}},
            **arguments({"rules": acl.rules(), "visibilityConfig": _metrics(f"{beside.stem}-sign-in")}),
            tags=beside.tags,
            opts=beside.options(),
        ).arn
    aws.wafv2.WebAclAssociation(
        f"{beside.name}-web-acl-association",
        resource_arn=pool_arn,
        web_acl_arn=arn,
        # A pool has one association: deleting the old one after creating the new one would remove the new one.
        opts=beside.options(delete_before_replace=True),
    )


def _metrics(name: str) -> dict[str, Any]:
    return {"metricName": name, "cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": False}
