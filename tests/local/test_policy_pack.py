"""The policy pack as the engine starts it: it starts with the engine's stack, or reports the reason."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from local import paths, policy_pack

pytestmark = pytest.mark.engine
PACK = """
import os, pulumi, pulumi_policy
name = os.environ["PULUMI_STACK"] + "-" + pulumi.Config("identity").require("product")
rule = pulumi_policy.ResourceValidationPolicy("any", "Nothing is wrong.", lambda args, report: None)
pulumi_policy.PolicyPack(name, [rule])
"""
STACK = analyzer_pb2.AnalyzerStackConfigureRequest(stack="dev", config={"identity:product": "focusmark"})


@contextmanager
def started(pack: str, directory: Path) -> Iterator[tuple[Any, "subprocess.Popen[str]"]]:
    """Start a pack in place of this project's, and yield a client for it and its process."""
    for folder in ("local", "policy"):
        (directory / folder).mkdir()
    (directory / "policy" / "__main__.py").write_text(pack)
    file = shutil.copy(policy_pack.__file__, directory / "local")
    process = subprocess.Popen([sys.executable, file], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        port = cast("IO[str]", process.stdout).readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel), process
        process.send_signal(signal.SIGINT)  # the engine stops it like this


def test_a_pack_begins_with_the_stack_and_the_config_that_the_engine_tells(tmp_path: Path) -> None:
    with started(PACK, tmp_path) as (pack, process):
        pack.ConfigureStack(STACK)
        assert pack.GetAnalyzerInfo(Empty()).name == "dev-focusmark"
    assert process.returncode == -signal.SIGINT


def test_a_pack_that_does_not_start_says_why(tmp_path: Path) -> None:
    with started("1 / 0", tmp_path) as (pack, process):
        with pytest.raises(grpc.RpcError, match="did not start"):
            pack.ConfigureStack(STACK)
        process.send_signal(signal.SIGINT)
        assert "ZeroDivisionError" in process.communicate()[1]


def test_the_pack_starts_the_checkouts_own_python_by_a_path_without_detours(tmp_path: Path) -> None:
    """Python 3.14 warns if its path contains `..`, as in the path by which the engine starts the pack."""
    python = tmp_path / ".venv" / "bin" / "python"
    for folder in (python.parent, tmp_path / "local", tmp_path / ".local" / "project"):
        folder.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0" "$@"\n')
    python.chmod(0o755)
    shutil.copy(paths.POLICY_PACK, tmp_path / "local")
    pack = f"{tmp_path}/.local/project/../../local/policy-pack"
    said = subprocess.run([pack, "127.0.0.1:1"], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(python), f"{tmp_path}/local/policy_pack.py", "127.0.0.1:1"]
