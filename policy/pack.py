"""The rules as policies of a Pulumi policy pack."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi
import pulumi_policy as sdk
from pulumi_policy.proxy import UnknownValueError

from identity import facts
from identity.renamed_keys import EXEMPTIONS
from policy import exemptions
from policy.enforcement import RULES, level
from policy.exemptions import Exemption
from policy.rule import UNKNOWN, Finding, Resource, Rule


@dataclass(frozen=True)
class Stack:
    """The stack's name and config, which Pulumi's language host passes in environment variables.

    Attributes:
        name: the stack's name.
        environment: identity:environment, or the stack's name if it is not set.
        production: identity:production, unchecked.
        region: aws:region.
        given: identity:exemptions, or its old name if that is set (the new one always has a default).
        clients: identity:clients.
    """

    name: str
    environment: str
    production: str | None = None
    region: str | None = None
    given: str | None = None
    clients: str | None = None

    @staticmethod
    def current() -> "Stack":
        name, config = os.environ.get("PULUMI_STACK", ""), pulumi.Config("identity")
        environment = config.get("environment", "none")
        old, new = EXEMPTIONS
        return Stack(
            name,
            name if environment == "none" else environment,
            config.get("production"),
            pulumi.Config("aws").get("region"),
            config.get(old, config.get(new)),
            config.get("clients"),
        )

    @property
    def file(self) -> str:
        return f"Pulumi.{self.name}.yaml"

    @cached_property
    def exemptions(self) -> tuple[Exemption, ...]:
        """The valid exemptions of the config, and those of the clients' externalScopes."""
        return exemptions.read(self.given, RULES)[0] + exemptions.by_settings(self.clients)


def policies(stack: Stack) -> list[sdk.Policy]:
    """Return a policy for each rule, with its level in this stack, and two policies for the exemptions."""
    made = [(_stack_policy if rule.beside else _resource_policy)(rule, stack) for rule in RULES]
    return [_exemptions_valid(stack), *made, _exemptions_used(stack)]


def violation(rule: Rule, resource: Resource, findings: Sequence[Finding], stack: Stack) -> str:
    """Return the message for a resource that violates a rule. The engine shows the rule's docstring above it."""
    lines = []
    for finding in findings:
        file = f", in {stack.file}" if finding.where.startswith("identity:") else ""
        lines += [f"  {resource.key}: {finding.wrong}.", f"  Where: {finding.where}{file}"]
    return "\n".join(
        (
            *lines,
            f"  Fix:   {rule.fix}",
            f"  Or, to accept it, add to {stack.file} under config:",
            f"    {exemptions.KEY}:",
            f"      {rule.id}:",
            f"        {resource.key}: <why>",
        )
    )


def _shared_arguments(rule: Rule, stack: Stack) -> dict[str, Any]:
    """Return the SDK's arguments that resource and stack policies share."""
    control = next((name.partition(":")[2] for name in rule.covers if name.startswith("securityhub:")), None)
    return {
        "name": rule.id,
        "display_name": rule.id.replace("-", " ").capitalize(),
        "description": f"{rule.demands} {rule.why}",
        "enforcement_level": level(rule, stack.environment, stack.production),
        "severity": rule.severity,
        "framework": sdk.PolicyComplianceFramework("AWS Security Hub", reference=control) if control else None,
        "tags": list(rule.covers),
        "remediation_steps": rule.fix,
        "url": rule.url,
    }


def _resource_policy(rule: Rule, stack: Stack) -> sdk.Policy:
    def validate(args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        if args.resource_type in rule.on:
            _report_violations(rule, [_resource(args, stack)], stack, report)

    return sdk.ResourceValidationPolicy(validate=validate, **_shared_arguments(rule, stack))


def _stack_policy(rule: Rule, stack: Stack) -> sdk.Policy:
    def validate(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        _report_violations(rule, _resources(args, {*rule.on, *rule.beside}, stack), stack, report)

    return sdk.StackValidationPolicy(validate=validate, **_shared_arguments(rule, stack))


def _report_violations(rule: Rule, seen: Sequence[Resource], stack: Stack, report: sdk.ReportViolation) -> None:
    for resource in seen:
        exempt = any(exemption.is_for(rule, resource) for exemption in stack.exemptions)
        if not exempt and (found := rule.findings(resource, seen)):
            report(violation(rule, resource, found, stack), resource.urn)


def _exemptions_valid(stack: Stack) -> sdk.Policy:
    _, errors = exemptions.read(stack.given, RULES)

    def validate(args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        # The engine registers the stack itself first: an error here stops the run before any resource is created.
        for error in errors if args.resource_type == facts.STACK else ():
            report(
                f"  {error}.\n  Fix: {exemptions.KEY} in {stack.file}, such as\n    tags:\n      customers: <why>", None
            )

    demands = "An exemption has a rule, a resource and a reason."
    return sdk.ResourceValidationPolicy("exemptions-valid", demands, validate, sdk.EnforcementLevel.MANDATORY)


def _exemptions_used(stack: Stack) -> sdk.Policy:
    types = {kind for rule in RULES for kind in (*rule.on, *rule.beside)}

    def validate(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        unused = exemptions.unused(stack.exemptions, RULES, _resources(args, types, stack))
        for exemption in [] if not unused or exemptions.are_default(stack.given) else unused:
            named = f"{exemptions.KEY} -> {exemption.rule} -> {exemption.resource}"
            report(f"  {named}: no resource of that name violates the rule.\n  Fix: remove it from {stack.file}.", None)

    demands = "Unused exemptions are removed."
    return sdk.StackValidationPolicy("exemptions-used", demands, validate, sdk.EnforcementLevel.ADVISORY)


def _resources(args: sdk.StackValidationArgs, types: set[str], stack: Stack) -> list[Resource]:
    return [_resource(resource, stack) for resource in args.resources if resource.resource_type in types]


def _resource(args: sdk.ResourceValidationArgs | sdk.PolicyResource, stack: Stack) -> Resource:
    props = _known(args.props)
    provider = _known(args.provider.props) if args.provider else {}
    dependencies = args.property_dependencies if isinstance(args, sdk.PolicyResource) else {}
    return Resource(
        args.resource_type,
        args.name,
        props,
        urn=args.urn,
        protect=args.opts.protect,
        delete_before_replace=bool(args.opts.delete_before_replace),
        region=props.get("region") or provider.get("region") or stack.region,
        sources={prop: [source.urn for source in sources] for prop, sources in dependencies.items()},
    )


def _known(value: Any) -> Any:
    """Return the value without the SDK's proxies, which raise an error on access to an unknown value."""
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
