"""When a person signed in, as AWS has it in tokens: the same however often they are renewed.

The emulator says when a token was issued, so each is signed anew, with the key of its pool that the emulator keeps for
this in its folder. OpenID Connect asks for the first time (https://openid.net/specs/openid-connect-core-1_0.html,
section 12.2), and libraries such as oidc-client-ts refuse any other.
"""

import functools
import os
from pathlib import Path
from typing import Final

from joserfc import jwk, jwt

from local.gateway import tokens
from local.gateway.directory import Json

_USES: Final = ("access", "id")


def kept(issued: Json, refresh_token: str) -> Json:
    """An answer whose tokens have the time at which their refresh token was issued.

    Args:
        issued: tokens by their names, as an endpoint or an operation answers.
        refresh_token: the one that came with them, or by which they were renewed; empty for a machine's.
    """
    began = tokens.claims(refresh_token).get("iat")
    return {
        name: _signed(str(one), began) if began and "token" in name.lower() else one for name, one in issued.items()
    }


def _signed(token: str, began: int) -> str:
    said = tokens.claims(token)
    use = said.get("token_use")
    if use not in _USES:
        return token  # a refresh token, or the word Bearer
    pool_id = said["iss"].rsplit("/", 1)[-1]
    file = Path(os.environ["STATE_DIR"], "cognito-pool-keys", f"{pool_id}-{use}.pem")
    header = {"alg": "RS256", "kid": tokens.header(token)["kid"]}
    return jwt.encode(header, {**said, "auth_time": began}, _key(file.read_bytes()))


@functools.lru_cache
def _key(written: bytes) -> jwk.Key:
    """A key as its file has it. To read and check it takes twenty times as long as to sign."""
    return jwk.import_key(written, "RSA")
