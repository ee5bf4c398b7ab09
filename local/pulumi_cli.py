"""Get the Pulumi CLI: the person's own, else one from the cache, else the official installer's, else built with Go."""

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pulumi.automation import PulumiCommand
from pulumi.automation.errors import InvalidVersionError
from semver import VersionInfo

from local import paths
from local.console import Failure, say

VERSION = VersionInfo.parse("3.274.1")
_MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_STAMP = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
_INSTALLING = 180.0  # seconds for the official installer in all; connecting is given up after 5
_INSTALL = """
import socket, sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
socket.setdefaulttimeout(5)
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


class Unavailable(Exception):
    """One of the ways to the CLI does not work here; the message says why, in a line or a few."""


def cache() -> Path:
    """The directory that holds the CLI in `bin/`, shared by all checkouts of this person."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "identity-stack" / f"pulumi-v{VERSION}"


def find() -> PulumiCommand:
    """The Pulumi CLI, got if need be. Raises Failure with every way that was tried and why it failed."""
    ways: list[tuple[str, Callable[[], PulumiCommand]]] = [
        ("pulumi on PATH", _on_path),
        ("the cache", _cached),
        ("the official installer", _installed),
        ("a build with Go", _built),
    ]
    tried = []
    for name, way in ways:
        try:
            return way()
        except Unavailable as reason:
            tried.append(f"- {name}: {reason}")
    raise Failure(
        f"The Pulumi CLI, version {VERSION} or newer, is required and could not be found or installed:\n"
        + "\n".join(tried)
        + "\n"
        "Install it (https://www.pulumi.com/docs/install/), or Go (https://go.dev/dl/), or connect to the network; "
        "then try again."
    )


def _on_path() -> PulumiCommand:
    if not shutil.which("pulumi"):
        raise Unavailable("not found")
    return _command(None)


class _Checked(PulumiCommand):
    """One that has been run before, and has not changed since."""

    def __init__(self, command: str, version: VersionInfo) -> None:
        self.command, self.version = command, version


def _cached() -> PulumiCommand:
    program, note = cache() / "bin" / "pulumi", cache() / "checked"
    if not program.exists():
        raise Unavailable(f"nothing in {cache()}")
    found = program.stat()
    seen = f"{platform.platform()} {found.st_mode} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
    # To run it takes a quarter of a second, which every command would wait for.
    with contextlib.suppress(OSError, ValueError):
        noted, version = note.read_text().split("\n")
        if noted == seen:
            return _Checked(str(program), VersionInfo.parse(version))
    command = _command(cache())
    with contextlib.suppress(OSError):
        paths.write_whole(note, f"{seen}\n{command.version}")
    return command


def _command(root: Path | None) -> PulumiCommand:
    try:
        # Running it once proves that it is whole, and made for this machine.
        return PulumiCommand(root=str(root) if root else None, version=VERSION)
    except InvalidVersionError as error:
        raise Unavailable(str(error)) from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"does not run: {error}") from None


def _installed() -> PulumiCommand:
    with _draft() as draft:
        command = [sys.executable, "-c", _INSTALL, str(draft), str(VERSION)]
        try:
            # Other programs' chatter stays out of sight unless they fail.
            done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALLING, check=False)
        except subprocess.TimeoutExpired:
            raise Unavailable(f"not done after {_INSTALLING:.0f} seconds") from None
        if done.returncode:
            raise Unavailable((done.stderr.strip().splitlines() or ["failed"])[-1])
        _keep(draft / "bin")
    return _cached()


def _built() -> PulumiCommand:
    go = shutil.which("go")
    if not go:
        raise Unavailable("there is no `go` on PATH")
    with _draft() as draft:
        with contextlib.suppress(Unavailable):
            return _cached()  # another checkout built it while this one waited
        say(f"Building the Pulumi CLI v{VERSION} with Go, once for this machine; about 4 minutes on 2 cores ...")
        output = draft / "bin" / "pulumi"
        command = [go, "build", "-trimpath", "-ldflags", _STAMP, "-o", str(output), _MODULE]
        _run_with_clock(command, paths.CHECKOUT / "local" / "cli")
        _keep(output.parent)
    return _cached()


def _run_with_clock(command: list[str], directory: Path) -> None:
    ended = threading.Event()
    start = time.monotonic()

    def tell() -> None:
        while not ended.wait(15):
            say(f"  building, {time.monotonic() - start:.0f} s ...")

    threading.Thread(target=tell, daemon=True).start()
    try:
        done = subprocess.run(
            command, cwd=directory, env={**os.environ, "CGO_ENABLED": "0"}, capture_output=True, text=True, check=False
        )
    finally:
        ended.set()
    if done.returncode:
        raise Unavailable("go build failed:\n    " + "\n    ".join(done.stderr.strip().splitlines()[-4:]))
    say(f"  built in {time.monotonic() - start:.0f} s.")


@contextlib.contextmanager
def _draft() -> Iterator[Path]:
    """A directory beside the cache to make the CLI in, with nobody else doing the same; gone afterwards."""
    parent = cache().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        lock = (parent / "lock").open("a")
    except OSError as error:
        raise Unavailable(f"the cache cannot be written: {error}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another checkout is getting the Pulumi CLI. Waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        with tempfile.TemporaryDirectory(dir=parent, prefix="draft-", ignore_cleanup_errors=True) as draft:
            (Path(draft) / "bin").mkdir()
            yield Path(draft)


def _keep(made: Path) -> None:
    """Put a `bin` directory into the cache whole: it is renamed there, so a kill leaves none or all of it."""
    kept = cache() / "bin"
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    made.replace(kept)


if __name__ == "__main__":
    try:
        find()
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        say("Stopped. The next command begins again.")
        sys.exit(130)
