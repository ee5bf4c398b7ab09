"""An authorization request (RFC 6749, section 4.1.1), checked anew by each page that it goes through."""

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
_UNDER_WAY: Final = re.compile(r'name="ua_token" value="([\w-]+)"')
# What the emulator does not know, or takes for another provider's.
_OURS: Final = {"identity_provider", "idp_identifier", "prompt", "lang", "login_hint"}


@dataclass(frozen=True)
class Authorization:
    """What an app asks for, which is all right.

    Args:
        query: as it came.
        asked: its parameters.
        client: the app, as DescribeUserPoolClient answers.
        pool: as DescribeUserPool answers.
    """

    query: str
    asked: dict[str, str]
    client: Json
    pool: Json

    def to(self, path: str) -> str:
        """Another page for the same request."""
        return f"{path}?{self.query}"

    def form(self, path: str, button: str, fields: Mapping[str, str], hidden: Mapping[str, str] | None = None) -> Form:
        """A form that goes on with the request."""
        words = {"email": "Email address", "phone_number": "Phone number"}
        names = [words[one] for one in self.pool.get("UsernameAttributes") or []]
        return Form(self.to(path), button, fields, hidden or {}, " or ".join(names) or "Username")

    @property
    def redirect_uri(self) -> str:
        """Where the app is answered; the client's default where it named none."""
        return self.asked.get("redirect_uri") or str(self.client.get("DefaultRedirectURI", ""))

    def name(self, given: str) -> str:
        """A user's name as the pool compares it."""
        return given if directory.has_case(self.pool) else given.lower()

    def may_go_by_mail(self) -> bool:
        """Whether a code by mail may stand in for the password."""
        allowed = ((self.pool.get("Policies") or {}).get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or []
        by_choice = "ALLOW_USER_AUTH" in (self.client.get("ExplicitAuthFlows") or [])
        return by_choice and "EMAIL_OTP" in allowed and self.pool.get("MfaConfiguration") != "ON"

    def refused(self, error: str, **more: str) -> Response:
        """What the app is answered where there is no code (RFC 6749, section 4.1.2.1)."""
        told = {"error": error, **more} | ({"state": self.asked["state"]} if "state" in self.asked else {})
        return redirect(f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(told)}")

    def providers(self) -> list[str]:
        """Where the app lets people sign in."""
        return list(self.client.get("SupportedIdentityProviders") or [COGNITO])


async def checked(request: Request) -> Authorization | Response:
    """The request that a page is asked for; where it is wrong, the answer that refuses it."""
    asked = request.asked()
    answer = await emulated.send("GET", "/oauth2/authorize", b"", {}, urlencode(_plain(asked)))
    if answer.status_code != 200:
        return answer
    client = await directory.client(asked["client_id"])
    return Authorization(request.query, asked, client, await directory.pool(client["UserPoolId"]))


async def code(request: Authorization, name: str, password: str) -> Response:
    """What the emulator's own sign-in says to a name and a password: the redirect to the app, or a page."""
    return await _login(request, username=name, password=password)


async def code_without_password(request: Authorization, name: str) -> Response:
    """The same for a person who has proven to have the address: by the emulator's pages for that, and its one code."""
    page = await _login(request, auth_flow="USER_AUTH", username=name)
    under_way = _UNDER_WAY.search(page.text)
    if under_way is None:
        return page
    token = {"ua_token": under_way[1]}
    if b'value="EMAIL_OTP"' in page.content:  # where there is more than one factor, one is chosen
        await emulated.post("/login", token | {"challenge": "EMAIL_OTP"})
    return await emulated.post("/login", token | {"code": "123456"})


async def to_provider(request: Authorization, name: str) -> Response:
    """The emulator's redirect to another provider."""
    asked = _plain(request.asked) | {"redirect_uri": request.redirect_uri, "identity_provider": name}
    return await emulated.send("GET", "/oauth2/authorize", b"", {}, urlencode(asked))


async def _login(request: Authorization, **entered: str) -> Response:
    return await emulated.post("/login", _plain(request.asked) | {"redirect_uri": request.redirect_uri} | entered)


def _plain(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if name not in _OURS}
