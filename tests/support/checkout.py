"""A copy of this checkout for a test with the real engine: its own files, `.local/`, port and emulator."""

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
TIMEOUT = 180.0  # seconds for one command; without the CLI in the cache it is built first, by `pulumi_cli.find`

# What `Checkout.inventory` has of the default stack.
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
    """What a command gave back."""

    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """All of it as one line: the console breaks lines where it likes."""
        return " ".join((self.stdout + self.stderr).split())

    @property
    def changes(self) -> dict[str, int]:
        """The counts of a run with --json, which must have succeeded."""
        assert self.status == 0, self.stdout + self.stderr
        counted: dict[str, int] = json.loads(self.stdout.splitlines()[-1])["changes"]
        return counted

    def refused(self, *words: str) -> None:
        """Assert that it failed with a message that has these words, and without a traceback."""
        assert self.status != 0, self.said
        assert "Traceback" not in self.said, self.said
        for word in words:
            assert word in self.said, self.said


class Checkout:
    """The files that git knows or would take in, copied into `directory`, on a free port.

    Use it as a context manager: whatever it started is killed at the end.

    Args:
        directory: where to put it, in a directory of its own.
        stack: the `.local/` of another copy, after its `stop`. This one goes on from there, with its emulator running.
        name: of its own directory.
    """

    def __init__(self, directory: Path, stack: Path | None = None, name: str = "checkout") -> None:
        self.root = directory / name
        self.port = emulator.free_port()
        shutil.copytree(_compiled(), self.root)
        # The policy pack is started by its own script, which takes the checkout's packages.
        (self.root / ".venv").symlink_to(sys.prefix)
        if stack:
            shutil.copytree(stack, self.root / ".local")
            self.start_emulator()

    def __enter__(self) -> "Checkout":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill("")

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start `python -m local ...` here and leave it running."""
        return self.python("-m", "local", *arguments, **environment)

    def python(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start Python here and leave it running."""
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
        """As a person would have it: Python keeps what it has compiled."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PORT": str(self.port), **given}

    def ran(self, *arguments: str, policies: bool = True, **environment: str) -> Ran:
        """Run Python here to its end, as `python` does, by a fork of one that has imported the packages."""
        try:
            return Ran(*forked.run(arguments, self.root, self._environment(environment), TIMEOUT, policies))
        except TimeoutError:
            raise AssertionError(f"not done after {TIMEOUT:.0f} s: {arguments}") from None

    def local(self, *arguments: str, policies: bool = False, **environment: str) -> Ran:
        """Run `python -m local ...` here to its end.

        The engine asks the policy pack only where a test is about it, or a config is new: it takes a third of a run.
        """
        return self.ran("-m", "local", *arguments, policies=policies, **environment)

    def run(self, command: str, policies: bool = False) -> dict[str, int]:
        """Run `python -m local <command> --json`, which must succeed, and give back what it counted."""
        return self.local(command, "--json", policies=policies).changes

    def assert_nothing_to_do(self) -> None:
        assert set(self.run("preview")) == {"same"}

    def assert_right(self) -> None:
        """Assert that everything is there once, and nothing is left to do."""
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
        """Set keys of the `identity:` namespace in Pulumi.local.yaml; None takes a key out."""
        content = yaml.safe_load(self.stack_file.read_text())
        for key, value in values.items():
            content["config"][f"identity:{key}"] = value
            if value is None:
                del content["config"][f"identity:{key}"]
        self.stack_file.write_text(yaml.safe_dump(content, sort_keys=False))

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in one of the files, which must be there."""
        text = (self.root / name).read_text()
        assert old in text
        (self.root / name).write_text(text.replace(old, new))

    @property
    def key(self) -> keys.Key:
        """The access key of this checkout's emulator."""
        return keys.own(self.root / ".local" / "key.json")

    @property
    def url(self) -> str:
        """Where this checkout's emulator listens."""
        return f"http://127.0.0.1:{self.port}"

    def aws(self, service: str) -> Any:
        """A boto3 client for this checkout's emulator."""
        return emulator.client(service, self.port, self.key)

    def inventory(self) -> dict[str, Sequence[str]]:
        """What the emulator holds, by kind, sorted."""
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
        """The processes whose command line matches and that belong to this copy, by their working directory."""
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
        """Kill these processes as a power cut would, and say how many there were."""
        found = self.processes(pattern)
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                found.remove(pid)
        return len(found)


def finished(process: "subprocess.Popen[str]", timeout: float = TIMEOUT) -> Ran:
    """Wait for a started command. It is killed, and the test fails, when it takes too long."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"not done after {timeout:.0f} s\n{stdout}\n{stderr}") from None
    return Ran(process.returncode, stdout, stderr)


@functools.cache
def _compiled() -> Path:
    """The files once for this process, compiled, so that not every copy compiles them again."""
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
