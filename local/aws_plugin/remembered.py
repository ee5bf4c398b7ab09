"""Resource types that the emulator has nothing of: each is remembered in its state, which a read gives back."""

import uuid
from collections.abc import Callable, Sequence

from .emulator import Refusal
from .official import Differences
from .properties import Props
from .resource import Resource
from .service import Service

Computed = Callable[[Props, str], Props]


class Remembered(Resource):
    """A type of which the state is all there is here. On AWS the program makes it for real.

    Args:
        type_name: the type's token.
        request: AWS's operation that makes it, which tells what values it takes.
        key: the inputs that name it, in its id.
        replaces: the inputs whose change makes another one.
        separator: between the parts of its id.
        computed: its outputs, from its inputs and a random id.
    """

    service = "cognitoidp"

    def __init__(
        self,
        type_name: str,
        request: str,
        key: Sequence[str],
        replaces: Sequence[str],
        separator: str = ",",
        computed: Computed = lambda inputs, identity: {},  # noqa: ARG005
    ) -> None:
        self.type_name, self.requests, self.differences = type_name, (request,), Differences(replaces=replaces)
        self._key, self._separator, self._computed = key, separator, computed

    def warning(self) -> str:
        name = self.type_name.rpartition(":")[2]
        return f"the emulator has no {name}: it is only stored in the state, without effect"

    def create(self, aws: Service, props: Props) -> Props:
        identity = str(uuid.uuid4())
        known = {"region": aws.region} | props
        state = self.state(aws, identity, {}, **(known | self._computed(known, identity)))
        named = [str(state[name]) for name in self._key if state.get(name)]
        return state | {"id": self._separator.join(named)}

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        state = {name: value for name, value in known.items() if name in (*self.inputs, *self.outputs)}
        if not state:
            raise Refusal(f"{self.warning()}: there is nothing to import by the id {resource_id}; remove the import")
        return state

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        outputs = {name: old[name] for name in self.outputs if name in old}
        return self.state(aws, resource_id, {}, **(outputs | new))

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        pass


def _branding(inputs: Props, identity: str) -> Props:
    return {"managedLoginBrandingId": identity, "settingsAll": inputs.get("settings") or "{}"}


TYPES = (
    Remembered(
        "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration",
        "SetLogDeliveryConfiguration",
        key=("userPoolId",),
        replaces=("userPoolId",),
    ),
    Remembered(
        "aws:cognito/managedLoginBranding:ManagedLoginBranding",
        "CreateManagedLoginBranding",
        key=("userPoolId", "managedLoginBrandingId"),
        replaces=("clientId", "userPoolId"),
        computed=_branding,
    ),
    Remembered(
        "aws:cognito/riskConfiguration:RiskConfiguration",
        "SetRiskConfiguration",
        key=("userPoolId", "clientId"),
        replaces=("clientId", "userPoolId"),
        separator=":",
    ),
)
