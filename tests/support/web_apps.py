"""The web apps of docs/connect.md that are programs of their own: Spring Boot by Maven, oauth2-proxy by Go."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx2

from local import pulumi_cli
from tests.support import building, npm, servers

OAUTH2_PROXY = "v7.15.6"
SPRING = npm.EXAMPLES / "spring"


@contextlib.contextmanager
def spring(port: int, application: Path, log: Path) -> Iterator[str]:
    """The example on Spring Boot at `port`, set up by an `application.yaml`."""
    options = [f"--server.port={port}", "--server.address=127.0.0.1", f"--spring.config.location={application}"]
    url = f"http://localhost:{port}"
    with servers.running(["java", "-jar", str(_jar()), *options], f"{url}/projects", log, os.environ):
        yield url


@contextlib.contextmanager
def oauth2_proxy(port: int, variables: Mapping[str, str], log: Path) -> Iterator[str]:
    """oauth2-proxy at `port`, set up by its variables, before an app that answers 202 to everything."""
    options = [f"--http-address=127.0.0.1:{port}", "--upstream=static://202"]
    url = f"http://localhost:{port}"
    with servers.running([_oauth2_proxy(), *options], f"{url}/ping", log, os.environ | variables):
        yield url


@contextlib.contextmanager
def signed_in(start: str, person: Callable[[str], str]) -> Iterator[httpx2.Client]:
    """A browser that has gone from the app to the sign-in pages and back, so that the app knows who it is.

    Args:
        start: the app's own address for signing in.
        person: goes from the sign-in page's address to the one at which the browser comes back.
    """
    with httpx2.Client(trust_env=False) as browser:
        asked = browser.get(start)
        assert asked.status_code == 302, asked.text
        answer = browser.get(person(asked.headers["location"]))
        assert answer.status_code == 302, answer.text
        yield browser


def _jar() -> Path:
    folder = npm.FOLDER / "spring"
    with building.alone(folder):
        sources = {file.relative_to(SPRING): file.read_bytes() for file in SPRING.rglob("*.*") if file.is_file()}
        jar = folder / "target" / "spring-1.jar"
        if not jar.is_file() or any(_content(folder / name) != text for name, text in sources.items()):
            shutil.copytree(SPRING, folder, dirs_exist_ok=True)
            building.run(["mvn", "-q", "-B", "-ntp", "package"], folder)
    return jar


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _oauth2_proxy() -> str:
    if found := shutil.which("oauth2-proxy"):
        return found
    folder = pulumi_cli.cache().parent / f"oauth2-proxy-{OAUTH2_PROXY}"
    with building.alone(folder):
        if not (folder / "oauth2-proxy").is_file():
            module = f"github.com/oauth2-proxy/oauth2-proxy/v7@{OAUTH2_PROXY}"
            building.run(
                ["go", "install", "-ldflags=-s -w", module], folder, {"GOBIN": str(folder), "CGO_ENABLED": "0"}
            )
    return str(folder / "oauth2-proxy")
