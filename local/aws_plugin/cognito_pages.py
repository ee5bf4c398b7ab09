"""aws:cognito UserPoolUICustomization: the looks of the classic sign-in pages.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUICustomization.html
"""

import base64

from pulumi.runtime.rpc import UNKNOWN

from .official import Differences
from .properties import Props, to_aws
from .resource import Resource, parted
from .service import Service


class UserPoolUICustomization(Resource):
    """A style sheet and a logo, of one client or of ALL. The emulator takes the logo and keeps none."""

    type_name = "aws:cognito/userPoolUICustomization:UserPoolUICustomization"
    service = "cognitoidp"
    requests = ("SetUICustomization",)
    differences = Differences(
        replaces=("clientId", "userPoolId"), unread=("imageFile",), own=("imageFile",), default={"clientId": "ALL"}
    )

    def planned(self, old: Props, new: Props) -> Props:
        return dict.fromkeys(("cssVersion", "imageUrl", "lastModifiedDate"), UNKNOWN)

    def make(self, aws: Service, props: Props) -> str:
        request = {"CSS": "", **to_aws(self.inputs, props)}
        if image := props.get("imageFile"):
            request["ImageFile"] = base64.b64decode(image)
        aws.client.set_ui_customization(**request)
        return f"{props['userPoolId']},{props['clientId']}"

    def read(self, aws: Service, resource_id: str, known: Props) -> Props | None:
        pool, client_id = parted(resource_id, "<user pool id>,<client id>")
        found = aws.client.get_ui_customization(UserPoolId=pool, ClientId=client_id).get("UICustomization") or {}
        # AWS and the emulator answer with the pool's own where the client has none.
        if found.get("ClientId") != client_id or not (found.get("CSS") or known.get("imageFile")):
            return None
        return self.state(aws, resource_id, found)

    def delete(self, aws: Service, resource_id: str, state: Props) -> None:
        pool, client_id = parted(resource_id, "<user pool id>,<client id>")
        aws.client.set_ui_customization(UserPoolId=pool, ClientId=client_id, CSS="")
