"""A sign-in server for the tests: the emulator on a free port, with a pool like the program's.

It needs neither Pulumi nor the local stack. The pool is made with boto3, and the sign-in commands get its outputs
from a fake `pulumi` command on PATH, as they get those of any stack from the real one.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import boto3
import httpx2
from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

from local import keys
from local.emulator import free_port
from local.serving import served
from tests.support import servers

STACK = f"demo-{os.getpid()}"  # a session per test process, never one of a user
CHECKOUT = Path(__file__).resolve().parents[2]
API_SCOPES = [f"app.acme.api.{api}/{api}.{verb}" for api in ("project", "task") for verb in ("write", "read", "delete")]


def stack_environment(home: Path, outputs: object, **more: str) -> dict[str, str]:
    """Return an environment in which `pulumi stack output` prints these outputs for STACK."""
    (home / "outputs.json").write_text(json.dumps(outputs))
    fake = home / "bin" / "pulumi"
    fake.parent.mkdir(exist_ok=True)
    lines = [
        "#!/bin/sh",
        'case "$*" in',
        "*version*) echo v3.999.0;;",
        f'*"stack output --json --show-secrets --stack {STACK} "*) cat {home}/outputs.json;;',
        '*) echo "error: no stack named that found" >&2; exit 255;;',
        "esac",
    ]
    fake.write_text("\n".join(lines) + "\n")
    fake.chmod(0o755)
    return {**os.environ, "PATH": f"{fake.parent}{os.pathsep}{os.environ['PATH']}", **more}


@dataclass
class EmulatedStack:
    """A pool on the emulator, and the outputs of a stack with this pool."""

    url: str
    cognito: CognitoIdentityProviderClient
    pool_id: str
    outputs: dict[str, object]
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Return an environment in which `pulumi stack output` prints these outputs for STACK."""
        return stack_environment(self.home, self.outputs, **more)

    def make_user(self, name: str, password: str) -> None:
        """Create a confirmed user."""
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
            MessageAction="SUPPRESS",
        )
        self.cognito.admin_set_user_password(UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True)


@contextlib.contextmanager
def emulator(log: Path) -> Iterator[str]:
    """Run an emulator on a free port, and yield its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command, environment = served(port, keys.own(), log.parent)
    with servers.running(command, f"{url}/_ministack/health", log, environment):
        yield url


def make_stack(url: str, home: Path, callback_port: int, environment: str = "test") -> EmulatedStack:
    """Create a pool with the two default APIs and one client of each kind. `windowscli` uses the callback port."""
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=keys.own().id,
        aws_secret_access_key=keys.own().secret,
    )
    pool_id = cognito.create_user_pool(
        PoolName=f"acme-{environment}-userpool-customers",
        AliasAttributes=["preferred_username"],
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireLowercase": True,
                "RequireUppercase": True,
                "RequireNumbers": False,
                "RequireSymbols": False,
                "TemporaryPasswordValidityDays": 14,
            }
        },
    )["UserPool"]["Id"]
    for api in ("project", "task"):
        cognito.create_resource_server(
            UserPoolId=pool_id,
            Identifier=f"app.acme.api.{api}",
            Name=f"acme-{environment}-resourceserver-{api}",
            Scopes=[
                {"ScopeName": f"{api}.{verb}", "ScopeDescription": f"{verb} {api}s"}
                for verb in ("write", "read", "delete")
            ],
        )
    callbacks = {
        "postman": [f"https://{environment}-auth.acme.app"],
        "windowscli": [f"http://localhost:{callback_port}"],
        "nightly": [],
    }
    clients: dict[str, object] = {}
    secrets: dict[str, str] = {}
    for key, urls in callbacks.items():
        scopes = ["openid", *API_SCOPES] if urls else API_SCOPES
        made = cognito.create_user_pool_client(
            UserPoolId=pool_id,
            ClientName=f"acme-{environment}-userpoolclient-{key}",
            GenerateSecret=key != "windowscli",
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"] if urls else ["client_credentials"],
            AllowedOAuthScopes=scopes,
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            PreventUserExistenceErrors="ENABLED",
            SupportedIdentityProviders=["COGNITO"],
            CallbackURLs=urls,
        )["UserPoolClient"]
        clients[key] = {"clientId": made["ClientId"], "scopes": scopes, "callbackUrls": urls}
        if "ClientSecret" in made:
            secrets[key] = made["ClientSecret"]
    outputs: dict[str, object] = {
        "userPoolId": pool_id,
        "userPoolArn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool_id}",
        "issuer": f"https://cognito-idp.us-east-1.amazonaws.com/{pool_id}",
        "jwksUri": f"{url}/{pool_id}/.well-known/jwks.json",
        "authorizeUrl": f"{url}/oauth2/authorize",
        "tokenUrl": f"{url}/oauth2/token",
        "userInfoUrl": f"{url}/oauth2/userInfo",
        "logoutUrl": f"{url}/logout",
        "apis": {
            api: {"identifier": f"app.acme.api.{api}", "scopes": [s for s in API_SCOPES if f".{api}/" in s]}
            for api in ("project", "task")
        },
        "clients": clients,
        "clientSecrets": secrets,
    }
    return EmulatedStack(url, cognito, pool_id, outputs, home)


class _Form(HTMLParser):
    """Parses the form of the login page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input":
            self.fields[given["name"]] = given.get("value", "")


def log_in(login_url: str, name: str, password: str) -> httpx2.Response:
    """Submit the login page by HTTP. Return the redirect to the app, or the page with the error."""
    with httpx2.Client(trust_env=False) as browser:
        page = browser.get(login_url)
        form = _Form(page.raise_for_status().text)
        return browser.post(
            urljoin(str(page.url), form.action), data={**form.fields, "username": name, "password": password}
        )


@dataclass
class Command:
    """A running command, its output so far, and its exit status."""

    process: "subprocess.Popen[str]"
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the URL of the login page, once the command has printed it."""
        stderr = self.process.stderr
        assert stderr is not None
        while line := stderr.readline():
            self.said.append(line)
            if line.strip().startswith("http"):
                return line.strip()
        raise AssertionError(f"No address was printed: {''.join(self.said)}")

    def wait_for_listener(self) -> None:
        stderr = self.process.stderr
        assert stderr is not None
        while "Waiting for the browser" not in (line := stderr.readline()):
            assert line, "".join(self.said)
            self.said.append(line)

    def end(self, typed: str | None = None) -> tuple[int, str, str]:
        """Wait for the command. Return exit status, standard output and standard error."""
        out, err = self.process.communicate(typed, timeout=60)
        return self.process.returncode, out, "".join(self.said) + err


def start(stack: EmulatedStack, *arguments: str, **environment: str) -> Command:
    return Command(
        subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=CHECKOUT,
            env=stack.environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )
