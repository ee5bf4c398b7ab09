"""The ways to find or build the Pulumi CLI, in order, and the error if all fail."""

from pathlib import Path

import pytest

from local import pulumi_cli
from local.console import Failure

NEW, OLD = "v3.290.0", "v3.100.0"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a machine with an empty PATH and cache, on which the official installer fails."""
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(pulumi_cli, "_INSTALL", "raise SystemExit('no way to the installer')")
    return tmp_path


def _program(file: Path, script: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def _go(machine: Path, script: str) -> None:
    _program(machine / "path" / "go", f"PATH=/usr/bin:/bin\n{script}")


# A fake `go build ... -o FILE ...`. The built CLI only prints its version.
BUILD = f"""
while [ "$1" != -o ]; do shift; done
echo built >> "{{log}}"
printf '#!/bin/sh\\necho {NEW}\\n' > "$2"
chmod +x "$2"
"""


def test_the_persons_own_comes_first(machine: Path) -> None:
    _program(machine / "path" / "pulumi", f"echo {NEW}")
    assert pulumi_cli.find().command == "pulumi"


def test_an_old_one_of_the_persons_is_not_used(machine: Path) -> None:
    _program(machine / "path" / "pulumi", f"echo {OLD}")
    _program(pulumi_cli.cache() / "bin" / "pulumi", f"echo {NEW}")
    assert pulumi_cli.find().command == str(pulumi_cli.cache() / "bin" / "pulumi")


def test_it_is_built_once(machine: Path) -> None:
    log = machine / "log"
    _go(machine, BUILD.format(log=log))
    assert pulumi_cli.find().command == pulumi_cli.find().command
    assert log.read_text() == "built\n"
    assert not list(pulumi_cli.cache().parent.glob("draft-*"))


def test_the_rest_of_a_removed_cli_is_not_in_the_way(machine: Path) -> None:
    _program(pulumi_cli.cache() / "bin" / "pulumi-language-python", "echo")
    _go(machine, BUILD.format(log=machine / "log"))
    assert pulumi_cli.find().command == str(pulumi_cli.cache() / "bin" / "pulumi")


@pytest.mark.parametrize("content", ["not a program", f"#!/bin/sh\necho {OLD}\n"])
def test_what_does_not_run_does_not_come_into_the_cache(machine: Path, content: str) -> None:
    (machine / "made").write_text(content)
    _go(machine, BUILD.format(log=machine / "log").replace("chmod", f"cp '{machine}/made' \"$2\"; chmod"))
    with pytest.raises(Failure, match="a build with Go: "):
        pulumi_cli.find()
    assert not (pulumi_cli.cache() / "bin").exists()


def test_every_way_that_failed_is_told(machine: Path) -> None:
    _program(machine / "path" / "pulumi", f"echo {OLD}")
    _go(machine, "echo 'go: go.mod requires go >= 1.25.11 (running go 1.20)' >&2; exit 1")
    with pytest.raises(Failure) as failure:
        pulumi_cli.find()
    text = str(failure.value)
    for told in ("3.100.0", "nothing in", "no way to the installer", "requires go >= 1.25.11", "https://go.dev/dl/"):
        assert told in text


def test_no_go_is_told() -> None:
    with pytest.raises(Failure, match="there is no `go` on PATH"):
        pulumi_cli.find()


def test_a_cache_that_cannot_be_written_is_told(machine: Path) -> None:
    (machine / "cache").write_text("a file in the way")
    with pytest.raises(Failure, match="the cache cannot be written"):
        pulumi_cli.find()


def test_an_installer_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi_cli, "_INSTALL", "import time; time.sleep(60)")
    monkeypatch.setattr(pulumi_cli, "_INSTALL_TIMEOUT", 0.2)
    with pytest.raises(Failure, match="not done after 0 seconds"):
        pulumi_cli.find()


def test_the_pinned_module_is_the_version_that_is_asked_for() -> None:
    module = (Path(pulumi_cli.__file__).parent / "cli" / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{pulumi_cli.VERSION}" in module
    assert "tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" in module
