"""An API that verifies access tokens with PyJWT (https://pyjwt.readthedocs.io)."""

import os
from typing import Any

import jwt

KEYS = jwt.PyJWKClient(os.environ["IDENTITY_JWKS_URI"])


def checked(token: str, scope: str) -> dict[str, Any]:
    """Return the claims of an access token of this pool with the scope. Raises jwt.InvalidTokenError for any other."""
    claims: dict[str, Any] = jwt.decode(
        token,
        KEYS.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=os.environ["IDENTITY_ISSUER"],
        options={"require": ["exp", "iss", "sub", "client_id"]},
    )
    if claims.get("token_use") != "access" or scope not in claims.get("scope", "").split():
        raise jwt.InvalidTokenError("This is not an access token with the required scope.")
    return claims
