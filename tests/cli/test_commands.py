"""The command line: each subcommand exists and imports only what it needs."""

import subprocess
import sys

import click
import pytest

from cli.commands import MODULES, commands
from tests.support.program import ROOT


def _loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in ran.stdout.split()}


@pytest.mark.parametrize("name", MODULES)
def test_each_command_is_there_under_its_name_and_says_what_it_does(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str()


@pytest.mark.parametrize("name", ["login", "token", "logout", "user", "export", "people", "trigger", "adopt"])
def test_an_empty_stack_is_not_the_one_that_is_selected(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    with pytest.raises(click.BadParameter, match="it is empty"):
        command.main(["--stack", " "], standalone_mode=False)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("cli.commands", {"pulumi", "pulumi_aws", "boto3", "botocore", "authlib", "httpx2", "grpc"}),
        ("cli.sign_in.commands", {"pulumi", "pulumi_aws", "boto3", "botocore", "grpc"}),
        ("cli.mail", {"pulumi", "pulumi_aws", "boto3", "authlib", "grpc"}),
        ("cli.user", {"pulumi", "pulumi_aws", "boto3", "grpc"}),
        ("cli.status", {"pulumi", "pulumi_aws", "boto3", "botocore", "authlib", "httpx2", "grpc"}),
        ("cli.people", {"pulumi", "pulumi_aws", "boto3", "authlib", "grpc"}),
        ("cli.trigger", {"pulumi", "pulumi_aws", "boto3", "grpc"}),
        ("cli.adopt.commands", {"authlib", "httpx2"}),
        ("cli.diff.commands", {"authlib", "httpx2", "boto3", "pulumi_aws"}),
    ],
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(module: str, heavy: set[str]) -> None:
    assert not _loaded(module) & heavy


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("adopt", ["--stack", "dev", "--pool", "customers"], "received customers"),
        ("adopt", ["--stack", "dev", "--check", "--write"], "--check compares only"),
        ("diff", ["--markdown", "/nonexistent/diff.md"], "there is no folder /nonexistent"),
    ],
)
def test_what_cannot_be_done_is_a_mistake_of_usage(name: str, arguments: list[str], said: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    with pytest.raises(click.UsageError, match=said):
        command.main(arguments, standalone_mode=False)
