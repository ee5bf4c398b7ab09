"""The plugin's resource types and functions, by token."""

from collections.abc import Callable

from . import (
    acm,
    cloudformation,
    cognito,
    cognito_pool,
    iam,
    lambda_function,
    logs,
    remembered,
    route53,
    secrets_and_parameters,
    ses,
    wafv2,
)
from .emulator import Emulator
from .properties import Props
from .resource import Resource

_MODULES = (
    *(acm, cloudformation, cognito, cognito_pool, iam, lambda_function, logs, remembered, route53),
    *(secrets_and_parameters, ses, wafv2),
)
RESOURCES: dict[str, Resource] = {
    found.type_name: found()
    for module in _MODULES
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Resource) and found.type_name  # base classes have none
}
INVOKES: dict[str, tuple[Callable[[Emulator, Props], Props], frozenset[str]]] = {
    "aws:cloudformation/getExport:getExport": (cloudformation.get_export, frozenset({"name", "region"})),
    "aws:index/getCallerIdentity:getCallerIdentity": (cloudformation.get_caller_identity, frozenset()),
    "aws:index/getRegion:getRegion": (cloudformation.get_region, frozenset({"name", "region"})),
    "aws:route53/getRecords:getRecords": (route53.get_records, frozenset({"zoneId", "nameRegex"})),
    "aws:route53/getZone:getZone": (route53.get_zone, frozenset({"name", "zoneId", "privateZone"})),
}
