"""The web apps of docs/connect.md that are separate programs: Spring Boot (Maven) and oauth2-proxy (Go)."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx2

from tests.support import building, npm, servers

OAUTH2_PROXY = "v7.15.6"
SPRING = npm.EXAMPLES / "spring"


@contextlib.contextmanager
def spring(port: int, application: Path, log: Path) -> Iterator[str]:
    """Run the Spring Boot example at `port` with an `application.yaml`, and yield its URL."""
    options = [f"--server.port={port}", "--server.address=127.0.0.1", f"--spring.config.location={application}"]
    url = f"http://localhost:{port}"
    java = ["java", "-XX:TieredStopAtLevel=1"]  # without the optimizing compiler, it starts in half the time
    with servers.running([*java, "-jar", str(_jar()), *options], f"{url}/projects", log, os.environ):
        yield url


@contextlib.contextmanager
def oauth2_proxy(port: int, variables: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run oauth2-proxy at `port` with its environment variables, in front of an app that always responds with 202."""
    options = [f"--http-address=127.0.0.1:{port}", "--upstream=static://202"]
    url = f"http://localhost:{port}"
    with servers.running([_oauth2_proxy(), *options], f"{url}/ping", log, os.environ | variables):
        yield url


@contextlib.contextmanager
def signed_in(start: str, person: Callable[[str], str]) -> Iterator[httpx2.Client]:
    """Yield a browser that has signed in to the app by its sign-in pages.

    Args:
        start: the URL at which the app starts the sign-in.
        person: signs in at the URL of the sign-in page, and returns the callback URL.
    """
    with httpx2.Client(trust_env=False) as browser:
        asked = browser.get(start)
        assert asked.status_code == 302, asked.text
        answer = browser.get(person(asked.headers["location"]))
        assert answer.status_code == 302, answer.text
        yield browser


def _jar() -> Path:
    sources = sorted(file for file in SPRING.rglob("*.*") if file.is_file())

    def package(folder: Path) -> None:
        shutil.copytree(SPRING, folder, dirs_exist_ok=True)
        building.run(["mvn", "-q", "-B", "-ntp", "package"], folder)

    made = building.build_once(building.hashed_name("spring", *(file.read_bytes() for file in sources)), package)
    return made / "target" / "spring-1.jar"


def _oauth2_proxy() -> str:
    def install(folder: Path) -> None:
        module = f"github.com/oauth2-proxy/oauth2-proxy/v7@{OAUTH2_PROXY}"
        building.run(["go", "install", "-ldflags=-s -w", module], folder, {"GOBIN": str(folder), "CGO_ENABLED": "0"})

    return shutil.which("oauth2-proxy") or str(
        building.build_once(f"oauth2-proxy-{OAUTH2_PROXY}", install) / "oauth2-proxy"
    )
