"""Tokens: their claims, the rotation of refresh tokens, and the `auth_time` claim.

The emulator has no rotation. A rotated token is the emulator's token with a random suffix, its generation. The valid
generations are kept in memory: after a restart, every generation of a token is accepted until its next rotation.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html

The emulator sets `auth_time` to the time of issue. On AWS it is the time of the sign-in, and a refresh does not change
it. OpenID Connect requires this (https://openid.net/specs/openid-connect-core-1_0.html, section 12.2), and libraries
such as oidc-client-ts check it. So the gateway signs each token again, with the pool's key from the emulator's folder.
"""

import base64
import functools
import math
import os
import secrets
import time
from pathlib import Path
from typing import Final

from joserfc import jwk, jwt

from local.gateway.directory import Json
from local.gateway.http import json_object

_USES: Final = ("access", "id")
_DOTS = 2  # in a JWT
_families: dict[str, dict[str, float]] = {}  # the emulator's token -> generation -> when it expires


def claims(token: str) -> Json:
    """Return the claims of a token without verification; empty if it is not a JWT."""
    return _part(token, 1)


def original(token: str) -> str:
    """Return the emulator's token, without the generation."""
    return ".".join(token.split(".")[: _DOTS + 1])


def is_used_up(token: str) -> bool:
    """Whether a newer token has replaced this one, and its grace period is over."""
    family = _families.get(original(token))
    return family is not None and time.monotonic() > family.get(_generation(token), -math.inf)


def rotated(token: str, grace: float) -> str:
    """Return the next refresh token; `token` stays valid for `grace` seconds."""
    family = _families.setdefault(original(token), {})
    ends = time.monotonic() + grace
    family[_generation(token)] = min(ends, family.get(_generation(token), ends))
    new = secrets.token_hex(8)
    family[new] = math.inf
    return f"{original(token)}.{new}"


def with_auth_time(issued: Json, refresh_token: str) -> Json:
    """Return a token response whose tokens have the refresh token's time of issue as `auth_time`.

    Args:
        issued: the response of the token endpoint or an operation.
        refresh_token: the refresh token in the response or the request; empty for a machine-to-machine client.
    """
    began = claims(refresh_token).get("iat")
    return {
        name: _signed(str(one), began) if began and "token" in name.lower() else one for name, one in issued.items()
    }


def _generation(token: str) -> str:
    return ".".join(token.split(".")[_DOTS + 1 :])


def _part(token: str, place: int) -> Json:
    try:
        part = token.split(".")[place]
        return json_object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) or {}
    except (IndexError, ValueError):
        return {}


def _signed(token: str, began: int) -> str:
    """Return an access or ID token signed again, with `began` as `auth_time`."""
    content = claims(token)
    use = content.get("token_use")
    if use not in _USES:
        return token  # a refresh token, or the word Bearer
    pool_id = content["iss"].rsplit("/", 1)[-1]
    file = Path(os.environ["STATE_DIR"], "cognito-pool-keys", f"{pool_id}-{use}.pem")
    header = {"alg": "RS256", "kid": _part(token, 0)["kid"]}
    return jwt.encode(header, {**content, "auth_time": began}, _key(file.read_bytes()))


@functools.lru_cache
def _key(written: bytes) -> jwk.Key:
    """Parse a key file. Cached, because parsing takes twenty times as long as signing."""
    return jwk.import_key(written, "RSA")
