"""Resource types that the emulator has nothing of: each is remembered in its state, which a read gives back."""

import uuid
from collections.abc import Callable, Sequence

from .emulator import Refusal
from .official import Differences, official_table
from .properties import Props
from .resource import Resource
from .service import Service

Computed = Callable[[Props, str], Props]


class Remembered(Resource):
    """A type of which the state is all there is here. On AWS the program makes it for real.

    Args:
        type_name: the type's token.
        key: the inputs that name it, in its id; the id is random where there are none.
        separator: between them.
        shape: AWS's request that makes it, service and name, which tells what values it takes.
        differences: what is written by hand of its inputs.
        computed: its outputs, from its inputs and a random id.
    """

    service = ""

    def __init__(
        self,
        type_name: str,
        key: Sequence[str] = (),
        separator: str = ",",
        shape: tuple[str, str] | None = None,
        differences: Differences = Differences(),  # noqa: B008 - it is frozen
        computed: Computed = lambda inputs, identity: {},  # noqa: ARG005
    ) -> None:
        self.type_name, self._key, self._separator, self._computed = type_name, key, separator, computed
        service, *shapes = shape or ("",)
        self.inputs = official_table(type_name, service, shapes, differences)

    def warning(self) -> str:
        name = self.type_name.rpartition(":")[2]
        return f"the emulator has no {name}: the state remembers it, and it does nothing here"

    def create(self, aws: Service, props: Props) -> Props:
        identity = str(uuid.uuid4())
        known = {"region": aws.region} | props
        state = self.state(aws, identity, {}, **(known | self._computed(known, identity)))
        named = [str(state[name]) for name in self._key if state.get(name)]
        return state | {"id": self._separator.join(named) or identity}

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:  # noqa: ARG002
        state = {name: value for name, value in known.items() if name in (*self.inputs, *self.outputs)}
        if not state:
            raise Refusal(f"{self.warning()}: there is nothing to import by the id {resource_id}; leave the import out")
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
        key=("userPoolId",),
        shape=("cognito-idp", "SetLogDeliveryConfigurationRequest"),
        differences=Differences(replaces=("userPoolId",)),
    ),
    Remembered(
        "aws:cognito/managedLoginBranding:ManagedLoginBranding",
        key=("userPoolId", "managedLoginBrandingId"),
        shape=("cognito-idp", "CreateManagedLoginBrandingRequest"),
        differences=Differences(replaces=("clientId", "userPoolId")),
        computed=_branding,
    ),
    Remembered(
        "aws:cognito/riskConfiguration:RiskConfiguration",
        key=("userPoolId", "clientId"),
        separator=":",
        shape=("cognito-idp", "SetRiskConfigurationRequest"),
        differences=Differences(replaces=("clientId", "userPoolId")),
    ),
)
