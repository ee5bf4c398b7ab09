"""One `Mocks` for every test, and a fresh run of the program for each."""

import functools
import json
import re
import runpy
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _sync_await

from local import pulumi_cli
from local.console import Failure
from local.event_loop import own_event_loop

if TYPE_CHECKING:
    from tests.checkout import Checkout
    from tests.false_sign_in import FalseServer

# Where the tests run in the background, the shell has Ctrl-C ignored, and the programs they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
REGION = "us-west-2"
ACCOUNT = "123456789012"
ZONE_ID = "Z0123456789ABC"


@functools.cache
def pulumi_cli_at_hand() -> None:
    """The one-off build of the CLI takes longer than any test may."""
    pulumi_cli.find()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engine"):
        try:
            pulumi_cli_at_hand()
        except Failure as failure:
            pytest.fail(f"the engine cannot be had: {failure}", pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The modules that run the engine first: they take longest, and the short ones fill the gaps at the end."""
    slow = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def default_stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `.local/` of a checkout whose stack is up as committed, once a worker, for tests that begin with a stack."""
    from tests.checkout import Checkout  # here, for the benchmarks take the mocks of this module and nothing else

    with Checkout(tmp_path_factory.mktemp("default-stack")) as checkout:
        assert checkout.run("up") == {"create": 13}
    return checkout.root / ".local"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, default_stack: Path) -> Iterator["Checkout"]:
    """A checkout whose stack is up, as committed, for the tests of a module that leave it so.

    Its outputs have the URLs of the port where it was made, until an `up`.
    """
    from tests.checkout import Checkout

    with Checkout(tmp_path_factory.mktemp("up"), default_stack) as checkout:
        yield checkout


@pytest.fixture
def own(tmp_path: Path, default_stack: Path) -> Iterator["Checkout"]:
    """Another one, for a test that changes it."""
    from tests.checkout import Checkout

    with Checkout(tmp_path, default_stack) as checkout:
        yield checkout


@pytest.fixture(scope="session")
def shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from tests import emulated_sign_in

    with emulated_sign_in.emulator(tmp_path_factory.mktemp("emulator") / "log") as url:
        yield url


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["FalseServer"]:
    """A sign-in server that answers as a test has it, reached without a browser; sessions are kept apart."""
    from sign_in import flow, session
    from tests.false_sign_in import false_server

    monkeypatch.setattr(session, "KEPT_IN", tmp_path / "kept")
    with false_server() as server:
        monkeypatch.setattr(flow, "_show", server.browse)
        yield server


@pytest.fixture
def emulator(shared_emulator: str) -> str:
    """The URL of an emulator that holds nothing."""
    from tests import signing

    assert signing.send("POST", f"{shared_emulator}/_ministack/reset").is_success
    return shared_emulator


@pytest.fixture(scope="session")
def plugin_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PULUMI_HOME with this checkout's `aws` plugin."""
    from local.aws_provider import install

    home = tmp_path_factory.mktemp("home")
    install(home / "plugins")
    return home


class Mocks(pulumi.runtime.Mocks):
    """AWS as the program sees it: computed outputs, one hosted zone, one export, and whatever state a test gives."""

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
    """A resource as the program registered it; `waits_for` has the names of the resources it depends on."""

    type: str
    name: str
    inputs: dict[str, Any]
    protect: bool
    delete_before_replace: bool
    create_timeout: str
    waits_for: frozenset[str]
    retain_on_delete: bool = False


@dataclass
class Run:
    """One run of the program: what it registered, by name, what it exported, and which outputs are secret."""

    resources: dict[str, Registered] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: set[str] = field(default_factory=set)

    def of_type(self, suffix: str) -> list[Registered]:
        return [resource for resource in self.resources.values() if resource.type.endswith(f":{suffix}")]

    def one(self, suffix: str) -> Registered:
        (resource,) = self.of_type(suffix)
        return resource


class RecordingMonitor(mocks.MockMonitor):
    """Keeps what `Mocks` is not told: dependencies, options and the stack's outputs."""

    def __init__(self, mocked: Mocks, run: Run) -> None:
        super().__init__(mocked)
        self.run = run

    def RegisterResource(self, request: Any) -> Any:
        depends = {urn for it in request.propertyDependencies.values() for urn in it.urns} | set(request.dependencies)
        self.run.resources[request.name] = Registered(
            request.type,
            request.name,
            rpc.deserialize_properties(request.object),
            request.protect,
            request.deleteBeforeReplace,
            request.customTimeouts.create,
            frozenset(urn.rsplit("::", 1)[-1] for urn in depends),
            request.retainOnDelete,
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:
        if request.urn.split("::")[2] == "pulumi:pulumi:Stack":
            for name, value in rpc.deserialize_properties(request.outputs).items():
                if rpc.is_rpc_secret(value):
                    self.run.secret_outputs.add(name)
                self.run.outputs[name] = rpc.unwrap_rpc_secret(value)
        return empty_pb2.Empty()


def config_of(stack_config: Mapping[str, Any], prefix: str = "identity:") -> dict[str, str]:
    """Config values as the engine hands them over: texts as they are, all else as JSON."""
    return {
        key if ":" in key else f"{prefix}{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in stack_config.items()
    }


Deploy = Callable[..., Run]


@pytest.fixture
def deploy() -> Iterator[Deploy]:
    """Run `__main__.py` afresh: `deploy({"product": "focusmark"}, stack="dev")`."""

    def run_main() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

    def run_program(
        config: Mapping[str, Any],
        stack: str = "local",
        zone: str = "focusmark.app",
        apex_address: bool = True,
        state: Mapping[str, Any] | None = None,
        records: Sequence[tuple[str, str]] = (),
    ) -> Run:
        run = Run()
        mocked = Mocks(zone, apex_address, state or {}, records)
        with own_event_loop():
            pulumi.runtime.set_mocks(mocked, "identity", stack, preview=False, monitor=RecordingMonitor(mocked, run))
            pulumi.runtime.set_all_config(config_of(config))
            set_root_resource(None)  # type: ignore[arg-type]  # the stack that set_mocks made; the run makes its own
            _sync_await(run_in_stack(run_main))
        return run

    yield run_program
    pulumi.runtime.set_all_config({})


# `make test` looks at a few hundred cases, `make fuzz` at 12,000; a slow machine is no failure.
hypothesis.settings.register_profile("default", max_examples=60, deadline=None)
hypothesis.settings.register_profile("fuzz", max_examples=4000, deadline=None, print_blob=True)
