"""The provider: handles the engine's requests with the property tables and the emulator.

https://pulumi-developer-docs.readthedocs.io/latest/developer-docs/providers/implementers-guide.html
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as rpc
from pulumi.runtime.rpc import UNKNOWN

from .catalogue import INVOKES, RESOURCES
from .checks import problems
from .emulator import Emulator, Refusal, endpoints_of, existing, plainly
from .properties import Props, aligned, changes, kept, put, unheld, untaken
from .resource import Resource
from .service import Service
from .values import plain, wrapped

# Among a resource's outputs: the paths of values that the emulator does not store, and so only the state has.
_RECORD = "__remembered"
# Among a resource's inputs: the names of omitted inputs that the plugin filled in.
_FILLED = "__defaults"
CONFIG = frozenset(
    [
        *("region", "accessKey", "secretKey", "token", "endpoints", "version", "pluginDownloadURL"),
        *("skipCredentialsValidation", "skipMetadataApiCheck", "skipRequestingAccountId", "skipRegionValidation"),
    ]
)


class LocalAws:
    """The local stack's `aws` provider. Each public method handles one request of the engine, and may raise Refusal.

    The engine sends requests from several threads at once.

    Args:
        warn: shows a warning to the user; called with the resource's URN and the line.
    """

    def __init__(self, warn: Callable[[str, str], None]) -> None:
        self._warn = warn
        self._emulator: Emulator | Refusal | None = None
        self._warned, self._warning_lock = set[str](), threading.Lock()

    def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        failures = [
            rpc.CheckFailure(
                property=name,
                reason=f"the local aws plugin knows no provider setting aws:{name}; it knows "
                + ", ".join(sorted(CONFIG - {"version", "pluginDownloadURL"})),
            )
            for name in request.news
            if name not in CONFIG and not name.startswith("__")
        ]
        return rpc.CheckResponse(inputs=request.news, failures=failures)

    def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        given = plain(request.args)
        key = given.get("accessKey") or "", given.get("secretKey") or ""
        try:
            endpoints = endpoints_of(given.get("endpoints") or "[]")
            self._emulator = Emulator(given.get("region") or "us-east-1", *key, endpoints)
        except Refusal as error:
            self._emulator = error  # reported by the check of the first resource, with its name
        # Without acceptSecrets the engine sends plain values and marks the secrets itself.
        return rpc.ConfigureResponse(supportsPreview=True)

    def cancel(self, _: Empty | None = None) -> Empty:
        if isinstance(self._emulator, Emulator):
            self._emulator.stopped.set()
        return Empty()

    def invoke(self, request: rpc.InvokeRequest) -> rpc.InvokeResponse:
        if request.tok not in INVOKES:
            raise Refusal(f"the local aws plugin has no function {request.tok}; it has {', '.join(INVOKES)}")
        function, known = INVOKES[request.tok]
        arguments = _given(request.args)
        if strange := sorted(arguments.keys() - known):
            raise Refusal(f"{request.tok}: no argument {', '.join(strange)} here; it takes {', '.join(sorted(known))}")
        with plainly(request.tok):
            answer: Props = {"return": wrapped(function(self._ready(), arguments))}
        return rpc.InvokeResponse(**answer)

    def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        resource, old, given = _resource(request), plain(request.olds), _given(request.news)
        filled = {}
        for name, prop in resource.inputs.items():
            if name not in given and prop.default is not None:
                filled[name] = prop.default
            elif name not in given and prop.named:
                made = name in (old.get(_FILLED) or [])
                filled[name] = old[name] if made else _made_name(request)
        given |= filled
        wrong = [*problems(resource.short, resource.inputs, given)]
        if isinstance(self._emulator, Refusal):
            wrong = [str(self._emulator)]
        failures = [rpc.CheckFailure(reason=text) for text in wrong]
        return rpc.CheckResponse(inputs=wrapped(given | {_FILLED: list(filled)}), failures=failures)

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        resource, old, new = _resource(request), plain(request.olds), plain(request.news)
        found = changes(resource.inputs, resource.prepared(old), resource.prepared(new))
        extra = resource.replaced_by(old, new)
        replacing = sorted({_root(path) for path, change in found.items() if change.replaces or _root(path) in extra})
        kinds = {path: change.kind + ("_REPLACE" if _root(path) in replacing else "") for path, change in found.items()}
        # If the program set a name that does not change, the name would exist twice: delete first, as the official
        # provider does.
        named = [name for name, prop in resource.inputs.items() if prop.named]
        stays = any(name not in (new.get(_FILLED) or []) and old.get(name) == new.get(name) for name in named)
        return rpc.DiffResponse(
            changes=rpc.DiffResponse.DIFF_SOME if found else rpc.DiffResponse.DIFF_NONE,
            replaces=replacing,
            deleteBeforeReplace=bool(replacing) and stays,
            diffs=sorted({_root(path) for path in found}),
            detailedDiff={
                path: rpc.PropertyDiff(kind=rpc.PropertyDiff.Kind.Value(kind)) for path, kind in kinds.items()
            },
            hasDetailedDiff=True,
        )

    def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        resource, inputs = _resource(request), _given(request.properties)
        if request.preview:
            planned = resource.previewed(inputs) | {"id": UNKNOWN}
            return rpc.CreateResponse(properties=wrapped(planned, resource.secrets))
        with self._service(request, inputs, request.timeout) as service:
            found = resource.create(service, inputs)
        state = self._recorded(request, found, {}, inputs)
        return rpc.CreateResponse(id=found["id"], properties=wrapped(state, resource.secrets))

    def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        resource, inputs, before = _resource(request), _given(request.inputs), plain(request.properties)
        known = before | inputs
        with self._service(request, known) as service:
            found = existing(lambda: resource.read(service, request.id, known))
        if found is None:
            return rpc.ReadResponse()
        state: Props = {"id": request.id}
        state |= aligned(resource.inputs, aligned(resource.inputs, found, inputs), before)
        for path in known.get(_RECORD) or []:
            state = put(state, path, known)
        state |= {_RECORD: known[_RECORD]} if _RECORD in known else {}
        wanted = inputs or {name: 0 for name in resource.inputs if name != "region"}
        shown = {name: state[name] for name in wanted if state.get(name) not in (None, [], {})}
        shown[_FILLED] = plain(request.inputs).get(_FILLED, [])
        return rpc.ReadResponse(
            id=state["id"], properties=wrapped(state, resource.secrets), inputs=wrapped(shown, resource.secrets)
        )

    def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        resource, old, new = _resource(request), plain(request.olds), _given(request.news)
        if why := resource.impossible(old, new):
            raise Refusal(f"{_subject(request)}: {why}")
        new = kept(resource.inputs, old, new)
        if request.preview:
            outputs = {name: old[name] for name in resource.outputs if name in old}
            outputs |= {"tagsAll": new.get("tags") or {}} if "tagsAll" in outputs else {}
            state = outputs | resource.planned(old, new) | new | {"id": request.id}
        else:
            with self._service(request, old, request.timeout) as service:
                found = resource.update(service, request.id, old, new)
            state = self._recorded(request, found, old, new)
        return rpc.UpdateResponse(properties=wrapped(state, resource.secrets))

    def delete(self, request: rpc.DeleteRequest) -> Empty:
        resource, state = _resource(request), plain(request.properties)
        with self._service(request, state, request.timeout) as service:
            existing(lambda: resource.delete(service, request.id, state))
        return Empty()

    @contextmanager
    def _service(self, request: Any, props: Props, timeout: float = 0) -> Iterator[Service]:
        """Yield the service of a resource with these properties. Errors get the resource's name."""
        with plainly(_subject(request)):
            yield Service(self._ready(), _resource(request).service, props.get("region"), timeout)

    def _ready(self) -> Emulator:
        if self._emulator is None:
            raise Refusal("the local aws plugin was asked to work before it was configured")
        if isinstance(self._emulator, Refusal):
            raise self._emulator
        return self._emulator

    def _recorded(
        self, request: rpc.CreateRequest | rpc.UpdateRequest, found: Props, old: Props, given: Props
    ) -> Props:
        """Return the state after a write, with the values that the emulator did not store; warn of them."""
        resource = _resource(request)
        state = aligned(resource.inputs, found, given)
        lost = dict(unheld(resource.inputs, state, given)) | untaken(resource.inputs, state, old, given)
        for path in lost:
            state = put(state, path, given)
        if warning := resource.warning():
            self._warn_once(request.urn, warning)
        if not lost:
            return state
        parts = [path if _hides(resource, path, held) else f"{path} (there {held})" for path, held in lost.items()]
        line = f"{resource.short}: the emulator does not support {', '.join(parts)}; it is only stored in the state"
        self._warn_once(request.urn, line)
        return state | {_RECORD: sorted(lost)}

    def _warn_once(self, urn: str, line: str) -> None:
        with self._warning_lock:
            if line not in self._warned:
                self._warned.add(line)
                self._warn(urn, line)


def _hides(resource: Resource, path: str, held: Any) -> bool:
    return held is None or isinstance(held, dict | list) or resource.inputs[_root(path)].secret


def _resource(request: Any) -> Resource:
    token = request.urn.split("::")[2].rpartition("$")[2]  # without the types of its parents
    if token not in RESOURCES:
        known = ", ".join(sorted(RESOURCES))
        raise Refusal(f"{_name(request)}: the local aws plugin has no resource type {token}; it has {known}")
    return RESOURCES[token]


def _name(request: Any) -> str:
    return str(request.urn.split("::", 3)[3])


def _subject(request: Any) -> str:
    return f"{_resource(request).short} {_name(request)}"


def _given(values: Struct) -> Props:
    return {name: value for name, value in plain(values).items() if value is not None and name != _FILLED}


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _made_name(request: rpc.CheckRequest) -> str:
    return f"{_name(request)}-{hashlib.sha256(request.randomSeed + request.urn.encode()).hexdigest()[:7]}"
