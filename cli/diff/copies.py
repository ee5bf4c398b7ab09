"""Run two revisions one after the other in one directory, on a separate emulator. The checkout is not changed."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import click
import psutil

from cli.diff.stacks import in_the_place_of_local, shown_as
from local import emulator
from local.console import Failure
from local.paths import CHECKOUT, PROJECT_FILE, STACK_FILE

_KEPT = (".local", ".venv")
_TIMEOUT = 600.0  # seconds for one command; at 300 APIs and 1,000 clients an `up` takes minutes
_LINES_SHOWN = 25  # lines to show of a failed command's output


class Broken(Exception):
    """A revision that cannot run. The message is its own output."""


class Revision:
    """The files of a commit, or of the checkout with its uncommitted changes (None)."""

    def __init__(self, commit: str | None) -> None:
        self._commit = commit

    def names(self) -> list[str]:
        """Return the paths of the files."""
        if self._commit is not None:
            return _names("ls-tree", "-r", "--name-only", "-z", self._commit)
        listed = _names("ls-files", "--cached", "--others", "--exclude-standard", "-z")
        return [name for name in listed if (CHECKOUT / name).is_file()]

    def put_into(self, directory: Path) -> None:
        if self._commit is None:
            for name in self.names():
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CHECKOUT / name, directory / name)
        elif self.names():  # tarfile cannot read the archive of a commit without files
            with tarfile.open(fileobj=BytesIO(_git("archive", "--format=tar", self._commit))) as archive:
                archive.extractall(directory, filter="data")


def commit_of(name: str) -> str:
    """Return the commit of a revision. Raises click.BadParameter if git does not find it."""
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
    except subprocess.CalledProcessError:
        raise click.BadParameter(
            f"git knows no revision {json.dumps(name)} in this checkout. Name a branch, tag or commit, such as\n"
            "    make diff BASE=origin/main\n"
            "A branch of the server has to be fetched first (git fetch origin), whole where the clone is shallow.",
            param_hint="BASE",
        ) from None


class Sandbox:
    """A directory for one revision at a time; its state and emulator stay when the revision changes.

    Use it as a context manager: at the end it kills all processes that run in the directory, such as the emulator.

    Args:
        directory: the path to create.
        stack: the stack whose settings are deployed.
    """

    def __init__(self, directory: Path, stack: str) -> None:
        self.root, self.stack = directory, stack
        self.port = emulator.free_port()

    def __enter__(self) -> "Sandbox":
        self.root.mkdir(parents=True)
        # The script that starts the policy pack needs the checkout's packages.
        (self.root / ".venv").symlink_to(sys.prefix)
        return self

    def __exit__(self, *_: object) -> None:
        root = self.root.resolve()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):  # a process of another account, or one that has ended
                if Path(process.cwd()).is_relative_to(root):
                    process.kill()

    def place(self, revision: Revision) -> bool:
        """Replace the files by those of a revision, and give the local stack the settings of `stack`.

        Returns False if the revision has no such stack. Raises Broken for a stack file that cannot be read.
        """
        self._replace_files(revision)
        return in_the_place_of_local(self.root, self.stack)

    def has_the_program(self) -> bool:
        needed = ("__main__.py", PROJECT_FILE, STACK_FILE, "local/__main__.py")
        return all((self.root / name).is_file() for name in needed)

    def up(self) -> None:
        """Deploy the revision with its own code. Raises Broken, with its output, if that fails."""
        done = self.run("local", "up", "--json")
        if done.returncode:
            raise Broken(self._output(done))

    def preview(self) -> str:
        """Preview the revision on the deployed stack; return the result of `cli.diff.rehearsal` as JSON."""
        result = self.root / ".local" / "rehearsal.json"
        done = self.run("cli.diff.rehearsal", str(result))
        if done.returncode or not result.is_file():
            raise Broken(self._output(done))
        return shown_as(self.stack, result.read_text(encoding="utf-8")).replace(f"{self.root}{os.sep}", "")

    def run(self, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a module of the revision, and wait for its end."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env={**os.environ, "PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )

    def _replace_files(self, revision: Revision) -> None:
        for entry in self.root.iterdir():
            if entry.name in _KEPT:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        revision.put_into(self.root)

    def _output(self, done: "subprocess.CompletedProcess[str]") -> str:
        """Return the output of a failed command: from its first error, else its last lines."""
        text = shown_as(self.stack, done.stderr.strip()).replace(f"{self.root}{os.sep}", "")
        lines = text.splitlines()
        first = next((index for index, line in enumerate(lines) if line.startswith("error: ")), None)
        return "\n".join(lines[-_LINES_SHOWN:] if first is None else lines[first : first + _LINES_SHOWN])


def _names(*arguments: str) -> list[str]:
    return [name for name in os.fsdecode(_git(*arguments)).split("\0") if name]


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise Failure("`git` is not on PATH, and the base is one of its revisions. Install git.") from None
