"""Tokens: what they say, which refresh token of a rotated family is good, and when a person signed in.

The emulator knows no rotation. So a rotated token is the emulator's own with a generation behind it; which generations
are good is kept here, and is not known any more after a restart: the first that comes is then taken.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html

It says when a token was issued, where AWS says when the person signed in, the same however often tokens are renewed. So
each is signed anew, with the key of its pool that the emulator keeps for this in its folder. OpenID Connect asks for
the first time (https://openid.net/specs/openid-connect-core-1_0.html, section 12.2), and libraries such as
oidc-client-ts refuse any other.
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
_DOTS = 2  # of a JWT
_families: dict[str, dict[str, float]] = {}  # the emulator's token -> generation -> when it ends


def claims(token: str) -> Json:
    """What a token says, unverified; empty where it is no token."""
    return _part(token, 1)


def original(token: str) -> str:
    """The token as the emulator knows it."""
    return ".".join(token.split(".")[: _DOTS + 1])


def is_used_up(token: str) -> bool:
    """Whether a newer one was given in its place, and its time of grace is over."""
    family = _families.get(original(token))
    return family is not None and time.monotonic() > family.get(_generation(token), -math.inf)


def rotated(token: str, grace: float) -> str:
    """The next token, which ends this one after `grace` seconds."""
    family = _families.setdefault(original(token), {})
    ends = time.monotonic() + grace
    family[_generation(token)] = min(ends, family.get(_generation(token), ends))
    new = secrets.token_hex(8)
    family[new] = math.inf
    return f"{original(token)}.{new}"


def with_auth_time(issued: Json, refresh_token: str) -> Json:
    """An answer whose tokens have the time at which their refresh token was issued.

    Args:
        issued: tokens by their names, as an endpoint or an operation answers.
        refresh_token: the one that came with them, or by which they were renewed; empty for a machine's.
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
    said = claims(token)
    use = said.get("token_use")
    if use not in _USES:
        return token  # a refresh token, or the word Bearer
    pool_id = said["iss"].rsplit("/", 1)[-1]
    file = Path(os.environ["STATE_DIR"], "cognito-pool-keys", f"{pool_id}-{use}.pem")
    header = {"alg": "RS256", "kid": _part(token, 0)["kid"]}
    return jwt.encode(header, {**said, "auth_time": began}, _key(file.read_bytes()))


@functools.lru_cache
def _key(written: bytes) -> jwk.Key:
    """A key as its file has it. To read and check it takes twenty times as long as to sign."""
    return jwk.import_key(written, "RSA")
