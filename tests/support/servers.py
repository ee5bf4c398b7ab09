"""Server processes for tests."""

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx2
import pytest

from tests.support import http

_START = 60.0  # seconds


@contextlib.contextmanager
def running(
    command: Sequence[str], url: str, log: Path, environment: Mapping[str, str], directory: Path | None = None
) -> Iterator[None]:
    """Run a server until the end of the block, starting when `url` responds.

    Args:
        command: the server's command.
        url: responds when the server is ready.
        log: the file for the server's output.
        environment: the whole environment.
        directory: the working directory. The default is the current one.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=directory, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + _START
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > end:
                said = log.read_text(errors="replace")[-2000:]
                pytest.fail(f"{command[0]} does not answer at {url}. Its log:\n{said}", pytrace=False)
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return http.get(url).status_code < 500
    except httpx2.TransportError:
        return False
