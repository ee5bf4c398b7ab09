"""An authorization request (RFC 6749, section 4.1.1), checked again at each page of a sign-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from local.gateway import directory, emulated
from local.gateway.directory import Json
from local.gateway.http import Request, Response, redirect
from local.gateway.view import Form

COGNITO: Final = "COGNITO"
_SIGN_IN_TOKEN: Final = re.compile(r'name="ua_token" value="([\w-]+)"')
# Parameters that the gateway handles; the emulator does not support them, or takes them for another provider.
_HANDLED_HERE: Final = {"identity_provider", "idp_identifier", "prompt", "lang", "login_hint"}


@dataclass(frozen=True)
class Authorization:
    """A valid authorization request of an app.

    Args:
        query: the query string, unchanged.
        asked: the parameters of the query.
        client: the app client, as DescribeUserPoolClient returns it.
        pool: the pool, as DescribeUserPool returns it.
    """

    query: str
    asked: dict[str, str]
    client: Json
    pool: Json

    def to(self, path: str) -> str:
        """Return the address of another page for the same request."""
        return f"{path}?{self.query}"

    def form(self, path: str, button: str, fields: Mapping[str, str], hidden: Mapping[str, str] | None = None) -> Form:
        """Return a form that continues the request at `path`."""
        labels = {"email": "Email address", "phone_number": "Phone number"}
        names = [labels[one] for one in self.pool.get("UsernameAttributes") or []]
        return Form(self.to(path), button, fields, hidden or {}, " or ".join(names) or "Username")

    @property
    def redirect_uri(self) -> str:
        """The app's redirect URI; the client's default if the request has none."""
        return self.asked.get("redirect_uri") or str(self.client.get("DefaultRedirectURI", ""))

    def name(self, given: str) -> str:
        """Return a user name as the pool compares it: in lower case if the pool ignores case."""
        return given if directory.has_case(self.pool) else given.lower()

    def may_go_by_mail(self) -> bool:
        """Whether a user can sign in with a code sent by email instead of the password."""
        allowed = ((self.pool.get("Policies") or {}).get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or []
        by_choice = "ALLOW_USER_AUTH" in (self.client.get("ExplicitAuthFlows") or [])
        return by_choice and "EMAIL_OTP" in allowed and self.pool.get("MfaConfiguration") != "ON"

    def refused(self, error: str, **more: str) -> Response:
        """Return the redirect that reports an error to the app (RFC 6749, section 4.1.2.1)."""
        parameters = {"error": error, **more} | ({"state": self.asked["state"]} if "state" in self.asked else {})
        return redirect(f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(parameters)}")

    def providers(self) -> list[str]:
        """Return the identity providers of the app client; only COGNITO if none is set."""
        return list(self.client.get("SupportedIdentityProviders") or [COGNITO])


async def checked(request: Request) -> Authorization | Response:
    """Return the authorization request; if it is invalid, the emulator's error response."""
    asked = request.asked()
    answer = await emulated.send("GET", "/oauth2/authorize", b"", {}, urlencode(_passed(asked)))
    if answer.status_code != 200:
        return answer
    client = await directory.client(asked["client_id"])
    return Authorization(request.query, asked, client, await directory.pool(client["UserPoolId"]))


async def code(request: Authorization, name: str, password: str) -> Response:
    """Sign in to the emulator with a password: return its redirect to the app, or its page."""
    return await _login(request, username=name, password=password)


async def code_without_password(request: Authorization, name: str) -> Response:
    """Sign in to the emulator by email code, with the fixed code that it accepts. The caller checks the real code."""
    page = await _login(request, auth_flow="USER_AUTH", username=name)
    found = _SIGN_IN_TOKEN.search(page.text)
    if found is None:
        return page
    token = {"ua_token": found[1]}
    if b'value="EMAIL_OTP"' in page.content:  # the page that offers several factors
        await emulated.post("/login", token | {"challenge": "EMAIL_OTP"})
    return await emulated.post("/login", token | {"code": "123456"})


async def to_provider(request: Authorization, name: str) -> Response:
    """Return the emulator's redirect to an external identity provider."""
    asked = _passed(request.asked) | {"redirect_uri": request.redirect_uri, "identity_provider": name}
    return await emulated.send("GET", "/oauth2/authorize", b"", {}, urlencode(asked))


async def _login(request: Authorization, **entered: str) -> Response:
    return await emulated.post("/login", _passed(request.asked) | {"redirect_uri": request.redirect_uri} | entered)


def _passed(asked: dict[str, str]) -> dict[str, str]:
    """Return the parameters to pass to the emulator."""
    return {name: value for name, value in asked.items() if name not in _HANDLED_HERE}
