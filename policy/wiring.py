"""The rules as a policy pack of the Pulumi engine: the only module that imports its SDK."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi_policy
from pulumi_policy import policy as sdk
from pulumi_policy.proxy import UnknownValueError

from identity import facts
from policy import enforcement, exemptions, report
from policy.rule import UNKNOWN, Resource, Rule


class Settings:
    """What the engine tells of the stack: its name, its config, and what follows from them."""

    def __init__(self) -> None:
        self.update(os.environ.get("PULUMI_STACK", ""), json.loads(os.environ.get("PULUMI_CONFIG", "{}")))

    def update(self, stack: str, config: Mapping[str, str]) -> None:
        self.stack = stack
        self.region = config.get("aws:region")
        environment = config.get("identity:environment", "none")
        self.environment = stack if environment == "none" else environment
        self.production = config.get("identity:production")
        # The old name is still read, as by the program, which warns of it; the new one always has a default.
        self.given = config.get(exemptions.OLD_KEY, config.get(exemptions.KEY))
        self.exemptions, self.errors = exemptions.read(self.given, enforcement.RULES)

    def exempts(self, rule: Rule, resource: Resource) -> bool:
        return any(exemption.is_for(rule, resource) for exemption in self.exemptions)


def _known(value: Any) -> Any:
    """The value without the SDK's proxies, whose every access to an unknown raises."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    return value


def _item(container: Any, key: Any) -> Any:
    try:
        return _known(container[key])
    except UnknownValueError:
        return UNKNOWN


def _resource(args: Any, settings: Settings) -> Resource:
    props = _known(args.props)
    provider = _known(args.provider.props) if args.provider else {}
    return Resource(
        args.resource_type,
        args.name,
        props,
        urn=args.urn,
        protect=args.opts.protect,
        delete_before_replace=bool(args.opts.delete_before_replace),
        region=props.get("region") or provider.get("region") or settings.region,
        sources={
            prop: [source.urn for source in sources]
            for prop, sources in getattr(args, "property_dependencies", {}).items()
        },
    )


def _level(settings: Settings, rule: Rule) -> pulumi_policy.EnforcementLevel:
    return pulumi_policy.EnforcementLevel(enforcement.level(rule, settings.environment, settings.production).value)


def _facts_of(rule: Rule, settings: Settings) -> dict[str, Any]:
    """What the SDK is told of a rule of either kind."""
    return {
        "name": rule.id,
        "description": f"{rule.demands} {rule.why}",
        "enforcement_level": _level(settings, rule),
        "tags": list(rule.covers),
    }


def _resource_policy(rule: Rule, settings: Settings) -> pulumi_policy.Policy:
    def validate(args: pulumi_policy.ResourceValidationArgs, violation: pulumi_policy.ReportViolation) -> None:
        if args.resource_type not in rule.types:
            return
        resource = _resource(args, settings)
        found = [] if settings.exempts(rule, resource) else rule.findings(resource, ())
        if found:
            violation(report.breach(rule, resource, found, settings.stack), None)

    return pulumi_policy.ResourceValidationPolicy(validate=validate, **_facts_of(rule, settings))


def _stack_policy(rule: Rule, settings: Settings) -> pulumi_policy.Policy:
    def validate(args: pulumi_policy.StackValidationArgs, violation: pulumi_policy.ReportViolation) -> None:
        stack = [_resource(resource, settings) for resource in args.resources]
        for resource in stack:
            found = [] if settings.exempts(rule, resource) else rule.findings(resource, stack)
            if found:
                violation(report.breach(rule, resource, found, settings.stack), resource.urn)

    return pulumi_policy.StackValidationPolicy(validate=validate, **_facts_of(rule, settings))


def _exemptions_valid(settings: Settings) -> pulumi_policy.Policy:
    def validate(args: pulumi_policy.ResourceValidationArgs, violation: pulumi_policy.ReportViolation) -> None:
        # The stack itself is registered before anything in it, so that nothing is made.
        if args.resource_type == facts.STACK:
            for error in settings.errors:
                violation(report.bad_exemption(error, settings.stack), None)

    return pulumi_policy.ResourceValidationPolicy(
        "exemptions-valid",
        "An exemption names a rule, a resource, and the reason for it.",
        validate,
        pulumi_policy.EnforcementLevel.MANDATORY,
    )


def _exemptions_used(settings: Settings) -> pulumi_policy.Policy:
    def validate(args: pulumi_policy.StackValidationArgs, violation: pulumi_policy.ReportViolation) -> None:
        stack = [_resource(resource, settings) for resource in args.resources]
        unused = exemptions.unused(settings.exemptions, enforcement.RULES, stack)
        for exemption in [] if not unused or exemptions.are_default(settings.given) else unused:
            violation(report.unused_exemption(exemption, settings.stack), None)

    return pulumi_policy.StackValidationPolicy(
        "exemptions-used",
        "An exemption that nothing needs any more is taken out.",
        validate,
        pulumi_policy.EnforcementLevel.ADVISORY,
    )


def _policies(settings: Settings) -> list[pulumi_policy.Policy]:
    make = [
        (_resource_policy if rule.check is not None else _stack_policy)(rule, settings) for rule in enforcement.RULES
    ]
    return [_exemptions_valid(settings), *make, _exemptions_used(settings)]


def serve() -> None:
    """Serve the rules to the engine that started this process, until it ends it."""
    settings = Settings()
    policies = _policies(settings)

    class Servicer(sdk._PolicyAnalyzerServicer):
        """Takes the stack's config from the engine's call.

        Pulumi's Python language host passes it in the environment; for a pack that is an executable file the engine
        makes only this call, and the SDK takes nothing but the stack's tags from it.
        """

        def ConfigureStack(self, request: Any, context: Any) -> Any:
            settings.update(request.stack, dict(request.config))
            for rule, policy in zip(enforcement.RULES, policies[1:-1], strict=True):
                policy.enforcement_level = _level(settings, rule)
            return super().ConfigureStack(request, context)

    sdk._PolicyAnalyzerServicer = Servicer  # type: ignore[misc]
    pulumi_policy.PolicyPack("identity", policies)
