"""A fake sign-in server that returns what a test needs: valid, invalid or missing tokens."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from cli.outputs import Outputs
from cli.sign_in.authorization import AuthorizationRequest
from cli.sign_in.flow import Target
from local.emulator import free_port
from tests.support import http

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"
CLIENT = "the-client"
KEY = RSAKey.generate_key(2048, {"kid": "a"})


@dataclass
class FalseServer:
    """A sign-in server and a Cognito API without effects.

    The tokens are valid except for `changes`: `{"id_token": {"sub": "x"}}` changes a claim of the id token,
    `{"id_token": None}` omits the token. With another `status` than 200 the response is the `refusal`.
    """

    url: str
    callback: str
    changes: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    refusal: dict[str, str] = field(default_factory=dict)
    nonce: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    api_asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    api_refusals: dict[str, dict[str, str]] = field(default_factory=dict)
    revoked: list[dict[str, Any]] = field(default_factory=list)
    revocation: tuple[int, object] = (200, {})

    def target(self, **client: object) -> Target:
        """Return the stack `false`, with one client of this server."""
        keys = {"clientId": CLIENT, "scopes": ["openid", "a/read"], "callbackUrls": [self.callback]} | client
        outputs = {
            "userPoolId": "eu-west-1_Abc",
            "issuer": ISSUER,
            "jwksUri": f"{self.url}/jwks.json",
            "authorizeUrl": f"{self.url}/oauth2/authorize",
            "tokenUrl": f"{self.url}/oauth2/token",
            "userInfoUrl": f"{self.url}/oauth2/userInfo",
            "logoutUrl": f"{self.url}/logout",
            "clients": {"cli": keys},
        }
        made = Outputs.model_validate(outputs)
        return Target("false", made, "cli")

    def browse(self, request: AuthorizationRequest, _browser: bool = True) -> None:
        """Replace the browser: request the callback URL at once."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        self.nonce = asked.get("nonce")
        threading.Thread(
            target=http.get,
            args=(asked["redirect_uri"],),
            kwargs={"params": {"code": "c0de", "state": asked["state"]}},
            daemon=True,
        ).start()

    def tokens(self) -> dict[str, object]:
        now = int(time.time())
        both = {"iss": ISSUER, "sub": "ada", "iat": now, "exp": now + 3600}
        given: dict[str, Any] = {
            "access_token": both | {"token_use": "access", "client_id": CLIENT, "scope": "openid a/read"},
            "id_token": both | {"token_use": "id", "aud": CLIENT, "nonce": self.nonce, "cognito:username": "ada"},
            "refresh_token": "the-refresh-token",
        }
        for name, change in self.changes.items():
            given[name] = given[name] | change if isinstance(change, dict) else change
        return {name: self._signed(value) for name, value in given.items() if value is not None}

    def _signed(self, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return jwt.encode({"alg": "RS256", "kid": "a"}, {k: v for k, v in value.items() if v is not None}, KEY)

    def answer(self, path: str, text: str, headers: dict[str, str]) -> tuple[int, object]:
        if path == "/":
            operation = headers["x-amz-target"].removeprefix("AWSCognitoIdentityProviderService.")
            self.api_asked.append((operation, json.loads(text), headers))
            refusal = self.api_refusals.get(operation)
            return (200, {}) if refusal is None else (400, refusal)
        if path == "/oauth2/revoke":
            self.revoked.append({name: values[0] for name, values in parse_qs(text).items()} | {"headers": headers})
            return self.revocation
        if path == "/jwks.json":
            return 200, KeySet([KEY]).as_dict(private=False)
        if path == "/oauth2/token":
            self.asked.append({name: values[0] for name, values in parse_qs(text).items()})
            return (
                (200, {**self.tokens(), "token_type": "Bearer"}) if self.status == 200 else (self.status, self.refusal)
            )
        return 404, {}


@contextlib.contextmanager
def false_server() -> Iterator[FalseServer]:
    """Run the server, and yield it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, text: str) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer = false.answer(urlsplit(self.path).path, text, headers)
            given = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(given)))
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, *_: object) -> None:
            """keep requests out of the tests' output"""

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        false = FalseServer(f"http://127.0.0.1:{server.server_address[1]}", f"http://localhost:{free_port()}/back")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield false
        finally:
            server.shutdown()
