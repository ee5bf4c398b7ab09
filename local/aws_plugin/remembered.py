"""Resource types that the emulator lacks: they are stored only in the state, and a read returns the state."""

import uuid

from .emulator import Refusal
from .official import Differences
from .properties import Props
from .resource import Resource
from .service import Service


class Remembered(Resource):
    """A resource type that exists only in the state. On AWS, with the official provider, it is a real resource.

    The id consists of the inputs and outputs in `key` that are set, joined by `separator`.
    """

    key: tuple[str, ...]
    separator = ","

    def warning(self) -> str:
        return f"the emulator has no {type(self).__name__}: it is only stored in the state, without effect"

    def computed(self, props: Props) -> Props:
        """Return the outputs of a new resource."""
        return {}

    def create(self, aws: Service, props: Props) -> Props:
        state = self.state(aws, "", {}, **(props | self.computed(props)))
        return state | {"id": self.separator.join(state[name] for name in self.key if state.get(name))}

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        state = {name: value for name, value in known.items() if name in (*self.inputs, *self.outputs)}
        if not state:
            raise Refusal(f"{self.warning()}: there is nothing to import by the id {resource_id}; remove the import")
        return state

    def update(self, aws: Service, resource_id: str, old: Props, new: Props) -> Props:
        outputs = {name: old[name] for name in self.outputs if name in old}
        return self.state(aws, resource_id, {}, **(outputs | new))


class LogDeliveryConfiguration(Remembered, module="cognito"):
    """Where a pool logs its messages and sign-ins."""

    requests = ("SetLogDeliveryConfiguration",)
    key = ("userPoolId",)
    differences = Differences(replaces=key)


class ManagedLoginBranding(Remembered, module="cognito"):
    """The style of the sign-in pages."""

    requests = ("CreateManagedLoginBranding",)
    key = ("userPoolId", "managedLoginBrandingId")
    differences = Differences(replaces=("clientId", "userPoolId"), resets=("useCognitoProvidedValues",))

    def computed(self, props: Props) -> Props:
        return {"managedLoginBrandingId": str(uuid.uuid4()), "settingsAll": props.get("settings") or "{}"}


class RiskConfiguration(Remembered, module="cognito"):
    """How a pool, or one of its clients, responds to threats."""

    requests = ("SetRiskConfiguration",)
    key, separator = ("userPoolId", "clientId"), ":"
    differences = Differences(replaces=key)
