"""The web apps of docs/connect.md that are programs of their own: Spring Boot by Maven, oauth2-proxy by Go."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from local import pulumi_cli
from tests.support import http, npm

OAUTH2_PROXY = "v7.15.6"
SPRING = npm.EXAMPLES / "spring"
BUILD = 600.0  # seconds; with a usual network Maven takes ten and Go ninety, once for a machine
START = 60.0


@contextlib.contextmanager
def spring(port: int, application: Path) -> Iterator[str]:
    """The example on Spring Boot at `port`, set up by an `application.yaml`."""
    options = [f"--server.port={port}", "--server.address=127.0.0.1", f"--spring.config.location={application}"]
    with served(["java", "-jar", str(_jar()), *options], port, os.environ, "/projects") as url:
        yield url


@contextlib.contextmanager
def oauth2_proxy(port: int, variables: Mapping[str, str]) -> Iterator[str]:
    """oauth2-proxy at `port`, set up by its variables, before an app that answers 202 to everything."""
    options = [f"--http-address=127.0.0.1:{port}", "--upstream=static://202"]
    with served([_oauth2_proxy(), *options], port, os.environ | variables, "/ping") as url:
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


@contextlib.contextmanager
def served(command: list[str], port: int, environment: Mapping[str, str], alive: str) -> Iterator[str]:
    """What a command serves at `port`, from when it answers at the path `alive` until it is not needed any more."""
    url = f"http://localhost:{port}"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            end = time.monotonic() + START
            while not _answers(url + alive):
                if process.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    pytest.fail(f"{command[0]} does not answer: {log.read()[-2000:]}", pytrace=False)
                time.sleep(0.2)
            yield url
        finally:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return http.get(url).status_code < 500
    except httpx2.TransportError:
        return False


def _jar() -> Path:
    folder = npm.FOLDER / "spring"
    with _alone(folder):
        sources = {file.relative_to(SPRING): file.read_bytes() for file in SPRING.rglob("*.*") if file.is_file()}
        jar = folder / "target" / "spring-1.jar"
        if not jar.is_file() or any(_content(folder / name) != text for name, text in sources.items()):
            shutil.copytree(SPRING, folder, dirs_exist_ok=True)
            _build(["mvn", "-q", "-B", "-ntp", "package"], folder, {})
    return jar


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _oauth2_proxy() -> str:
    if found := shutil.which("oauth2-proxy"):
        return found
    folder = pulumi_cli.cache().parent / f"oauth2-proxy-{OAUTH2_PROXY}"
    with _alone(folder):
        if not (folder / "oauth2-proxy").is_file():
            module = f"github.com/oauth2-proxy/oauth2-proxy/v7@{OAUTH2_PROXY}"
            _build(["go", "install", "-ldflags=-s -w", module], folder, {"GOBIN": str(folder), "CGO_ENABLED": "0"})
    return str(folder / "oauth2-proxy")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two workers of pytest may want the same."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(command: list[str], folder: Path, more: Mapping[str, str]) -> None:
    if not shutil.which(command[0]):
        pytest.fail(
            f"{command[0]} is not installed; on Debian: apt-get install default-jdk-headless maven golang",
            pytrace=False,
        )
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | more, capture_output=True, text=True, timeout=BUILD, check=False
    )
    if ran.returncode:
        pytest.fail(f"{' '.join(command)} failed: {(ran.stdout + ran.stderr)[-2000:]}", pytrace=False)
