"""Log delivery of a pool
(https://docs.aws.amazon.com/cognito/latest/developerguide/exporting-quotas-and-usage.html).
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final

import pulumi
import pulumi_aws as aws
from pydantic import AfterValidator

from identity import types
from identity.provider_names import arguments
from identity.setting import Model, Plan, setting
from identity.user_pool.beside import Beside

_LOG_GROUP = re.compile(r"arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[^:*]+")
_ANY_PLACE = re.compile(rf"{_LOG_GROUP.pattern}|arn:aws[a-z-]*:(?:s3:::.+|firehose:.+:deliverystream/.+)")
_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
RETENTIONS: Final = tuple(f"{days}d" for days in _DAYS)
# Cognito's event source and log level by key; each source has only one level.
SOURCES: Final = {"notifications": ("userNotification", "ERROR"), "signIns": ("userAuthEvents", "INFO")}
# The property names for each destination, by AWS service.
_DESTINATIONS: Final = {
    "logs": ("cloudWatchLogsConfiguration", "logGroupArn"),
    "firehose": ("firehoseConfiguration", "streamArn"),
    "s3": ("s3Configuration", "bucketArn"),
}


def _retention_or(place: re.Pattern[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        allowed = f"{what}, or a retention for a new log group: 7d, 30d, 90d, 365d, ..."
        return types.ensure(value, lambda v: place.fullmatch(v) or v in RETENTIONS, allowed, value.removesuffix(":*"))

    return AfterValidator(check)


_SIGN_INS = _retention_or(_ANY_PLACE, "the ARN of a log group, a bucket or a delivery stream")
_log = partial(setting, order=RETENTIONS, always=True)


class Logs(Model):
    """The logs of the pool."""

    notifications: types.Maybe[Annotated[types.Text, _retention_or(_LOG_GROUP, "the ARN of a log group")]] = _log(
        "Log of emails and text messages that could not be sent: the ARN of a log group, or a retention such as 90d "
        "for a new log group.",
        loss="Failed emails and text messages would no longer be logged, or existing logs would be deleted.",
        example="90d",
    )
    sign_ins: types.Maybe[Annotated[types.Text, _SIGN_INS]] = _log(
        "Log of sign-ins and their risk: the ARN of a log group, bucket or delivery stream, or a retention.",
        loss="Sign-ins and their risk would no longer be logged, or existing logs would be deleted.",
        plan=Plan.PLUS,
        example="365d",
    )

    def given(self) -> dict[str, str]:
        """The logs that are set, by key: an ARN or a retention."""
        both = {"notifications": self.notifications, "signIns": self.sign_ins}
        return {key: value for key, value in both.items() if value}

    def deliveries(self, groups: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The inputs of the log delivery. `groups` has the ARNs of log groups created here, by key."""
        made = []
        for key, value in self.given().items():
            service = "logs" if key in groups else value.split(":")[2]
            block, member = _DESTINATIONS[service]
            source, level = SOURCES[key]
            made.append({"eventSource": source, "logLevel": level, block: {member: groups.get(key, value)}})
        return made


def read_logs(outputs: Mapping[str, Any], groups: Mapping[str, Any]) -> Logs | None:
    """Read a live log delivery; `groups` has the retention in days of each log group of the stack, by ARN."""
    found = {}
    for delivery in outputs.get("logConfigurations") or []:
        key = next((key for key, (source, _) in SOURCES.items() if source == delivery.get("eventSource")), None)
        arns = ((delivery.get(block) or {}).get(member) for block, member in _DESTINATIONS.values())
        arn = next((given for given in arns if given), None)
        if key and arn:
            found[key] = f"{int(groups[arn])}d" if groups.get(arn) else arn
    logs = Logs.model_construct(notifications=found.get("notifications"), sign_ins=found.get("signIns"))
    return logs if found else None


def deliver_logs(beside: Beside, pool_id: pulumi.Input[str], logs: Logs) -> None:
    """Create the log delivery of the pool, and a log group for each log with a retention."""
    # Log groups with this prefix need no extra resource policy for the delivery.
    place = f"/aws/vendedlogs/cognito/{beside.stem}"
    groups = {
        key: beside.log_group(f"{beside.name}-log-{key}", f"{place}/{key}", int(value.removesuffix("d"))).arn
        for key, value in logs.given().items()
        if value in RETENTIONS
    }
    aws.cognito.LogDeliveryConfiguration(
        f"{beside.name}-logs",
        user_pool_id=pool_id,
        **arguments({"logConfigurations": logs.deliveries(groups)}),
        opts=beside.options(),
    )
