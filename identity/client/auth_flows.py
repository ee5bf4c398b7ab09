"""Authentication flows of app clients, with AWS's names."""

from typing import Annotated, Final

from identity import types
from identity.errors import nearest

LEGACY_AUTH_FLOWS = ("ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH")
AUTH_FLOWS = (
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    *LEGACY_AUTH_FLOWS,
)
REFRESH: Final = "ALLOW_REFRESH_TOKEN_AUTH"
SRP: Final = "ALLOW_USER_SRP_AUTH"
USER: Final = "ALLOW_USER_AUTH"
# AWS's default for a client without authentication flows.
AWS_AUTH_FLOWS: Final = ["ALLOW_CUSTOM_AUTH", REFRESH, SRP]


def auth_flow(value: str) -> str:
    if value in AUTH_FLOWS:
        return value
    current = [flow for flow in AUTH_FLOWS if flow not in LEGACY_AUTH_FLOWS]
    return types.refuse("one of " + ", ".join(current), nearest(value, current))


AuthFlow = Annotated[types.Text, types.Checked(auth_flow, {"enum": list(AUTH_FLOWS)})]
