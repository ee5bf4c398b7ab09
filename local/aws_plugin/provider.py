"""The provider: the engine's questions, answered from the tables and by the emulator."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN

from .catalogue import INVOKES, RESOURCES
from .checks import problems
from .emulator import Emulator, Refusal, endpoints_of, existing, plainly
from .properties import Props, aligned, changes, kept, put, unheld, untaken
from .resource import Resource
from .service import Service
from .values import plain, wrapped

__all__ = ["CONFIG", "INVOKES", "RESOURCES", "LocalAws"]

# Among a resource's outputs: the paths of what the emulator does not hold, and the state therefore remembers.
_RECORD = "__remembered"
CONFIG = frozenset(
    [
        *("region", "accessKey", "secretKey", "token", "endpoints", "version", "pluginDownloadURL"),
        *("skipCredentialsValidation", "skipMetadataApiCheck", "skipRequestingAccountId", "skipRegionValidation"),
    ]
)


def _props(values: dict[str, PropertyValue]) -> Props:
    return {name: plain(value) for name, value in values.items()}


class LocalAws(rpc.Provider):
    """The local stack's `aws` provider. `warn` takes a resource's URN and a line for the user."""

    def __init__(self, warn: Callable[[str, str], None]) -> None:
        self._warn = warn
        self._emulator: Emulator | Refusal | None = None
        self._said = set[str]()

    async def get_schema(self, request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        return rpc.GetSchemaResponse(json.dumps({"name": "aws"}))

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        failures = [
            rpc.CheckFailure(
                name,
                f"the local aws plugin knows no provider setting aws:{name}; it knows "
                + ", ".join(sorted(CONFIG - {"version", "pluginDownloadURL"})),
            )
            for name in request.new_inputs
            if name not in CONFIG and not name.startswith("__")
        ]
        return rpc.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        settings = _props(request.args)
        try:
            self._emulator = _emulator(settings)
        except Refusal as error:
            self._emulator = error  # told by the check of the first resource: here the SDK would add a traceback
        # Without accept_secrets the engine hands over plain values and keeps their secrecy itself.
        return rpc.ConfigureResponse(supports_preview=True)

    async def cancel(self) -> None:
        if isinstance(self._emulator, Emulator):
            self._emulator.stopped.set()

    async def invoke(self, request: rpc.InvokeRequest) -> rpc.InvokeResponse:
        if request.tok not in INVOKES:
            raise Refusal(f"the local aws plugin has no function {request.tok}; it has {', '.join(INVOKES)}")
        function, known = INVOKES[request.tok]
        arguments = {name: value for name, value in _props(request.args).items() if value is not None}
        if strange := sorted(arguments.keys() - known):
            raise Refusal(f"{request.tok}: no argument {', '.join(strange)} here; it takes {', '.join(sorted(known))}")
        with plainly(request.tok):
            answer = await asyncio.to_thread(function, self._ready(), arguments)
        return rpc.InvokeResponse(return_value={name: wrapped(value) for name, value in answer.items()})

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        resource, old, new = _resource(request), _props(request.old_inputs), _props(request.new_inputs)
        given = {name: value for name, value in new.items() if value is not None and name != "__defaults"}
        filled = []
        for name, prop in resource.inputs.items():
            if name in given:
                continue
            if prop.default is not None:
                given[name] = prop.default
            elif prop.named:
                made = name in (old.get("__defaults") or [])
                given[name] = old[name] if made else f"{request.name}-{_suffix(request)}"
            else:
                continue
            filled.append(name)
        wrong = [*problems(_short(resource), resource.inputs, resource.differences.unsupported, given)]
        if isinstance(self._emulator, Refusal):
            wrong = [str(self._emulator)]
        failures = [rpc.CheckFailure("", text) for text in wrong]
        return rpc.CheckResponse(
            {name: wrapped(value) for name, value in (given | {"__defaults": filled}).items()}, failures
        )

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        resource, old, new = _resource(request), _props(request.old_state), _props(request.new_inputs)
        found = changes(resource.inputs, resource.prepared(old), resource.prepared(new))
        extra = resource.replaced_by(old, new)
        replacing = sorted({_root(path) for path, change in found.items() if change.replaces or _root(path) in extra})
        detailed = {
            path: rpc.PropertyDiff(
                rpc.PropertyDiffKind[change.kind + ("_REPLACE" if _root(path) in replacing else "")], input_diff=False
            )
            for path, change in found.items()
        }
        # A name that was given and stays would be there twice: the official provider deletes first then.
        named = [name for name, prop in resource.inputs.items() if prop.named]
        stays = any(name not in (new.get("__defaults") or []) and old.get(name) == new.get(name) for name in named)
        return rpc.DiffResponse(
            changes=bool(found),
            replaces=replacing,
            delete_before_replace=bool(replacing) and stays,
            diffs=sorted({_root(path) for path in found}),
            detailed_diff=detailed,
        )

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        resource, inputs = _resource(request), _inputs(request.properties)
        if request.preview:
            return rpc.CreateResponse("", _wrapped(resource, resource.previewed(inputs) | {"id": UNKNOWN}))
        with plainly(_subject(request)):
            found = await asyncio.to_thread(resource.create, self._service(resource, inputs, request.timeout), inputs)
        return rpc.CreateResponse(found["id"], _wrapped(resource, self._recorded(request, found, {}, inputs)))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        resource, inputs = _resource(request), _inputs(request.inputs)
        before = _props(request.properties)
        known = before | inputs
        with plainly(_subject(request)):
            service = self._service(resource, known)
            found = await asyncio.to_thread(existing, lambda: resource.read(service, request.resource_id, known))
        if found is None:
            return rpc.ReadResponse(resource_id="")
        state: Props = {"id": request.resource_id}
        state |= aligned(resource.inputs, aligned(resource.inputs, found, inputs), before)
        for path in known.get(_RECORD) or []:
            state = put(state, path, known)
        state |= {_RECORD: known[_RECORD]} if _RECORD in known else {}
        wanted = inputs or {name: 0 for name in resource.inputs if name != "region"}
        shown = {name: state[name] for name in wanted if state.get(name) not in (None, [], {})}
        shown["__defaults"] = plain(request.inputs["__defaults"]) if "__defaults" in request.inputs else []
        return rpc.ReadResponse(state["id"], _wrapped(resource, state), _wrapped(resource, shown))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        resource, old, new = _resource(request), _props(request.olds), _inputs(request.news)
        if why := resource.impossible(old, new):
            raise Refusal(f"{_subject(request)}: {why}")
        new = kept(resource.inputs, old, new)
        if request.preview:
            outputs = {name: old[name] for name in resource.outputs if name in old}
            outputs |= {"tagsAll": new.get("tags") or {}} if "tagsAll" in outputs else {}
            planned = outputs | resource.planned(old, new) | new | {"id": request.resource_id}
            return rpc.UpdateResponse(_wrapped(resource, planned))
        with plainly(_subject(request)):
            service = self._service(resource, old, request.timeout)
            found = await asyncio.to_thread(resource.update, service, request.resource_id, old, new)
        return rpc.UpdateResponse(_wrapped(resource, self._recorded(request, found, old, new)))

    async def delete(self, request: rpc.DeleteRequest) -> None:
        resource, state = _resource(request), _props(request.properties)
        with plainly(_subject(request)):
            service = self._service(resource, state, request.timeout)
            await asyncio.to_thread(existing, lambda: resource.delete(service, request.resource_id, state))

    def _service(self, resource: Resource, props: Props, timeout: float = 0) -> Service:
        return Service(self._ready(), resource.service, props.get("region"), timeout)

    def _ready(self) -> Emulator:
        if self._emulator is None:
            raise Refusal("the local aws plugin was asked to work before it was configured")
        if isinstance(self._emulator, Refusal):
            raise self._emulator
        return self._emulator

    def _recorded(
        self, request: rpc.CreateRequest | rpc.UpdateRequest, found: Props, old: Props, given: Props
    ) -> Props:
        """The state after a write, with what the emulator did not take over remembered in it, and that said."""
        resource = _resource(request)
        state = aligned(resource.inputs, found, given)
        lost = dict(unheld(resource.inputs, state, given)) | untaken(resource.inputs, state, old, given)
        for path in lost:
            state = put(state, path, given)
        if warning := resource.warning():
            self._say_once(request.urn, warning)
        if not lost:
            return state
        parts = [path if _hides(resource, path, held) else f"{path} (there {held})" for path, held in lost.items()]
        line = f"{_short(resource)}: the emulator does not support {', '.join(parts)}; it is only stored in the state"
        self._say_once(request.urn, line)
        return state | {_RECORD: sorted(lost)}

    def _say_once(self, urn: str, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._warn(urn, line)


def _hides(resource: Resource, path: str, held: Any) -> bool:
    return held is None or isinstance(held, dict | list) or resource.inputs[_root(path)].secret


def _emulator(settings: Props) -> Emulator:
    endpoints = settings.get("endpoints") or "[]"
    text = endpoints if isinstance(endpoints, str) else json.dumps(endpoints)
    keys = settings.get("accessKey") or "", settings.get("secretKey") or ""
    return Emulator(settings.get("region") or "us-east-1", *keys, endpoints_of(text))


def _resource(request: Any) -> Resource:
    token = request.type.rpartition("$")[2]  # the engine puts the parents' types before it
    if token not in RESOURCES:
        raise Refusal(
            f"{request.name}: the local aws plugin has no resource type {token}; it has {', '.join(sorted(RESOURCES))}"
        )
    return RESOURCES[token]


def _subject(request: Any) -> str:
    return f"{_short(_resource(request))} {request.name}"


def _short(resource: Resource) -> str:
    package, module, name = resource.type_name.split(":")
    return f"{package}.{module.partition('/')[0]}.{name}"


def _inputs(values: dict[str, PropertyValue]) -> Props:
    return {name: value for name, value in _props(values).items() if value is not None and name != "__defaults"}


def _wrapped(resource: Resource, props: Props) -> dict[str, PropertyValue]:
    return {name: wrapped(value, resource.secrets, name) for name, value in props.items()}


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _suffix(request: rpc.CheckRequest) -> str:
    return hashlib.sha256(request.random_seed + request.urn.encode()).hexdigest()[:7]
