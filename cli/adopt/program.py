"""What the program would make, told by the program itself: `__main__.py` is run with AWS's answers and no engine.

Each resource that it registers is looked for in AWS there and then, and what is found is handed back to it, so that the
ids of one resource reach the next as in a real update. So there is no second truth about names and settings here.
"""

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _sync_await

from cli.adopt.account import Account
from cli.adopt.find import NOT_YET, Candidate, Finder
from cli.adopt.plan import CLIENT, Existing, Ids, Plan, Wanted
from cli.adopt.report import AdoptError
from local.aws_plugin.properties import Props
from local.aws_plugin.provider import INVOKES, RESOURCES
from local.event_loop import own_event_loop

PROJECT = "identity"


def run(checkout: Path, stack: str, config: Mapping[str, str], account: Account, finder: Finder, ids: Ids) -> Plan:
    """Run the program against the account.

    Raises:
        ConfigError: where the program refuses the stack's config.
        AdoptError: where an id that was given leads nowhere.
    """
    plan = Plan()
    _run(checkout, stack, config, _Aws(account, finder, ids, {}), plan)
    return plan


def check(checkout: Path, stack: str, config: Mapping[str, str], account: Account, finder: Finder, plan: Plan) -> None:
    """Run it once more as if everything found were in its state already: what it refuses then, `preview` would too.

    Raises:
        ConfigError: with each loss that it refuses.
    """
    adopted = {
        it.urn: {"type": it.type, "outputs": {**it.existing.state, "id": it.existing.id}}
        for it in plan.wanted
        if it.existing
    }
    found = {it.name: it.existing.import_id for it in plan.wanted if it.existing and not it.component}
    _run(checkout, stack, config, _Aws(account, finder, Ids(state=found), adopted), Plan())


def _run(checkout: Path, stack: str, config: Mapping[str, str], aws: "_Aws", plan: Plan) -> None:
    def program() -> None:
        runpy.run_path(str(checkout / "__main__.py"), run_name="__main__")

    with own_event_loop():
        pulumi.runtime.set_mocks(aws, PROJECT, stack, preview=False, monitor=_Monitor(aws, plan))
        pulumi.runtime.set_all_config(dict(config))
        set_root_resource(None)  # type: ignore[arg-type]  # the stack that set_mocks made; the run makes its own
        try:
            _sync_await(run_in_stack(program))
        finally:
            pulumi.runtime.set_all_config({})
    if aws.failure:
        raise aws.failure


class _Aws(pulumi.runtime.Mocks):
    """The account, in the place of the engine and its provider."""

    def __init__(self, account: Account, finder: Finder, ids: Ids, state: Mapping[str, dict[str, Any]]) -> None:
        self._account, self._finder, self._ids, self._state = account, finder, ids, state
        self.former_names: dict[tuple[str, str], tuple[str, ...]] = {}
        self.found: dict[tuple[str, str], tuple[Existing | None, tuple[Candidate, ...]]] = {}
        self.failure: Exception | None = None

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":  # noqa: S105
            return {"outputs": dict(self._state)}
        function, _ = INVOKES[args.token]
        try:
            with self._account.reading(args.token):
                return function(self._account, {name: it for name, it in args.args.items() if it is not None})
        except AdoptError as error:
            return {}, [("", str(error))]

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if not args.custom:
            return "", {}
        inputs = whole_numbers(args.inputs)
        existing: Existing | None = None
        candidates: tuple[Candidate, ...] = ()
        try:
            with self._account.reading(args.name):
                existing, candidates = self._look(args.typ, args.name, inputs)
        except Exception as error:
            # The program's own run would drown it; it is raised once the run is over.
            self.failure = self.failure or (error if isinstance(error, AdoptError) else AdoptError(str(error)))
        self.found[args.typ, args.name] = existing, candidates
        if existing is None:
            return NOT_YET, {**_not_yet(args.typ), **args.inputs}
        return existing.id, {**existing.state, **args.inputs}

    def _look(self, type_name: str, name: str, inputs: Props) -> tuple[Existing | None, tuple[Candidate, ...]]:
        if not self._finder.importable(type_name):
            return None, ()
        given = self._ids.given.get(name)
        names = (name, *self.former_names.get((type_name, name), ()))
        known = given or next((self._ids.state[it] for it in names if it in self._ids.state), None)
        if known:
            existing = self._read(type_name, self._finder.import_id(type_name, inputs, known), inputs)
            if existing is None and given:
                raise AdoptError(f"{name}: there is no such thing in AWS: {given}. Take the id from AWS's console.")
            if existing is not None:
                return existing, ()
        candidates = tuple(self._finder.candidates(type_name, inputs))
        if len(candidates) != 1:
            return None, candidates
        return self._read(type_name, candidates[0].import_id, inputs), ()

    def _read(self, type_name: str, import_id: str, inputs: Props) -> Existing | None:
        # A standard attribute is read where the program has a say in it, however it was made.
        known = {name: inputs[name] for name in ("region", "schemas") if inputs.get(name)}
        found = RESOURCES[type_name].read(self._account, import_id, known)
        if found is None:
            return None
        state = dict(found.state)
        if type_name == CLIENT:
            # Whether it has one is all that matters here.
            state["generateSecret"] = bool(state.pop("clientSecret", ""))
        return Existing(import_id, found.id, state)


class _Monitor(mocks.MockMonitor):
    def __init__(self, aws: _Aws, plan: Plan) -> None:
        super().__init__(aws)
        self._aws, self._plan = aws, plan

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        # The engine leaves the stack itself out of its children's URNs.
        own = "" if "::pulumi:pulumi:Stack::" in parent else parent
        return super().make_urn(own, type_, name)

    def RegisterResource(self, request: Any) -> Any:
        former_names = tuple(alias.spec.name for alias in request.aliases if alias.spec.name)
        self._aws.former_names[request.type, request.name] = former_names
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            inputs = whole_numbers(rpc.deserialize_properties(request.object))
            existing, candidates = self._aws.found.get((request.type, request.name), (None, ()))
            self._plan.wanted.append(
                Wanted(
                    request.type,
                    request.name,
                    answer.urn,
                    request.parent,
                    inputs,
                    existing,
                    candidates,
                    former_names,
                )
            )
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: ARG002
        return empty_pb2.Empty()


def _not_yet(type_name: str) -> Props:
    """Outputs that other resources take; the rest of them nobody asks for."""
    if type_name.endswith(":Certificate"):
        record = dict.fromkeys(("resourceRecordName", "resourceRecordType", "resourceRecordValue"), NOT_YET)
        return {"arn": NOT_YET, "domainValidationOptions": [record]}
    return dict.fromkeys(
        ("arn", "fqdn", "cloudfrontDistribution", "cloudfrontDistributionZoneId", "clientSecret"), NOT_YET
    )


def whole_numbers(value: Any) -> Any:
    """The engine's protocol knows no whole numbers; nothing here is a fraction."""
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
