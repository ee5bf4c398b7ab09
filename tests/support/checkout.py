"""A copy of this checkout for tests with the real engine: its own files, `.local/`, port and emulator."""

import atexit
import compileall
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local import emulator, keys
from tests.support import forked

ORIGIN = Path(__file__).resolve().parents[2]
TIMEOUT = 180.0  # seconds per command; a CLI that is not cached is built by `pulumi_cli.find`, before the first test

# What `Checkout.inventory` returns for the default stack.
WHOLE = {
    "pools": ["focusmark-local-userpool-customers"],
    "domains": ["focusmark-local"],
    "servers": ["app.focusmark.api.project", "app.focusmark.api.task"],
    "clients": ["focusmark-local-userpoolclient-postman", "focusmark-local-userpoolclient-windowscli"],
    "certificates": ["local-auth.focusmark.app"],
    "zones": ["focusmark.app."],
    "records": ["A", "CNAME"],
}


@dataclass(frozen=True)
class Ran:
    """The result of a command."""

    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """Return the whole output on one line, because the console wraps lines."""
        return " ".join((self.stdout + self.stderr).split())

    @property
    def changes(self) -> dict[str, int]:
        """Return the counts of a run with --json, which must succeed."""
        assert self.status == 0, self.stdout + self.stderr
        counted: dict[str, int] = json.loads(self.stdout.splitlines()[-1])["changes"]
        return counted

    def refused(self, *words: str) -> None:
        """Assert that the command failed with a message that contains these words, and without a traceback."""
        assert self.status != 0, self.said
        assert "Traceback" not in self.said, self.said
        for word in words:
            assert word in self.said, self.said


class Checkout:
    """A copy of the files that git tracks or would add, in `directory`, on a free port.

    Use it as a context manager: it kills all processes that it started.

    Args:
        directory: the parent directory of the copy.
        stack: the `.local/` of another checkout after `stop`. The copy continues its stack, with a running emulator.
        name: the name of the copy's directory.
    """

    def __init__(self, directory: Path, stack: Path | None = None, name: str = "checkout") -> None:
        self.root = directory / name
        self.port = emulator.free_port()
        shutil.copytree(_compiled(), self.root)
        # The script of the policy pack starts with the Python of `.venv`.
        (self.root / ".venv").symlink_to(sys.prefix)
        if stack:
            shutil.copytree(stack, self.root / ".local")
            self.start_emulator()

    def __enter__(self) -> "Checkout":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill("")

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start `python -m local ...` in the checkout without waiting for it."""
        return self.python("-m", "local", *arguments, **environment)

    def python(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start Python in the checkout without waiting for it."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self._environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return a user's environment: Python keeps bytecode."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PORT": str(self.port), **given}

    def ran(self, *arguments: str, policies: bool = True, **environment: str) -> Ran:
        """Run Python in the checkout to its end. The process is a fork of one with imported packages."""
        try:
            return Ran(*forked.run(arguments, self.root, self._environment(environment), TIMEOUT, policies))
        except TimeoutError:
            raise AssertionError(f"not done after {TIMEOUT:.0f} s: {arguments}") from None

    def local(self, *arguments: str, policies: bool = False, **environment: str) -> Ran:
        """Run `python -m local ...` in the checkout to its end.

        Use `policies` only in tests of policies or of new configs: the policy pack takes a third of a run.
        """
        return self.ran("-m", "local", *arguments, policies=policies, **environment)

    def run(self, command: str, policies: bool = False) -> dict[str, int]:
        """Run `python -m local <command> --json`, which must succeed, and return its counts."""
        return self.local(command, "--json", policies=policies).changes

    def assert_nothing_to_do(self) -> None:
        assert set(self.run("preview")) == {"same"}

    def assert_complete(self) -> None:
        """Assert that each resource exists once, and that a preview has no changes."""
        assert self.inventory() == WHOLE
        self.assert_nothing_to_do()

    def outputs(self, *options: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.local("outputs", *options).stdout)
        return said

    def start_emulator(self) -> None:
        ran = self.ran("-c", f"from local import emulator; emulator.ensure({self.port})")
        assert ran.status == 0, ran.stderr

    @property
    def stack_file(self) -> Path:
        return self.root / "Pulumi.local.yaml"

    def config(self, **values: Any) -> None:
        """Set keys of the `identity:` namespace in Pulumi.local.yaml. None removes a key."""
        content = yaml.safe_load(self.stack_file.read_text())
        for key, value in values.items():
            content["config"][f"identity:{key}"] = value
            if value is None:
                del content["config"][f"identity:{key}"]
        self.stack_file.write_text(yaml.safe_dump(content, sort_keys=False))

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in one of the files, which must contain it."""
        text = (self.root / name).read_text()
        assert old in text
        (self.root / name).write_text(text.replace(old, new))

    @property
    def key(self) -> keys.Key:
        """Return the access key of this checkout's emulator."""
        return keys.own(self.root / ".local" / "key.json")

    @property
    def url(self) -> str:
        """Return the URL of this checkout's emulator."""
        return f"http://127.0.0.1:{self.port}"

    def aws(self, service: str) -> Any:
        """Return a boto3 client for this checkout's emulator."""
        return emulator.client(service, self.port, self.key)

    def inventory(self) -> dict[str, Sequence[str]]:
        """Return the resources in the emulator, by kind, sorted."""
        cognito, route53, acm = self.aws("cognito-idp"), self.aws("route53"), self.aws("acm")
        pools = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]
        zones = [zone["Id"] for zone in route53.list_hosted_zones()["HostedZones"]]
        servers = [cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"] for pool in pools]
        clients = [cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"] for pool in pools]
        records = [route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"] for zone in zones]
        described = [cognito.describe_user_pool(UserPoolId=pool)["UserPool"] for pool in pools]
        return {
            "pools": sorted(pool["Name"] for pool in described),
            "domains": sorted(str(pool.get("Domain") or pool.get("CustomDomain")) for pool in described),
            "servers": sorted(server["Identifier"] for some in servers for server in some),
            "clients": sorted(client["ClientName"] for some in clients for client in some),
            "certificates": sorted(entry["DomainName"] for entry in acm.list_certificates()["CertificateSummaryList"]),
            "zones": sorted(zone["Name"] for zone in route53.list_hosted_zones()["HostedZones"]),
            "records": sorted(
                record["Type"] for some in records for record in some if record["Type"] not in ("NS", "SOA")
            ),
        }

    def processes(self, pattern: str) -> list[int]:
        """Return the processes of this copy, found by working directory, whose command line matches a pattern."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                home = (entry / "cwd").readlink()
            except (OSError, ValueError):
                continue
            if entry.name.isdigit() and home.is_relative_to(self.root) and re.search(pattern, command):
                found.append(int(entry.name))
        return found

    def kill(self, pattern: str) -> int:
        """Kill the matching processes without a chance to clean up, and return their number."""
        found = self.processes(pattern)
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                found.remove(pid)
        return len(found)


def finished(process: "subprocess.Popen[str]", timeout: float = TIMEOUT) -> Ran:
    """Wait for a started command. On timeout, kill it and fail the test."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"not done after {timeout:.0f} s\n{stdout}\n{stderr}") from None
    return Ran(process.returncode, stdout, stderr)


@functools.cache
def _compiled() -> Path:
    """Return compiled files, made once per process, so that the copies need no compilation."""
    directory = tempfile.mkdtemp(prefix="identity-checkout-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    root = Path(directory) / "checkout"
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ORIGIN,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ORIGIN / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ORIGIN / name, root / name)
    compileall.compile_dir(root, quiet=1, rx=re.compile("/checkout/tests/"))
    return root
