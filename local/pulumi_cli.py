"""Get the Pulumi CLI: from PATH, else from the cache, else with the official installer, else built with Go."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pulumi.automation import PulumiCommand
from pulumi.automation.errors import InvalidVersionError
from semver import VersionInfo

from local import paths
from local.console import Failure, say

VERSION = VersionInfo.parse("3.274.1")
_MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_STAMP = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
_INSTALL_TIMEOUT = 180.0  # seconds for the whole installation; the timeout of a connection is 5
_INSTALL = """
import socket, sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
socket.setdefaulttimeout(5)
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


class Unavailable(Exception):
    """One way to get the CLI does not work on this machine; the message says why."""


def cache() -> Path:
    """Return the directory with the CLI in `bin/`, shared by all checkouts of this user."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "identity-stack" / f"pulumi-v{VERSION}"


def find() -> PulumiCommand:
    """Return the Pulumi CLI, installed if necessary. Raises Failure with every way that was tried and its error."""
    ways: list[tuple[str, Callable[[], PulumiCommand]]] = [
        ("pulumi on PATH", _on_path),
        ("the cache", _cached),
        ("the official installer", partial(_installed, _install)),
        ("a build with Go", partial(_installed, _build)),
    ]
    tried = []
    for name, way in ways:
        try:
            return way()
        except (Unavailable, InvalidVersionError, OSError, subprocess.SubprocessError) as reason:
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
    return PulumiCommand(version=VERSION)


class _Cached(PulumiCommand):
    """The cached CLI, without the SDK's test run (a quarter of a second): it was tested before it was cached."""

    def __init__(self) -> None:
        self.command, self.version = str(cache() / "bin" / "pulumi"), VERSION


def _cached() -> PulumiCommand:
    if not (cache() / "bin" / "pulumi").exists():
        raise Unavailable(f"nothing in {cache()}")
    return _Cached()


def _install(draft: Path) -> None:
    command = [sys.executable, "-c", _INSTALL, str(draft), str(VERSION)]
    try:
        # The output of the installer is shown only if it fails.
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"not done after {_INSTALL_TIMEOUT:.0f} seconds") from None
    if done.returncode:
        raise Unavailable((done.stderr.strip().splitlines() or ["failed"])[-1])


def _build(draft: Path) -> None:
    go = shutil.which("go")
    if not go:
        raise Unavailable("there is no `go` on PATH")
    (draft / "bin").mkdir()
    say(f"Building the Pulumi CLI v{VERSION} with Go, once for this machine; about 4 minutes on 2 cores ...")
    command = [go, "build", "-trimpath", "-ldflags", _STAMP, "-o", str(draft / "bin" / "pulumi"), _MODULE]
    without_c = {**os.environ, "CGO_ENABLED": "0"}
    module = paths.CHECKOUT / "local" / "cli"
    done = subprocess.run(command, cwd=module, env=without_c, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable("go build failed:\n    " + "\n    ".join(done.stderr.strip().splitlines()[-4:]))


def _installed(make: Callable[[Path], None]) -> PulumiCommand:
    """Make the CLI in a temporary folder, then move it into the cache: a kill never leaves a part of it there."""
    parent = cache().parent
    try:
        cache().mkdir(parents=True, exist_ok=True)
        lock = (parent / "lock").open("a")
    except OSError as error:
        raise Unavailable(f"the cache cannot be written: {error}") from None
    with lock, tempfile.TemporaryDirectory(dir=parent, prefix="draft-", ignore_cleanup_errors=True) as draft:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another checkout is getting the Pulumi CLI. Waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(Unavailable):
            return _cached()  # another checkout installed it in the meantime
        make(Path(draft))
        PulumiCommand(root=draft, version=VERSION)  # runs it: it is complete, and for this machine
        shutil.rmtree(cache() / "bin", ignore_errors=True)  # what is left of a CLI that somebody removed
        (Path(draft) / "bin").replace(cache() / "bin")
    return _cached()


if __name__ == "__main__":
    try:
        find()
    except Failure as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        say("Stopped. The next command begins again.")
        sys.exit(130)
