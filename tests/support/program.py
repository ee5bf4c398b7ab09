"""Run the program in tests: `Mocks` for all tests, and what a run registers."""

import json
import re
import runpy
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _sync_await

from identity.config import check
from identity.errors import Problem
from tests.support import official
from tests.support.event_loop import own_event_loop

ROOT = Path(__file__).parents[2]
REGION = "us-west-2"
ACCOUNT = "123456789012"
ZONE_ID = "Z0123456789ABC"


# The ARN of a resource, by type.
ARNS = {
    "aws:cloudwatch/logGroup:LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}",
    "aws:iam/role:Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "aws:lambda/function:Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}",
    "aws:wafv2/webAcl:WebAcl": f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/{{}}/1",
}


class Mocks(pulumi.runtime.Mocks):
    """A mock of AWS: computed outputs, one hosted zone, one export, and the state that a test passes."""

    def __init__(
        self,
        zone: str,
        apex_address: bool,
        state: Mapping[str, Any],
        records: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.zone, self.apex_address, self.state, self.records = zone, apex_address, state, records

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        region = args.inputs.get("region", REGION)
        computed: dict[str, Any] = {}
        resource_id = f"{args.name}-id"
        if args.typ == "aws:cognito/userPool:UserPool":
            resource_id = f"{region}_Pool1"
            computed = {"arn": f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{resource_id}"}
        elif args.typ == "aws:cognito/userPoolClient:UserPoolClient":
            computed = {"clientSecret": f"{args.name}-hush"} if args.inputs.get("generateSecret") else {}
        elif args.typ == "aws:cognito/userPoolDomain:UserPoolDomain":
            computed = {"cloudfrontDistribution": "d1.cloudfront.net", "cloudfrontDistributionZoneId": "Z2FDTNDATAQYW2"}
        elif args.typ == "aws:acm/certificate:Certificate":
            resource_id = f"arn:aws:acm:{region}:{ACCOUNT}:certificate/{args.name}"
            record = {"resourceRecordName": "_x", "resourceRecordType": "CNAME", "resourceRecordValue": "_y"}
            computed = {"arn": resource_id, "domainValidationOptions": [record]}
        elif args.typ == "aws:route53/record:Record":
            computed = {"fqdn": args.inputs.get("name")}
        elif args.typ == "aws:sesv2/emailIdentity:EmailIdentity":
            arn = f"arn:aws:ses:{region}:{ACCOUNT}:identity/{args.inputs['emailIdentity']}"
            computed = {"arn": arn, "dkimSigningAttributes": {"tokens": ["one", "two", "three"]}}
        elif args.typ in ARNS:
            computed = {"arn": ARNS[args.typ].format(args.name), "name": args.inputs.get("name") or args.name}
        return resource_id, {**args.inputs, **computed}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        answers: dict[str, Callable[[Any], dict[str, Any] | None]] = {
            "pulumi:pulumi:readStackResourceOutputs": self._resources,
            "aws:cloudformation/getExport:getExport": self._export,
            "aws:route53/getZone:getZone": self._zone,
            "aws:route53/getRecords:getRecords": self._records,
            "aws:index/getRegion:getRegion": lambda _: {"region": REGION},
            "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {"accountId": ACCOUNT},
        }
        answer = answers[args.token](args.args)
        return answer if answer is not None else ({}, [("", f"no such thing in this AWS: {args.args}")])

    def _resources(self, _: Any) -> dict[str, Any]:
        return {"outputs": dict(self.state)}

    def _export(self, args: Any) -> dict[str, Any] | None:
        return {"value": ZONE_ID} if args["name"] == "focusmark-route53-dotAppZone" else None

    def _zone(self, args: Any) -> dict[str, Any] | None:
        found = args.get("zoneId", ZONE_ID) == ZONE_ID and args.get("name", self.zone) == self.zone
        return {"zoneId": ZONE_ID, "name": self.zone} if found else None

    def _records(self, args: Any) -> dict[str, Any]:
        there = [(f"{self.zone}.", "A")] if self.apex_address else []
        found = [
            {"name": name, "type": kind, "ttl": 60, "resourceRecords": []}
            for name, kind in [*there, *self.records]
            if re.search(args["nameRegex"], name)
        ]
        return {"zoneId": ZONE_ID, "resourceRecordSets": found}


@dataclass(frozen=True)
class Registered:
    """A registered resource.

    `waits_for` has the names of its dependencies, `secret_inputs` the names of inputs that are or contain a secret.
    """

    type: str
    name: str
    inputs: dict[str, Any]
    protect: bool
    delete_before_replace: bool
    create_timeout: str
    waits_for: frozenset[str]
    retain_on_delete: bool = False
    secret_inputs: frozenset[str] = frozenset()
    ignore_changes: frozenset[str] = frozenset()
    secret_outputs: frozenset[str] = frozenset()
    hooks: tuple[str, ...] = ()


@dataclass
class Run:
    """A run of the program: its registered resources by name, its outputs, and which outputs are secret.

    `of_components` has the outputs of each component, by URN. `complaints` has the inputs that AWS or its official
    provider would reject.
    """

    resources: dict[str, Registered] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: set[str] = field(default_factory=set)
    of_components: dict[str, dict[str, Any]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def of_type(self, suffix: str) -> list[Registered]:
        return [resource for resource in self.resources.values() if resource.type.endswith(f":{suffix}")]

    def one(self, suffix: str) -> Registered:
        (resource,) = self.of_type(suffix)
        return resource


class RecordingMonitor(mocks.MockMonitor):
    """Records what `Mocks` does not get: dependencies, options and stack outputs."""

    def __init__(self, mocked: Mocks, run: Run) -> None:
        super().__init__(mocked)
        self.run = run

    def RegisterResource(self, request: Any) -> Any:
        given = rpc.deserialize_properties(request.object)
        inputs = {name: rpc.unwrap_rpc_secret(value) for name, value in given.items()}
        self.run.complaints += official.complaints(request.type, inputs)
        depends = {urn for dependency in request.propertyDependencies.values() for urn in dependency.urns} | set(
            request.dependencies
        )
        self.run.resources[request.name] = Registered(
            request.type,
            request.name,
            inputs,
            request.protect,
            request.deleteBeforeReplace,
            request.customTimeouts.create,
            frozenset(urn.rsplit("::", 1)[-1] for urn in depends),
            request.retainOnDelete,
            frozenset(name for name, value in given.items() if rpc.is_rpc_secret(value)),
            frozenset(request.ignoreChanges),
            frozenset(request.additionalSecretOutputs),
            tuple(request.hooks.before_update),
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:
        outputs = rpc.deserialize_properties(request.outputs)
        plain = {name: rpc.unwrap_rpc_secret(value) for name, value in outputs.items()}
        if request.urn.split("::")[2] == "pulumi:pulumi:Stack":
            self.run.secret_outputs |= {name for name, value in outputs.items() if rpc.is_rpc_secret(value)}
            self.run.outputs |= plain
        else:
            self.run.of_components[request.urn] = plain
        return empty_pb2.Empty()


def config_of(stack_config: Mapping[str, Any], prefix: str = "identity:") -> dict[str, str]:
    """Return config values as the engine passes them: strings unchanged, all else as JSON."""
    return {
        key if ":" in key else f"{prefix}{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in stack_config.items()
    }


Deploy = Callable[..., Run]


def run_main() -> None:
    """Run `__main__.py`."""
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def run_with(
    monitor: mocks.MockMonitor,
    config: Mapping[str, Any],
    stack: str = "local",
    secrets: Sequence[str] = (),
    program: Callable[[], None] = run_main,
) -> None:
    """Run a program with the monitor instead of the engine.

    It runs in its own thread: the SDK sends the whole call stack with each resource, and pytest's is long.
    """

    def run() -> None:
        with own_event_loop():
            pulumi.runtime.set_mocks(monitor.mocks, "identity", stack, preview=False, monitor=monitor)
            pulumi.runtime.set_all_config(config_of(config), [*secrets])
            set_root_resource(None)  # type: ignore[arg-type]  # the stack that set_mocks made; the run makes its own
            _sync_await(run_in_stack(program))

    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


def config_errors(config: Mapping[str, Any], stack: str = "dev") -> list[Problem]:
    """Return the errors of a config, without warnings."""
    return [problem for problem in check(config_of(config), stack)[1] if not problem.warning]
