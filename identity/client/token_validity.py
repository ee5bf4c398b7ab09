"""Token lifetimes of a client."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from identity import types
from identity.setting import Model, setting

ACCESS_SECONDS = (5 * 60, 86400)
REFRESH_SECONDS = (60 * 60, 3650 * 86400)
AccessValidity = Annotated[types.Text, types.lasting(*ACCESS_SECONDS, "from 5m to 1d")]
RefreshValidity = Annotated[types.Text, types.lasting(*REFRESH_SECONDS, "from 60m to 3650d (10 years)")]
TOKEN_VALIDITY: Final = ("accessTokenValidity", "idTokenValidity", "refreshTokenValidity", "tokenValidityUnits")


class TokenValidity(Model):
    """Token lifetimes: a number with a unit, s, m, h or d."""

    access: AccessValidity = setting("The access token lifetime, 5m-1d.", default="60m", example="15m")
    id: AccessValidity = setting("The ID token lifetime, 5m-1d.", default="60m", example="15m")
    refresh: RefreshValidity = setting(
        "The refresh token lifetime, 60m-3650d, not shorter than the others.", default="30d", example="7d"
    )

    @property
    def seconds(self) -> dict[str, int]:
        return {token: types.duration(getattr(self, token)).seconds for token in ("access", "id", "refresh")}

    def inputs(self) -> dict[str, Any]:
        lives = {token: types.duration(getattr(self, token)) for token in ("access", "id", "refresh")}
        return {
            **{f"{token}TokenValidity": life.amount for token, life in lives.items()},
            "tokenValidityUnits": {f"{token}Token": life.unit for token, life in lives.items()},
        }

    @classmethod
    def read(cls, outputs: Mapping[str, Any]) -> Self:
        units, found = outputs.get("tokenValidityUnits") or {}, {}
        for token, own in (("access", "hours"), ("id", "hours"), ("refresh", "days")):
            amount = outputs.get(f"{token}TokenValidity")
            if amount:
                found[token] = f"{int(amount)}{(units.get(f'{token}Token') or own)[0]}"
        return cls.model_construct(**{**cls.model_construct().model_dump(), **found})
