"""aws:cognito UserPoolUICustomization: the looks of the classic sign-in pages.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUICustomization.html
"""

import base64

from pulumi.runtime.rpc import UNKNOWN

from .emulator import Emulator, Refusal
from .official import Differences, official_table
from .properties import Props, from_aws, to_aws
from .resource import Found, Resource, existing


class UserPoolUICustomization(Resource):
    """A style sheet and a logo, of one client or of ALL. The emulator takes the logo and keeps none."""

    type_name = "aws:cognito/userPoolUICustomization:UserPoolUICustomization"
    service = "cognitoidp"
    inputs = official_table(
        type_name,
        "cognito-idp",
        ("SetUICustomizationRequest",),
        Differences(
            replaces=("clientId", "userPoolId"), unread=("imageFile",), own=("imageFile",), default={"clientId": "ALL"}
        ),
    )

    def planned(self, old: Props, new: Props) -> Props:  # noqa: ARG002
        return dict.fromkeys(("cssVersion", "imageUrl", "lastModifiedDate"), UNKNOWN)

    def create(self, emulator: Emulator, props: Props, timeout: float) -> Found:  # noqa: ARG002
        request = {"CSS": "", **to_aws(self.inputs, props)}
        if image := props.get("imageFile"):
            request["ImageFile"] = base64.b64decode(image)
        self.client(emulator, props).set_ui_customization(**request)
        return self.reread(emulator, f"{props['userPoolId']},{props['clientId']}", props)

    def read(self, emulator: Emulator, resource_id: str, known: Props) -> Found | None:
        pool, _, client_id = resource_id.partition(",")
        if not client_id:
            raise Refusal(f"the id to import is <user pool id>,<client id>; received {resource_id}")
        client = self.client(emulator, known)
        answer = existing(lambda: client.get_ui_customization(UserPoolId=pool, ClientId=client_id))
        found = (answer or {}).get("UICustomization") or {}
        # AWS and the emulator answer with the pool's own where the client has none.
        if found.get("ClientId") != client_id or not (found.get("CSS") or known.get("imageFile")):
            return None
        moments = {"creationDate": found["CreationDate"], "lastModifiedDate": found["LastModifiedDate"]}
        return Found(
            resource_id,
            from_aws(self.inputs, found)
            | {name: moment.strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in moments.items()}
            | {"cssVersion": found.get("CSSVersion", ""), "imageUrl": found.get("ImageUrl", "")}
            | {"region": known.get("region") or emulator.region},
        )

    def update(self, emulator: Emulator, resource_id: str, old: Props, new: Props, timeout: float) -> Found:  # noqa: ARG002
        return self.create(emulator, new, timeout)

    def delete(self, emulator: Emulator, resource_id: str, state: Props, timeout: float) -> None:  # noqa: ARG002
        pool, _, client_id = resource_id.partition(",")
        client = self.client(emulator, state)
        existing(lambda: client.set_ui_customization(UserPoolId=pool, ClientId=client_id, CSS=""))
