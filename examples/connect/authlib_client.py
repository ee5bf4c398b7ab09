"""A web app that signs users in with Authlib (https://docs.authlib.org): its two routes, for any framework."""

import os

from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client


def client() -> OAuth2Client:
    """Return an OAuth client with the settings of the app client."""
    return OAuth2Client(
        os.environ["IDENTITY_CLIENT_SITE_ID"],
        os.environ["IDENTITY_CLIENT_SITE_SECRET"],
        scope=os.environ["IDENTITY_CLIENT_SITE_SCOPES"],
        redirect_uri=os.environ["IDENTITY_CLIENT_SITE_CALLBACK_URL"],
        code_challenge_method="S256",
    )


def begin() -> tuple[str, dict[str, str]]:
    """Return the URL to redirect the browser to, and the values to keep in its session."""
    verifier = generate_token(48)
    with client() as app:
        url, state = app.create_authorization_url(os.environ["IDENTITY_AUTHORIZE_URL"], code_verifier=verifier)
    return url, {"state": state, "verifier": verifier}


def end(callback: str, kept: dict[str, str]) -> dict[str, str]:
    """Return the tokens, for the callback URL that the browser was redirected to."""
    with client() as app:
        response: dict[str, str] = app.fetch_token(
            os.environ["IDENTITY_TOKEN_URL"],
            authorization_response=callback,
            state=kept["state"],
            code_verifier=kept["verifier"],
        )
    return response
