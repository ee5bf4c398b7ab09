"""Stack configs of any size in the shape of the default one: three scopes per API, two APIs per client."""

from dataclasses import dataclass
from typing import Any

from identity.api import RESOURCE_SERVERS_PER_POOL

_SCOPES = ("delete", "read", "write")


@dataclass(frozen=True)
class Size:
    """The number of APIs and clients of a stack."""

    apis: int
    clients: int

    def __str__(self) -> str:
        return f"{self.apis} APIs, {self.clients} clients"

    @property
    def config(self) -> dict[str, Any]:
        """Return the keys of the `identity:` namespace. Each client lists its scopes: it may have at most 50."""
        return {
            "resourceServerLimit": RESOURCE_SERVERS_PER_POOL,
            "apis": {f"api{index}": {"scopes": {name: f"{name} things" for name in _SCOPES}} for index in self._apis},
            "clients": {f"client{index}": self._client(index) for index in range(self.clients)},
        }

    @property
    def _apis(self) -> range:
        return range(self.apis)

    def _client(self, index: int) -> dict[str, Any]:
        asked = {index % self.apis, (index + 1) % self.apis}
        return {
            "callbackUrls": [f"https://client{index}.example/back"],
            "scopes": ["openid", *(f"api{api}.{name}" for api in sorted(asked) for name in _SCOPES)],
            "rotateRefreshTokens": True,
        }


DEFAULT = Size(2, 2)
MIDDLE = Size(30, 100)
LARGEST = Size(300, 1000)
MANY_APIS = Size(300, 100)
